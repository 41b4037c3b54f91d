"""Stages that do as their text's notes say, for tests of what runs them."""

import json
import os
import signal
import time
from pathlib import Path

from soundweave.translation import settings
from soundweave.translation.asking.stage import Question, Stage, StageContext
from soundweave.translation.failures import InvalidAnswerError, UnavailableError
from soundweave.translation.model import CandidateConfig, Kind, Text, numbered

LOG = "log"


def text(**acts):
    """Return a text whose stages act as told: by candidate id, or by stage name."""
    return Text(
        "toy", "Toy", "", Kind.PROSE, "en", ("es",), json.dumps(acts), numbered(["One.", "Two."])
    )


def context(folder, **acts):
    folder.mkdir(parents=True, exist_ok=True)
    loaded, _ = settings.load(environ={})
    return StageContext(text(**acts), "es", loaded, folder)


def candidate(i):
    return CandidateConfig(id=i + 1, model="toy")


def log(folder):
    """Return what ran, in order: (name, process)."""
    path = Path(folder) / LOG
    lines = path.read_text().splitlines() if path.exists() else []
    return [(line.split()[0], int(line.split()[1])) for line in lines]


def ran(folder):
    return [name for name, _ in log(folder)]


def act(context: StageContext, name: str) -> None:
    with (context.folder / LOG).open("a") as stream:
        stream.write(f"{name} {os.getpid()}\n")
    what = json.loads(context.text.notes).get(name, "")
    flag = context.folder / f"{name}.once"
    if what == "kill" or (what == "kill once" and not flag.exists()):
        flag.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "hang":
        time.sleep(600)
    if what == "fail" or (what == "fail once" and not flag.exists()):
        flag.touch()
        raise UnavailableError("nobody there")
    if what == "bug":
        raise ZeroDivisionError("a bug")
    if what.startswith("sleep"):
        time.sleep(float(what.split()[1]))


class Part(Stage):
    name = "Part"
    output_key = "parts"

    def execute(self, context):
        act(context, str(context.candidate.id))
        return {
            "config": {"id": context.candidate.id},
            "error": "",
            "message": "",
            "at": os.getpid(),
        }

    def question(self, context):
        return Question("p", "", "", "system", f"part {context.candidate.id}", "", None, 1)

    def read(self, context, answer):
        if answer == "nonsense":
            raise InvalidAnswerError("no sense in it")
        return {"config": {"id": context.candidate.id}, "error": "", "message": "", "said": answer}


class Choose(Stage):
    name = "Choose"
    output_key = "choice"

    def execute(self, context):
        act(context, self.name)
        return [part["config"]["id"] for part in context.results["parts"] if not part["error"]]


class Finish(Stage):
    name = "Finish"
    output_key = "end"

    def execute(self, context):
        act(context, self.name)
        return {"of": context.results["choice"]}
