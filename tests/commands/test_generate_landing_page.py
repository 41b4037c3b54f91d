"""The command as a whole; the bundles come from `make website`."""

import json
import shutil
import subprocess
import sys

import pytest

import generate_landing_page
import generate_user_pack_edges
from soundweave.base import cli
from soundweave.base.paths import ROOT
from soundweave.library import database
from tests.support.front_site import milestone, night, status
from tests.support.make_library import make_library
from tests.support.page_tree import read_tree

ENDED = {"validation": "passed", "edge_generation": "failed", "website": "passed"}


class Command:
    """A library and its histories in a folder, and the site the command makes of them."""

    def __init__(self, folder):
        self.folder = folder
        self.public = folder / "site" / "public"
        self.numbers = self.public / "api" / "numbers.json"
        self.made_of = self.public / "made-of.json"

    def library(self, *sounds):
        make_library(self.folder / "library", sounds)

    def history(self, name, *records):
        text = "".join(json.dumps(record) + "\n" for record in records)
        (self.folder / name).write_text(text, encoding="utf-8")

    def place(self, number):
        """Put a sound on the map."""
        with database.writing(self.folder / "library") as connection:
            connection.execute("INSERT INTO communities VALUES (3, 1, 2, 5, 9, 'rain', 9)")
            connection.execute("INSERT INTO positions VALUES (?, 1.5, 2.5, 3)", [number])

    def arguments(self, *more):
        (self.folder / "none").mkdir(exist_ok=True)
        return [
            f"--checkpoint-dir={self.folder / 'library'}",
            f"--output-dir={self.folder / 'site'}",
            f"--metrics-history={self.folder / 'metrics'}",
            f"--milestone-history={self.folder / 'milestones'}",
            f"--texts-dir={self.folder / 'none'}",
            f"--translations-dir={self.folder / 'none'}",
            *more,
        ]

    def run(self, *more):
        return cli.run(lambda: generate_landing_page.main(self.arguments(*more)))

    def files(self):
        return {path: path.read_bytes() for path in self.public.rglob("*") if path.is_file()}


@pytest.fixture
def command(tmp_path):
    return Command(tmp_path)


def test_the_previous_site_stays_when_there_is_nothing_to_make_a_new_one_of(command, capsys):
    command.library({})
    command.history("metrics", night(20, 1))
    assert command.run() == 0
    before = command.files()
    command.history("metrics", ["not", "a", "night"], night(20, 1))
    assert command.run() == 1
    assert "line 1 is not a JSON object" in capsys.readouterr().err
    (command.folder / "library" / "library.db").write_bytes(b"no library at all" * 100)
    command.history("metrics", night(20, 1))
    assert command.run() == 1
    assert command.files() == before
    assert list(command.public.parent.iterdir()) == [command.public]


def test_tonights_milestone_is_read_from_its_status_file(command, capsys):
    command.library({})
    command.history("metrics", night(21, 512))
    command.history("milestones", milestone(4, 15))
    path = command.folder / "status.json"
    path.write_text(json.dumps(status([5])))
    assert command.run(f"--milestone-status={path}") == 0
    page = read_tree((command.public / "index.html").read_text(encoding="utf-8"))
    rows = page.one("section", aria_labelledby="milestones").one("tbody").all("tr")
    assert [row.one("th").text for row in rows] == ["5", "4"]
    path.write_text('{"is_milestone": 1}')
    assert command.run(f"--milestone-status={path}") == 2
    assert "status.json" in capsys.readouterr().err


def at_milestone(command):
    """Make a site while the milestone's actions are at work, then record how they ended."""
    command.library({}, {})
    command.history("metrics", night(21, 512))
    path = command.folder / "status.json"
    path.write_text(json.dumps(status([5])))
    assert command.run(f"--milestone-status={path}") == 0
    before = command.files()
    command.history("milestones", milestone(5, 21, actions=ENDED))
    return before


