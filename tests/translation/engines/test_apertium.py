import json
import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from soundweave.base.errors import ConfigError
from soundweave.translation import settings
from soundweave.translation.engines import apertium as engine
from soundweave.translation.engines import apertium_modes, apertium_pipeline
from soundweave.translation.engines.apertium_text import Crossing
from soundweave.translation.failures import UnavailableError

ROOT = Path(__file__).resolve().parents[3]

# A program of Apertium's kind: `cry` shouts; `carry` passes on. Some words are bad for it.
STAGE = """#!{python}
import os, signal, sys, time
what = sys.argv[-1]
if what == "never":
    sys.exit(0)
spoiled = False
buffer = b""
while data := os.read(0, 65536):
    *frames, buffer = (buffer + data).split(b"\\0")
    for frame in frames:
        text, end = frame[:-5], frame[-5:]
        if what == "cry":
            text = text.upper()
        if what == "tag":  # as the real one: once spoiled, always spoiled
            if spoiled:
                text = text.replace(b"good", b"bad")
            if b"odd" in text:
                spoiled = True
                os.write(2, b"Error: A new ambiguity class was found.\\n")
        if what == "carry":
            if b"DIE" in text:
                os.kill(os.getpid(), signal.SIGSEGV)
            if b"HANG" in text:
                time.sleep(3600)
            if b"SPIN" in text:
                while True:
                    pass
            if b"EMPTY" in text:
                text = b""
            if b"HALF" in text:
                text, end = text[:6], b""
            if b"JOIN" in text:
                text = text.replace(b"[\\n]", b" ")
            if b"MARK" in text:
                text = text.replace(b"MARK", b"*MARK  #MARK \\\\@MARK")
        os.write(1, text + end + b"\\0")
"""


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """Modes of small programs that cry, tag and break; one folder for each test."""
    stage = tmp_path / "stage"
    stage.write_text(STAGE.format(python=sys.executable))
    stage.chmod(0o755)
    tagger = tmp_path / "apertium-tagger"
    tagger.write_text(f'#!/bin/sh\nexec "{stage}" tag\n')
    tagger.chmod(0o755)
    folder = tmp_path / "modes"
    folder.mkdir()
    for mode, pipeline in {
        "toy-loud": f"'{stage}' cry $2 | '{stage}' carry",
        "loud-toy": f"'{stage}' carry",
        "tag-toy": f"'{stage}' pass | apertium-tagger -g $2 '{stage}' | '{stage}' pass",
        "no-start": f"'{stage}' carry | '{stage}' never",
    }.items():
        (folder / f"{mode}.mode").write_text(pipeline + "\n")
    monkeypatch.setenv("APERTIUM_DATADIR", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    engine.close()
    yield tmp_path
    engine.close()


def texts(route, *sentences, timeout=60):
    return [r.text for r in engine.translate(route, sentences, timeout_seconds=timeout)]


@pytest.mark.parametrize(
    "route",
    ["", "eng-cat+", "../etc", "eng-spa;ls", "eng spa", "eng-spa\n", "-eng"],
)
def test_an_invalid_route_is_refused(route):
    with pytest.raises(ConfigError, match="not a route"):
        engine.translate(route, ["x"], timeout_seconds=1)


@pytest.mark.parametrize(
    ("mode", "package"),
    [
        ("spa-cat_valencia", "apertium-spa-cat"),
        ("cat-spa", "apertium-spa-cat"),
        ("eco-fr-es", "apertium-fr-es"),
        ("gl-pt-latin1", "apertium-pt-gl"),
        ("xxx-yyy", "apertium-xxx-yyy"),
    ],
)
def test_the_package_of_a_mode(mode, package):
    assert apertium_modes.package(mode) == package


def test_missing_packages_are_named(toy, monkeypatch):
    with pytest.raises(ConfigError, match=r"apt-get install .*apertium-eng-spa"):
        engine.translate("eng-spa", ["x"], timeout_seconds=1)
    assert engine.missing("toy-loud+loud-toy") == []
    monkeypatch.setenv("PATH", str(toy / "nowhere"))
    # The last two are not asked for by apertium-spa-cat, but it gives nothing without them.
    assert engine.missing("eng-spa+spa-cat") == [
        "apertium",
        "apertium-eng-spa",
        "apertium-lex-tools",
        "apertium-spa-cat",
        "cg3",
    ]


def test_programs_and_dictionaries_of_a_mode_are_checked(toy):
    (toy / "modes/eng-cat.mode").write_text("cg-proc-none -w /no/dictionary.bin | lt-proc-none\n")
    assert engine.missing("eng-cat") == ["apertium", "apertium-eng-cat"]


def test_a_mode_is_parsed_as_a_pipeline_and_never_passed_to_a_shell(toy):
    mode = toy / "modes/a-b.mode"
    mode.write_text("lt-proc -w '/a b/c.bin' | apertium-tagger -g $2 x | lt-proc $1 y\n")
    assert apertium_modes.commands("a-b") == [
        ["lt-proc", "-z", "-w", "/a b/c.bin"],
        ["apertium-tagger", "-z", "-g", "x"],
        ["lt-proc", "-z", "-g", "y"],
    ]
    for bad in ("lt-proc x ; touch owned", "lt-proc > owned", "a && b", "a | | b", "a | b &"):
        mode.write_text(bad)
        with pytest.raises(ConfigError):
            apertium_modes.commands("a-b")
    with pytest.raises(ConfigError, match="no mode"):
        apertium_modes.commands("../modes/a-b")


def test_the_machines_of_ci_get_every_package_of_the_configured_routes():
    install = (ROOT / ".ci/run").read_text().split()
    for routes in settings.load(environ={})[0].apertium.routes.values():
        for mode in {mode for route in routes for mode in apertium_modes.modes(route)}:
            assert apertium_modes.package(mode) in install


@pytest.mark.parametrize("word", ["die", "empty", "half"])
def test_a_bad_sentence_costs_only_itself(toy, word):
    sentences = [f"line {n}" for n in range(50)]
    for place in (49, 20, 0):
        sentences[place] = f"{word} {place}"
    rendered = engine.translate("toy-loud", sentences, timeout_seconds=60)
    assert [n for n, r in enumerate(rendered) if r.text is None] == [0, 20, 49]
    assert [r.text for r in rendered if r.text] == [s.upper() for s in sentences if "line" in s]
    assert all("toy-loud" in r.problem for r in rendered if r.text is None)


def test_a_sentence_that_failed_in_one_mode_does_not_reach_the_next(toy):
    assert texts("toy-loud+loud-toy", "one", "die", "two") == ["ONE", None, "TWO"]


def test_a_hanging_sentence_costs_one_timeout(toy):
    rendered = engine.translate("toy-loud", ["one", "hang", "two"], timeout_seconds=2)
    assert [r.text for r in rendered] == ["ONE", None, "TWO"]
    assert "2 seconds" in rendered[1].problem


def test_an_engine_that_was_killed_is_started_again(toy):
    assert texts("toy-loud", "one") == ["ONE"]
    before = running(toy)
    assert len(before) == 2
    os.kill(before[0], signal.SIGKILL)
    assert texts("toy-loud", "two", "three") == ["TWO", "THREE"]


def test_an_engine_starts_once(toy):
    texts("toy-loud", "one", "two")
    first = running(toy)
    texts("toy-loud", "three")
    assert running(toy) == first


def test_an_engine_that_does_not_start_is_unavailable(toy):
    with pytest.raises(UnavailableError, match="does not start"):
        engine.translate("no-start", ["x"], timeout_seconds=5)


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("", ""),
        (" \n ", " \n "),
        ("  two  spaces\tand a tab ", "  TWO  SPACES\tAND A TAB "),
        ("a\n\nb\n c\n", "A\n\nB\n C\n"),
        (r"\ [x] {y} ^z^ $5 a/b @me <b>c</b> \\", r"\ [X] {Y} ^Z^ $5 A/B @ME <B>C</B> \\"),
        ("#tag *bold* 2*3 \ue000", "#TAG *BOLD* 2*3 \ue000"),
        ("\x00", None),
        ("\ud800", None),
        ("." * 200_000, "." * 200_000),
    ],
)
def test_every_character_survives(toy, sentence, text):
    before, rendered, after = engine.translate("toy-loud", ["x", sentence, "y"], timeout_seconds=60)
    assert (before.text, rendered.text, after.text) == ("X", text, "Y")
    assert rendered.marks == (None if text is None else 0)


