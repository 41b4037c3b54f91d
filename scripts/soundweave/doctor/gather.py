"""All facts, each looked up once."""

from soundweave.doctor.facts import (
    Facts,
    Freesound,
    FreesoundAnswer,
    GitHub,
    NotCheckedError,
    Unknown,
    unknown,
)
from soundweave.doctor.freesound import freesound
from soundweave.doctor.machine import chat, library, machine
from soundweave.doctor.project import Project
from soundweave.doctor.repository import connect, github, has_secret
from soundweave.github.rest import Rest

NO_URL = "https://github.com/<owner>/<repository>"


def gather(project: Project) -> Facts:
    """Look at this machine, and ask GitHub and Freesound; changes nothing."""
    rest = None
    try:
        rest = connect(project)
        on_github = github(rest, project)
    except NotCheckedError as error:
        on_github = unknown(GitHub, str(error))
    at_freesound = freesound(project, lambda: _has_secret(rest))
    return Facts(
        url=rest.url if rest else NO_URL,
        machine=machine(project, _clock_ahead(rest, at_freesound)),
        library=library(project),
        chat=chat(project),
        freesound=at_freesound,
        github=on_github,
    )


def _has_secret(rest: Rest | None) -> bool:
    return False if rest is None else has_secret(rest)


def _clock_ahead(rest: Rest | None, at_freesound: Freesound) -> float | Unknown:
    answer = at_freesound.answer
    clocks = [rest.clock_ahead if rest else None]
    clocks += [answer.clock_ahead if isinstance(answer, FreesoundAnswer) else None]
    answers = [ahead for ahead in clocks if ahead is not None]
    return answers[0] if answers else Unknown("no server told the time")
