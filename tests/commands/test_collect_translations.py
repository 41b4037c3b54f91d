import json
import os
import shutil

import pytest

import collect_translations
from soundweave.translation.results import result_files
from soundweave.translation.texts import source_texts
from tests.commands.test_plan_translations import TEXT
from tests.translation.results.test_results import record_of

FILES = ["translation.json", "translation.md"]


class Night:
    """Two texts, what other jobs handed over, and the translations that are there."""

    def __init__(self, folder):
        self.texts, self.handover = folder / "texts", folder / "handover"
        self.output = folder / "translations"
        self.texts.mkdir()
        for name, langs in (("a", "es, fr"), ("b", "es")):
            (self.texts / f"{name}.md").write_text(TEXT.format(title=name.upper(), langs=langs))

    def record(self, name, lang="es", words="Un párrafo."):
        text = source_texts.read(self.texts / f"{name}.md")
        return record_of(text, ["Título", words], lang=lang)

    def hand_over(self, name, lang="es", **changes):
        """Hand a whole translation over; returns its folder."""
        return result_files.write(self.handover, self.record(name, lang, **changes))[0].parent

    def collect(self, *arguments):
        paths = ["--handover-dir", str(self.handover), "--texts-dir", str(self.texts)]
        return collect_translations.main([*paths, "--output-dir", str(self.output), *arguments])

    def there(self):
        files = (path for path in self.output.rglob("*") if not path.is_dir())
        return sorted(str(path.relative_to(self.output)) for path in files)


def words_of(night):
    """The second segment of the stored translation of `a`."""
    record = result_files.read(night.output, "a", "es")
    assert record is not None
    return record["translation"][1]["text"]