def test_marks_are_counted_over_all_hops_and_stripped(toy):
    (rendered,) = engine.translate("toy-loud+loud-toy", ["a mark"], timeout_seconds=60)
    assert rendered.marks == 3 + 9
    assert rendered.text is not None
    assert "  " not in rendered.text
    assert set(rendered.text.split()) == {"A", "MARK"}


def test_lost_line_ends_are_restored(toy):
    assert texts("toy-loud", "join\nus", "x") == ["JOIN\nUS", "X"]
    assert texts("toy-loud", "join\ndie\nus", "x") == [None, "X"]


@pytest.mark.parametrize(
    ("source", "stream", "text"),
    [
        ("The sea", "el mar", "El mar"),
        ('"The sea"', '"el mar"', '"El mar"'),
        ("the sea", ", el mar", "el mar"),
        ("\uf000 sounds", ",  \uf000  sonidos", "\uf000 sonidos"),
        ("One\ntwo", "Uno  dos [\n] tres", "Uno dos\ntres"),
        ("a@b", ", a\\@b", "a@b"),
    ],
)
def test_capitals_and_spaces_are_restored(source, stream, text):
    answer = f"{stream}.[][\n]".encode()
    assert Crossing(source).read(answer) == (text, 0)


def test_a_tagger_whose_memory_changed_is_replaced(toy):
    sentences = ["good", "odd", "good", "good odd", "good"]
    assert texts("tag-toy", *sentences) == sentences
    assert texts("tag-toy", "good") == ["good"]


