"""Kills a command at random moments, lets it finish once, and checks that nothing is lost."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.campaign.tally import Tally
from soundweave.base import jsonl, paths
from soundweave.base.errors import SoundweaveError
from soundweave.library import database
from soundweave.nightly import Workspace, run_night
from soundweave.standin import StandIn, synthetic_catalog
from tests.translation.chat_server import ChatServer
from tests.translation.command import POEM

KILLS_IN_A_ROW = 10  # then the command runs to its end, and everything is checked
SECONDS = 300  # a command that takes longer hangs
SOUNDS = 420
Check = Callable[["Place", Tally], None]


@dataclass(frozen=True)
class Place:
    """A folder laid out like the repository, and the environment of its commands."""

    folder: Path
    environment: Mapping[str, str]

    def start(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        """Start a command of scripts/ in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, *command],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def run(self, *command: str) -> None:
        """Run a command to its end; raises SoundweaveError if it fails."""
        process = self.start(command)
        _, log = process.communicate(timeout=SECONDS)
        if process.returncode:
            words = " ".join(command)
            raise SoundweaveError(
                f"{words}: exit code {process.returncode}\n{log.decode()[-2000:]}"
            )

    def git(self, *arguments: str) -> str:
        """Run git; returns what it prints."""
        return subprocess.run(
            ["git", *arguments], cwd=self.folder, check=True, capture_output=True, text=True
        ).stdout


@dataclass(frozen=True)
class Subject:
    """A command with its share of the kills, what comes before it, and what must hold after it."""

    name: str
    share: int
    command: tuple[str, ...]
    check: Check
    before: tuple[tuple[str, ...], ...] = ()


def shares(kills: int) -> list[tuple[str, int]]:
    """Return the name of each subject, and its share of the kills."""
    whole = sum(subject.share for subject in SUBJECTS)
    return [(subject.name, round(subject.share * kills / whole)) for subject in SUBJECTS]


def run(folder: Path, name: str, kills: int, seed: int) -> list[Tally]:
    """Kill the command of a subject `kills` times."""
    (subject,) = (subject for subject in SUBJECTS if subject.name == name)
    catalog = synthetic_catalog(sounds=SOUNDS, seed=seed)
    with StandIn(catalog, 0, None, None) as standin, ChatServer() as endpoint:
        environment = _environment(standin.base_url, endpoint.base_url)
        base = _base(folder / "base", environment)
        return [_kill_again_and_again(subject, base, kills, random.Random(seed))]


def _kill_again_and_again(
    subject: Subject, base: Place, kills: int, generator: random.Random
) -> Tally:
    tally = Tally(subject.name)
    seconds = _seconds(subject, base)
    hits = 0
    while tally.done < kills:
        place = _copy(base, subject)
        for _ in range(min(KILLS_IN_A_ROW, kills - tally.done)):
            hits += _kill(place.start(subject.command), generator.uniform(0, seconds))
            tally.done += 1
        try:
            place.run(*subject.command)
            subject.check(place, tally)
        except (SoundweaveError, OSError, subprocess.SubprocessError) as error:
            tally.failures.append(str(error))
    tally.details = f"{hits} while it ran"
    return tally


def _seconds(subject: Subject, base: Place) -> float:
    place = _copy(base, subject)
    start = time.monotonic()
    place.run(*subject.command)
    return time.monotonic() - start


def _kill(process: subprocess.Popen[bytes], delay: float) -> bool:
    """Kill a command and its children after `delay` seconds; returns whether it still ran."""
    try:
        process.communicate(timeout=delay)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return True
    return False


def _copy(base: Place, subject: Subject) -> Place:
    folder = base.folder.with_name("copy")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(base.folder, folder, symlinks=True)
    place = Place(folder, base.environment)
    origin = folder / "origin.git"
    subprocess.run(["git", "clone", "-q", "--bare", str(folder), str(origin)], check=True)
    place.git("remote", "add", "origin", str(origin))
    for command in subject.before:
        place.run(*command)
    return place


def _base(folder: Path, environment: Mapping[str, str]) -> Place:
    """Make a folder in which a night has collected half of the sounds and reached a milestone."""
    folder.mkdir(parents=True)
    place = Place(folder, environment)
    (folder / "texts").mkdir()
    (folder / "texts" / "two-rivers.md").write_text(POEM, encoding="utf-8")
    (folder / ".gitignore").write_text("*\n!.gitignore\n", encoding="utf-8")
    place.git("init", "-q", "-b", "main")
    place.git("add", ".gitignore")
    identity = ("-c", "user.name=campaign", "-c", "user.email=campaign@localhost")
    place.git(*identity, "commit", "-q", "-m", "Start")
    run_night(Workspace(folder), environment["FREESOUND_BASE_URL"], 2, quiet=True)
    return place