@pytest.fixture
def night(tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    return Night(tmp_path)


def warnings(capsys):
    lines = capsys.readouterr().out.splitlines()
    return [line for line in lines if line.startswith("::warning::")]


def test_nothing_was_handed_over(night, capsys):
    assert night.collect() == 0
    assert "nothing was handed over" in capsys.readouterr().out
    assert night.there() == []


def test_each_translation_takes_its_place(night, capsys):
    night.hand_over("a")
    night.hand_over("a", "fr")
    night.hand_over("b")
    assert night.collect() == 0
    assert warnings(capsys) == []
    places = ["a/es", "a/fr", "b/es"]
    assert night.there() == [f"{place}/{name}" for place in places for name in FILES]
    for place in places:
        name, lang = place.split("/")
        for file in FILES:
            assert (night.output / place / file).read_bytes() == (
                night.handover / place / file
            ).read_bytes()
        text = source_texts.read(night.texts / f"{name}.md")
        assert str(result_files.status(night.output, text, lang)) == "unchanged"


def test_the_markdown_is_written_again(night):
    place = night.hand_over("a")
    good = (place / "translation.md").read_bytes()
    (place / "translation.md").write_text("<script>alert(1)</script>")
    assert night.collect() == 0
    assert (night.output / "a/es/translation.md").read_bytes() == good


def test_an_older_translation_is_replaced_once_its_text_changed(night):
    result_files.write(night.output, night.record("a"))
    night.hand_over("a", words="otro")
    assert night.collect() == 0
    assert words_of(night) == "Un párrafo."

    path = night.texts / "a.md"
    path.write_text(path.read_text().replace("One", "Another"))
    night.hand_over("a", words="otro")
    assert night.collect() == 0
    assert words_of(night) == "otro"


@pytest.mark.parametrize("file", FILES)
def test_edits_by_a_person_are_kept(night, capsys, file):
    edited = result_files.write(night.output, night.record("a"))[0].parent / file
    edited.write_text(edited.read_text().replace("Un párrafo.", "Una frase."))
    before = edited.read_bytes()
    path = night.texts / "a.md"
    path.write_text(path.read_text().replace("One", "Another"))
    night.hand_over("a")
    night.hand_over("b")
    assert night.collect() == 0
    assert edited.read_bytes() == before
    assert "a/es: kept: the existing translation is kept: edited by hand" in capsys.readouterr().out
    assert "b/es/translation.json" in night.there()


def change(**values):
    def changed(place):
        path = place / "translation.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | values))

    return changed


def other_source(place):
    path = place / "translation.json"
    record = json.loads(path.read_text())
    record["text"]["segments"][1]["text"] = "Something else, with the same digest."
    path.write_text(json.dumps(record))


def link_the_file(place):
    path = place / "translation.json"
    target = place.parents[2] / "elsewhere.json"
    path.rename(target)
    path.symlink_to(target)


def link_the_folder(place):
    target = place.parents[2] / "elsewhere"
    place.rename(target)
    place.symlink_to(target)


def link_the_text(place):
    target = place.parents[2] / "elsewhere"
    place.parent.rename(target)
    place.parent.symlink_to(target)


def replace_the_folder(place):
    shutil.rmtree(place)
    place.write_text("a file")


def fifo(place):
    (place / "translation.md").unlink()
    os.mkfifo(place / "translation.md")


def write(content):
    return lambda place: (place / "translation.json").write_bytes(content)


def add(name):
    def added(place):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text("x")

    return added


def move(name):
    def moved(place):
        target = place.parents[1] / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(place, target)

    return moved


@pytest.mark.parametrize(
    "spoil",
    [
        change(lang="fr"),
        change(surprise=1),
        change(translation=[]),
        change(text={}),
        change(parallel_count=float("inf"), lang="es"),
        other_source,
        write(b""),
        write(b"[]"),
        write(b"null"),
        write(b"\xff\xfe"),
        write(b"[" * 100_000),
        write(b'{"a": 1e999}'),
        add("more.txt"),
        add(".hidden"),
        add("folder/translation.json"),
        lambda place: (place / "translation.md").unlink(),
        lambda place: (place / "translation.json").unlink(),
        link_the_file,
        link_the_folder,
        link_the_text,
        fifo,
        move("a/de"),
        move("a/ES"),
        move("b/es"),
        move("no-such-text/es"),
        move("$(id)/::error::x\n"),
        replace_the_folder,
    ],
)
def test_untrustworthy_translations_are_refused_and_the_others_collected(night, capsys, spoil):
    place = night.hand_over("a")
    night.hand_over("a", "fr")
    spoil(place)
    assert night.collect() == 1
    (line,) = warnings(capsys)
    assert " was refused: " in line
    accepted = [] if spoil is link_the_text else [f"a/fr/{name}" for name in FILES]
    assert night.there() == accepted


def test_an_unrequested_language_is_refused(night, capsys):
    night.hand_over("a", "de")
    assert night.collect() == 1
    assert (
        "a/de was refused: no text in data/texts asks for this translation" in warnings(capsys)[0]
    )
    assert night.there() == []


def test_a_file_that_is_too_large_is_refused_unread(night, capsys):
    with (night.hand_over("a") / "translation.json").open("r+b") as stream:
        stream.truncate(60_000_000)
    assert night.collect() == 1
    assert "more than 50,000,000 bytes" in warnings(capsys)[0]
    assert night.there() == []


def test_an_invalid_text_is_reported(night, capsys):
    night.hand_over("a")
    night.hand_over("b")
    (night.texts / "b.md").write_text("no front matter")
    assert night.collect() == 1
    assert len(warnings(capsys)) == 2
    assert night.there() == [f"a/es/{name}" for name in FILES]


def test_json(night, capsys):
    night.hand_over("a")
    (night.handover / "b").mkdir(parents=True)
    (night.handover / "b" / "es").write_text("")
    assert night.collect("--json") == 1
    first, second = json.loads(capsys.readouterr().out.splitlines()[-1])["translations"]
    assert first == {"name": "a/es", "status": "taken", "message": ""}
    assert (second["name"], second["status"]) == ("b/es", "refused")