def test_threads_share_an_engine(toy):
    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(texts, "toy-loud", f"w{n}", "die", f"z{n}") for n in range(8)]
    assert [job.result() for job in jobs] == [[f"W{n}", None, f"Z{n}"] for n in range(8)]


FORKED = """
import os, signal
from soundweave.translation.engines import apertium as engine
def shout(word): return engine.translate("toy-loud", [word], timeout_seconds=60)[0].text
assert shout("parent") == "PARENT"
child = os.fork()
if child == 0:
    assert shout("child") == "CHILD"
    print(os.getpid(), flush=True)
signal.pause()
"""


def script(code, toy, **kwargs):
    path = toy / "script.py"
    path.write_text(code)
    environment = os.environ | {"PYTHONPATH": str(ROOT / "scripts")}
    return subprocess.Popen(
        [sys.executable, "-W", "error", path, toy], env=environment, text=True, **kwargs
    )


def running(toy):
    """Return the ids of the processes that run this test's programs."""
    pids = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().split(b"\0")
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if str(toy / "stage").encode() in command and state != "Z":
            pids.append(int(folder.name))
    return sorted(pids)


def wait_until_left(toy, count):
    deadline = time.monotonic() + 60
    while len(running(toy)) != count:
        assert time.monotonic() < deadline, running(toy)
        time.sleep(0.02)


def test_a_forked_process_has_its_own_engines(toy):
    with script(FORKED, toy, stdout=subprocess.PIPE) as process:
        child = int(process.stdout.readline())
        assert len(running(toy)) == 4
        process.kill()
        # The child lives, but it holds nothing that keeps its parent's engine alive.
        wait_until_left(toy, 2)
        os.kill(child, signal.SIGKILL)
        wait_until_left(toy, 0)


KILLED = """
import sys
from soundweave.translation.engines import apertium as engine, apertium_pipeline
apertium_pipeline.CPU_SECONDS = 1
engine.translate("toy-loud", ["one"], timeout_seconds=60)
print("ready", flush=True)
engine.translate("toy-loud", [sys.stdin.readline()], timeout_seconds=600)
"""


@pytest.mark.parametrize("sentence", ["", "spin\n"], ids=["idle", "in a loop"])
def test_no_program_outlives_a_killed_worker(toy, sentence):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with script(KILLED, toy, **pipes) as process:
        assert process.stdout.readline() == "ready\n"
        assert len(running(toy)) == 2
        process.stdin.write(sentence)
        process.stdin.flush()
        time.sleep(0.2 if sentence else 0)
        process.kill()
    wait_until_left(toy, 0)


