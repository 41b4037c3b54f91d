"""What the project's own readers say about its files; the only module here that needs packages."""

from soundweave.base import config
from soundweave.base.config import Config
from soundweave.base.errors import SoundweaveError
from soundweave.doctor.project import Project
from soundweave.translation import settings
from soundweave.validation import histories
from soundweave.website.frame import assets


def load(project: Project) -> Config:
    """Read the settings; raises ConfigError."""
    return config.load(project.config, project.environ)


def configuration_problem(project: Project) -> str:
    """What is wrong with the settings, those of translations included; empty if nothing."""
    try:
        load(project)
        settings.load(path=project.config, environ=project.environ)
    except SoundweaveError as error:
        return str(error)
    return ""


def history_problem(project: Project) -> str:
    """What is wrong with the histories; empty if nothing. A torn last line is not wrong."""
    for path, schema in (
        (project.metrics_history, "metrics"),
        (project.milestone_history, "milestone"),
    ):
        history = histories.read(path, schema, owns=lambda _: True)
        if history.damaged:
            return f"{path}, line {history.damaged[0]} is not a JSON object"
        if history.faults:
            line, fault = history.faults[0]
            return f"{path}, line {line.number}: {fault}"
    return ""


def missing_bundles(project: Project) -> tuple[str, ...]:
    """Which of the site's bundles do not exist."""
    names = (*assets.NAMES, assets.NOTICES)
    return tuple(name for name in names if not (project.dist / name).is_file())
