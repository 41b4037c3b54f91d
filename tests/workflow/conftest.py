"""The project on a "GitHub" of its own, over a stand-in for Freesound of a chosen size."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from soundweave.standin import StandIn, synthetic_catalog
from tests.doctor.set_up import healthy_answers
from tests.doctor.test_night_issue import Issues
from tests.support.github_server import REPOSITORY, Answer, Releases, Request, github_server
from tests.workflow.act import Project, git, make_origin, require_act

MakeProject = Callable[[int], Project]


def give(answer: Answer, _: Request) -> Answer:
    """Answer any request with the same."""
    return answer


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The work tree as it is, as a bare repository."""
    return make_origin(tmp_path_factory.mktemp("template"))


@pytest.fixture
def freesound() -> Iterator[Callable[[int], StandIn]]:
    """Start a stand-in with so many sounds; more sounds keep the earlier ones."""
    with ExitStack() as stack:
        yield lambda sounds: stack.enter_context(StandIn(synthetic_catalog(sounds, seed=7)))


@pytest.fixture
def releases() -> Iterator[Releases]:
    """The releases of the project, on a GitHub where nothing is wrong with it."""
    with github_server() as (github, releases):
        for path, value in healthy_answers().items():
            answer = partial(give, Answer(200, value))
            github.route("GET", f"/repos/{REPOSITORY}{path}", answer)
        Issues(github).install()
        releases.install()
        yield releases


@pytest.fixture
def project(
    template: Path, tmp_path: Path, freesound: Callable[[int], StandIn], releases: Releases
) -> MakeProject:
    """Make the project; call it with how many sounds Freesound has."""
    require_act()

    def make(sounds: int) -> Project:
        git("clone", "--quiet", "--bare", str(template), "origin.git", cwd=tmp_path)
        return Project(tmp_path, tmp_path / "origin.git", freesound(sounds), releases)

    return make