def _environment(base_url: str, endpoint: str) -> dict[str, str]:
    outer = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
    return outer | {
        "FREESOUND_BASE_URL": base_url,
        "FREESOUND_API_KEY": "stand-in",
        "TRANSLATION_BASE_URL": endpoint,
        "TRANSLATION_API_KEY": "stand-in",
        "NO_PROXY": "127.0.0.1",
    }


def _library_is_sound(place: Place, tally: Tally) -> None:
    with closing(database.connect(place.folder / paths.CHECKPOINT_DIR)) as connection:
        verdict = connection.execute("PRAGMA integrity_check").fetchone()[0]
    tally.check(verdict == "ok", f"the library is damaged: {verdict}")
    place.run("scripts/validate_pipeline_data.py")


def _everything_collected(place: Place, tally: Tally) -> None:
    _library_is_sound(place, tally)
    sounds = Workspace(place.folder).known_sounds()
    tally.check(sounds == SOUNDS, f"{sounds} of {SOUNDS} sounds collected")
    lines = jsonl.read(place.folder / paths.METRICS_HISTORY)
    tally.check(lines[-1]["nodes"] == sounds, f"the history ends with {lines[-1]}")


def _site_is_whole(place: Place, tally: Tally) -> None:
    public = place.folder / paths.WEBSITE_DIR / "public"
    tally.check((public / "index.html").stat().st_size > 0, "the front page is missing")
    unfinished = [path for path in place.folder.glob("website/**/.*") if path.is_file()]
    tally.check(not unfinished, f"unfinished files stay: {unfinished[:3]}")


def _recorded_once(place: Place, tally: Tally) -> None:
    numbers = [
        line["milestone_number"] for line in jsonl.read(place.folder / paths.MILESTONE_HISTORY)
    ]
    tally.check(len(numbers) == len(set(numbers)) == 1, f"milestones recorded: {numbers}")


def _committed(place: Place, tally: Tally) -> None:
    committed = place.git("-C", "origin.git", "show", f"main:{paths.METRICS_HISTORY}")
    here = (place.folder / paths.METRICS_HISTORY).read_text(encoding="utf-8")
    tally.check(committed == here, "the commit lacks lines of the history")
    place.git("-C", "origin.git", "fsck", "--strict")


def _translated(place: Place, tally: Tally) -> None:
    made = sorted(path.name for path in (place.folder / "translated").glob("*/es/*"))
    tally.check(made == ["translation.json", "translation.md"], f"translated: {made}")


def _night_passed(place: Place, tally: Tally) -> None:
    _library_is_sound(Place(place.folder / "night", place.environment), tally)
    _site_is_whole(Place(place.folder / "night", place.environment), tally)


TRANSLATE = ("scripts/run_translations.py", "--texts-dir", "texts", "--output-dir", "translated")
FORGET = "import pathlib; pathlib.Path('data/milestone_history.jsonl').unlink()"
COLLECT = ("scripts/collect_sounds.py", "--max-requests", "50")
PAGE = "scripts/generate_landing_page.py"
SUBJECTS = (
    Subject("collect_sounds.py", 40, COLLECT, _everything_collected),
    Subject(
        "generate_user_pack_edges.py",
        12,
        ("scripts/generate_user_pack_edges.py",),
        _library_is_sound,
        before=(COLLECT,),
    ),
    Subject("analyze_network.py", 10, ("scripts/analyze_network.py",), _library_is_sound),
    Subject("generate_landing_page.py", 6, (PAGE,), _site_is_whole, before=(COLLECT,)),
    Subject("generate_landing_page.py --amend", 6, (PAGE, "--amend"), _site_is_whole),
    Subject(
        "record_milestone.py",
        8,
        ("scripts/record_milestone.py",),
        _recorded_once,
        before=(("-c", FORGET),),
    ),
    Subject("commit_night.py", 8, ("scripts/commit_night.py", "--push"), _committed),
    Subject("run_translations.py", 6, (*TRANSLATE, "--engine", "chat"), _translated),
    Subject(
        "run_nightly.py",
        4,
        ("scripts/run_nightly.py", "--workspace", "night"),
        _night_passed,
    ),
)