def test_a_site_is_amended_when_its_milestone_is_recorded(command, capsys):
    before = at_milestone(command)
    nodes = {path: path.stat().st_ino for path in before}
    edges = f"--output={command.folder / 'edges.json'}"
    data = f"--checkpoint-dir={command.folder / 'library'}"
    assert generate_user_pack_edges.main([data, edges]) == 0
    capsys.readouterr()
    assert command.run("--amend", "--json") == 0
    after = command.files()
    assert after.keys() == before.keys()
    changed = {
        str(path.relative_to(command.public)) for path in after if after[path] != before[path]
    }
    fronts = {"index.html", "ca/index.html", "es/index.html", "fr/index.html"}
    assert changed == fronts | {"api/milestones.json", "api/numbers.json", "feed.xml"}
    same = [path for path in after if after[path] == before[path]]
    assert all(path.stat().st_ino == nodes[path] for path in same)
    result = json.loads(capsys.readouterr().out)
    assert (result["written"], result["kept"]) == (len(changed), len(same))
    was, now = (
        read_tree(files[command.public / "index.html"].decode()) for files in (before, after)
    )
    assert "were still running" in was.one("section", aria_labelledby="work").text
    assert "This is how its actions ended." in now.one("section", aria_labelledby="work").text
    published = json.loads(after[command.public / "api" / "milestones.json"])
    assert published["milestones"][-1]["actions"] == ENDED
    numbers = [json.loads(files[command.public / "api/numbers.json"]) for files in (before, after)]
    assert [published_numbers["links"] for published_numbers in numbers] == [0, 2]
    assert command.run() == 0
    assert command.files() == after


@pytest.mark.parametrize(
    ("harm", "flags", "words"),
    [
        (lambda command: shutil.rmtree(command.public), [], "no site to amend in"),
        (lambda command: command.made_of.unlink(), [], "no site to amend in"),
        (lambda command: command.made_of.write_text("[1]"), [], "was built from other sounds"),
        (lambda command: command.made_of.write_text('{"sha256": "'), [], "is not JSON"),
        (lambda command: command.numbers.write_text("[1]"), [], "numbers.json"),
        (lambda command: command.library({"id": 9}), [], "was built from other sounds"),
        (lambda command: command.place(1), [], "was built from other sounds"),
        (lambda command: None, ["--base-url=https://example.org/"], "address"),
        (
            lambda command: command.history("milestones"),
            [],
            "lists 1 milestones, the history only 0",
        ),
        (lambda command: command.history("metrics"), [], "lists 1 nights, the history only 0"),
    ],
)
def test_what_cannot_be_amended_stays_and_is_said(command, capsys, harm, flags, words):
    at_milestone(command)
    harm(command)
    before = command.files()
    assert command.run("--amend", *flags) == 2
    assert words in capsys.readouterr().err
    assert command.files() == before


@pytest.mark.parametrize("base", ["https://example.org/a/b", "https://example.org/a/b/"])
def test_the_base_url_may_end_with_a_slash_or_not(command, base):
    command.library({})
    assert command.run("--base-url", base) == 0
    page = read_tree((command.public / "index.html").read_text(encoding="utf-8"))
    assert page.one("link", rel="canonical").attrs["href"] == "https://example.org/a/b/"
    assert (command.public / "sitemap.xml").is_file()


@pytest.mark.parametrize(
    "url", ["example.org", "javascript:alert(1)", "https:///x", "https://a/?b"]
)
def test_a_base_url_that_is_none_is_refused(command, url, capsys):
    with pytest.raises(SystemExit) as stop:
        command.run("--base-url", url)
    assert stop.value.code == 2
    assert "is not like https://example.org/folder/" in capsys.readouterr().err


def test_the_command_prints_its_result_and_works_from_anywhere(command):
    command.library({}, {})
    command.history("metrics", night(20, 1))
    script = ROOT / "scripts" / "generate_landing_page.py"
    line = [sys.executable, str(script), *command.arguments("--json")]
    done = subprocess.run(line, cwd=command.folder, capture_output=True, text=True, check=True)
    result = json.loads(done.stdout)
    expected = {"site": str(command.public), "sounds": 2, "nights": 1, "milestones": 0, "kept": 0}
    assert result.items() >= expected.items()
    assert result["written"] == len(command.files())
    assert (command.public / "index.html").stat().st_mode & 0o777 == 0o644


def test_without_a_library_the_command_says_what_to_do(command, capsys):
    assert command.run() == 2
    assert "run scripts/collect_sounds.py first" in capsys.readouterr().err
