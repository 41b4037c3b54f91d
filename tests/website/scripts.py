"""Runs parts of the site's scripts in Node: what needs no page is told without a browser."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from soundweave.base.paths import ROOT

WEBSITE = ROOT / "website"
WORDS = WEBSITE / "locales" / "en.json"
PARTS = {
    "shared": ("credit", "fetch", "search", "texts"),
    "map": ("address", "connections", "filters", "status"),
}
# The page that the scripts run in: its words, and the site's files in a folder.
AROUND = """
const fs = require("node:fs");
const [program, folder, asked] = process.argv.slice(2);
const page = { lang: "en", root: folder, home: "", words: JSON.parse(process.env.WORDS) };
const elements = { page: { textContent: JSON.stringify(page) } };
globalThis.document = { getElementById: (id) => (elements[id] ??= { textContent: "" }) };
globalThis.window = globalThis;
globalThis.fetch = async (path) => {
  if (path.endsWith("made-of.json")) return { status: 200, ok: true, text: async () => "one site" };
  const there = fs.existsSync(path);
  const text = there ? fs.readFileSync(path, "utf-8") : "";
  return { status: there ? 200 : 404, ok: there, json: async () => JSON.parse(text) };
};
const parts = require(program);
const make = new Function("parts", "value", `with (parts) { return (${process.env.EXPRESSION}); }`);
Promise.all(JSON.parse(asked).map((value) => make(parts, value))).then((found) =>
  process.stdout.write(JSON.stringify(found)),
);
"""


class Scripts:
    """The scripts' functions by the name of their file, like `texts.fold`."""

    def __init__(self, folder: Path) -> None:
        self._path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        self._program, self._around = folder / "parts.cjs", folder / "around.cjs"
        self._around.write_text(AROUND)
        names = [(part, name) for part, files in PARTS.items() for name in files]
        entry = "".join(f'export * as {name} from "./{part}/{name}";\n' for part, name in names)
        bundle = ("--bundle", "--format=cjs", "--platform=node", f"--outfile={self._program}")
        program = str(WEBSITE / "node_modules" / ".bin" / "esbuild")
        subprocess.run(
            [program, *bundle, "--log-level=error"],
            input=entry,
            cwd=WEBSITE / "src",
            env=self._environment(),
            text=True,
            check=True,
        )

    def each(self, expression: str, values: Sequence[Any], folder: Path | None = None) -> list[Any]:
        """Return what an expression is for each `value`; `folder` is the site's."""
        node = shutil.which("node", path=self._path)
        assert node, "there is no Node.js; run: make setup"
        root = f"{folder}/" if folder else "nowhere/"
        done = subprocess.run(
            [node, str(self._around), str(self._program), root, json.dumps(values)],
            env=self._environment(EXPRESSION=expression, WORDS=WORDS.read_text("utf-8")),
            text=True,
            check=True,
            stdout=subprocess.PIPE,
        )
        return list(json.loads(done.stdout))

    def _environment(self, **more: str) -> Mapping[str, str]:
        return os.environ | {"PATH": self._path} | more
