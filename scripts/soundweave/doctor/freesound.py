"""Facts about Freesound: one search for one sound shows how it answers this key."""

from collections.abc import Callable

from soundweave.base.text import one_line
from soundweave.doctor.facts import Freesound, FreesoundAnswer, Unknown, look_up
from soundweave.doctor.machine import freesound_address
from soundweave.doctor.project import Project
from soundweave.github.fetch import fetch, reason

SEARCH = "search/?query=&page_size=1&fields=id"  # one request of the key's quota
NOT_HERE = Unknown("FREESOUND_API_KEY is not set here")


def freesound(project: Project, secret_exists: Callable[[], bool]) -> Freesound:
    """Ask Freesound if there is a key; `secret_exists` looks for the repository's secret."""
    key = project.environ.get("FREESOUND_API_KEY", "")
    if not key:
        return Freesound(look_up(lambda: _has_key(project, secret_exists)), NOT_HERE, NOT_HERE)
    plain = key.isascii() and key.isprintable() and key.split() == [key]
    answer = look_up(lambda: _ask(project, key)) if plain else Unknown("the key cannot be sent")
    return Freesound(has_key=True, key_is_plain=plain, answer=answer)


def _has_key(project: Project, secret_exists: Callable[[], bool]) -> bool:
    answer = project.environ.get("HAS_API_KEY")
    return answer == "true" if answer else secret_exists()


def _ask(project: Project, key: str) -> FreesoundAnswer:
    headers = {"Authorization": f"Token {key}", "Accept": "application/json"}
    try:
        response = fetch(freesound_address(project) + SEARCH, headers=headers)
    except OSError as error:
        return FreesoundAnswer(0, reason(error))
    value = response.json()
    answer = value if isinstance(value, dict) else {}
    detail = one_line(str(answer.get("detail", f"HTTP {response.status}")), limit=200)
    is_from_api = bool({"count", "detail"} & answer.keys())
    return FreesoundAnswer(response.status, detail, is_from_api, response.clock_ahead())