def test_no_program_outlives_its_process(toy):
    code = KILLED.replace("sys.stdin.readline()", "'two'")
    with script(code, toy, stdout=subprocess.DEVNULL) as process:
        assert process.wait(60) == 0
    wait_until_left(toy, 0)


def test_programs_have_a_limit_of_cpu_time(toy, monkeypatch):
    monkeypatch.setattr(apertium_pipeline, "CPU_SECONDS", 1)
    rendered = engine.translate("toy-loud", ["one", "spin", "two"], timeout_seconds=170)
    assert [r.text for r in rendered] == ["ONE", None, "TWO"]
    assert "crashes" in rendered[1].problem


# From here on the real Apertium.


def test_real_sentences_do_not_depend_on_their_neighbors(apertium):
    # "known" is a word that the English tagger was not trained for.
    sentence = "We hear that no zzurnas are present."
    alone = texts("eng-spa", sentence)
    assert alone == ["Oímos que ningún zzurnas es presente."]
    sentences = ["A known bird.", sentence, "The sea.", "known", sentence]
    assert texts("eng-spa", *sentences)[1::3] == alone * 2


def test_real_output_is_that_of_the_command(apertium):
    sentences = ["The sea is calm tonight.", "We hear that no zzurnas are present."]
    for sentence in sentences:
        command = subprocess.run(
            ["apertium", "-u", "eng-spa"],
            input=sentence,
            capture_output=True,
            text=True,
            check=True,
        )
        assert texts("eng-spa", sentence) == [command.stdout.strip()]


@pytest.mark.parametrize("route", ["eng-cat", "eng-cat+cat-spa"])
def test_a_real_poison_sentence_costs_only_itself(apertium, route):
    good = ["The sea is calm.", "Birds sing.", "It rains on the roof."]
    poison = "The sea is not behaving."  # the last step but three of eng-cat crashes on it
    alone = texts(route, *good)
    assert None not in alone
    assert texts(route, poison, good[0], poison, good[1], good[2]) == [
        None,
        alone[0],
        None,
        *alone[1:],
    ]
    assert texts(route, *good) == alone


def test_real_unknown_words_are_counted_over_both_hops(apertium):
    ((rendered),) = apertium.translate("eng-spa", ["A zzurna and a qqomba."], timeout_seconds=60)
    assert rendered == apertium.Rendering("Un zzurna y un qqomba.", 2)
    ((rendered),) = apertium.translate("eng-cat+cat-spa", ["The zzurna."], timeout_seconds=60)
    assert rendered.marks == 2


def test_real_verses_keep_their_lines(apertium):
    stanza = "The snow falls\n  softly on the sea,\nand I\nwait."
    for route in ("eng-spa", "eng-cat+cat-spa", "en-gl+gl-es"):
        (text,) = texts(route, stanza)
        assert text.count("\n") == 3
        assert "\n  " in text


def test_every_mode_of_the_configured_routes_runs(apertium):
    words = {"en": "water", "es": "agua", "ca": "aigua", "fr": "eau", "gl": "auga", "pt": "água"}
    codes = {"eng": "en", "spa": "es", "cat": "ca", "fra": "fr", "por": "pt"}
    for routes in settings.load(environ={})[0].apertium.routes.values():
        for mode in {mode for route in routes for mode in apertium_modes.modes(route)}:
            names = mode.removeprefix("eco-").split("-")
            source, target = (words[codes.get(name, name)] for name in names)
            (text,) = texts(mode, source)
            assert text.lower() == target, mode
        apertium.close()  # some hold 200 MB


def test_real_sentences_in_any_order(apertium):
    path = ROOT.parent / "shared/parallel/flores101-devtest.jsonl"
    if not path.is_file():
        pytest.skip("real parallel text is not part of the repository")
    rows = [json.loads(line) for line in path.read_text().splitlines()][:80]
    sentences = [row["eng"] for row in rows]
    shuffled = random.Random(1).sample(sentences, len(sentences))
    for route in ("eng-spa", "en-gl+gl-es"):
        ordered = dict(zip(sentences, texts(route, *sentences), strict=True))
        assert None not in ordered.values()
        assert dict(zip(shuffled, texts(route, *shuffled), strict=True)) == ordered
