"""Runs scripts/run_translations.py as a user does: a process of its own, in a folder of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from soundweave.base.paths import ROOT

KEY = "sk-test-0123456789abcdef"

POEM = """---
title: Two Rivers
author: Nobody
kind: poem
source_lang: en
target_langs: [es]
licence: CC0-1.0
---

The river sings
and never stops.

The night is long,
the stars are drops.
"""
PROSE = """---
title: A Night
author: Nobody
kind: prose
source_lang: en
target_langs: [es, ca]
licence: CC0-1.0
---

Every night the map grows by a few sounds.

Nobody hears them all.
"""


@dataclass
class Desk:
    """A folder with texts, where the command is run; `environ` is all it knows."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.texts = self.folder / "texts"
        self.texts.mkdir(parents=True)
        self.write("poem", POEM)

    def write(self, name: str, content: str) -> None:
        (self.texts / f"{name}.md").write_text(content, encoding="utf-8")

    def arguments(self, *arguments: str) -> list[str]:
        folders = {"texts": self.texts, "output": self.output, "work": self.work}
        flags = [word for name, path in folders.items() for word in (f"--{name}-dir", str(path))]
        return [sys.executable, str(ROOT / "scripts/run_translations.py"), *flags, *arguments]

    def run(self, *arguments: str, typed: str = "", check: bool = True) -> "Done":
        """Run the command with `given` as its standard input."""
        environ = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **self.environ}
        done = subprocess.run(
            self.arguments(*arguments),
            cwd=self.folder,
            env=environ,
            input=typed,
            capture_output=True,
            text=True,
            timeout=500,
            check=False,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return Done(done.returncode, done.stdout, done.stderr)

    @property
    def output(self) -> Path:
        return self.folder / "out"

    @property
    def work(self) -> Path:
        return self.folder / "work"

    def record(self, name: str = "poem", lang: str = "es") -> dict[str, Any]:
        path = self.output / name / lang / "translation.json"
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return record

    def events(self) -> list[dict[str, Any]]:
        lines = (self.work / "events.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def everything(self) -> str:
        """Return the content of every file there is."""
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in files)


@dataclass
class Done:
    """What a run said."""

    code: int
    out: str
    err: str
