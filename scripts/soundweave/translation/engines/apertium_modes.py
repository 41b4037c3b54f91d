"""Which programs a route of Apertium runs, and which Debian packages they come from.

A route is a chain of modes, "eng-cat+cat-spa". A mode is a file of Apertium's modes folder that
holds a pipeline for the shell; it is read here and never given to a shell.
"""

import os
import re
import shlex
import shutil
from pathlib import Path

from soundweave.base.errors import ConfigError

Command = list[str]

PAIRS = """
    arg-cat cat-ita cat-srd en-gl eng-cat eng-spa es-gl es-pt es-ro eu-en eu-es fr-es fra-cat
    oc-ca oc-es oci-fra por-cat pt-gl spa-arg spa-ast spa-cat spa-ita srd-ita
"""  # as Debian names its packages, whichever way a mode goes
PROGRAMS = {
    "apertium-anaphora": "apertium-anaphora",
    "cg-proc": "cg3",
    "lrx-proc": "apertium-lex-tools",
    "lsx-proc": "apertium-separable",
    "lt-proc": "lttoolbox",
}  # all others are in the package apertium
MODE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
VARIABLES = {"$1": ["-g"], "$2": []}  # -g: unknown words are marked


def modes(route: str) -> list[str]:
    """Return a route's modes; raise ConfigError where it cannot be one."""
    names = route.split("+")
    if not all(MODE_NAME.fullmatch(name) for name in names):
        raise ConfigError(f"not a route of Apertium, like eng-cat+cat-spa: {route!r}")
    return names


def folder() -> Path:
    """Return where the modes are; APERTIUM_DATADIR goes before Debian's place."""
    return Path(os.environ.get("APERTIUM_DATADIR") or "/usr/share/apertium") / "modes"


def commands(mode: str) -> list[Command]:
    """Return the programs of a mode's pipeline, each made to answer at every NUL (-z).

    Raises ConfigError for a mode that is not there or is more than a plain pipeline.
    """
    path = folder() / f"{mode}.mode"
    if path not in folder().glob("*.mode"):
        raise ConfigError(f"Apertium has no mode {mode}; its modes are in {folder()}")
    lexer = shlex.shlex(path.read_text(encoding="utf-8"), posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    stages: list[Command] = [[]]
    for word in lexer:
        if word == "|":
            stages.append([])
        elif set(word) <= set("();<>|&"):
            raise ConfigError(f"{path} is more than a plain pipeline: {word}")
        else:
            stages[-1] += VARIABLES.get(word, [word])
    if not all(stages):
        raise ConfigError(f"{path} holds an empty command")
    return [[program, "-z", *arguments] for program, *arguments in stages]


def missing(route: str) -> list[str]:
    """Return the Debian packages that this route lacks here, sorted; [] when it is ready.

    Packages are looked for by what they bring: Debian's own lists have gaps (apertium-spa-cat
    runs cg-proc without asking for cg3, and then gives nothing and exit code 0).
    """
    packages = set() if shutil.which("apertium-tagger") else {"apertium"}
    for mode in modes(route):
        try:
            stages = commands(mode)
        except ConfigError:
            packages |= {package(mode), *_in_advance(mode)}
            continue
        for program, *arguments in stages:
            if not shutil.which(program):
                packages.add(PROGRAMS.get(program, "apertium"))
            if not all(Path(name).exists() for name in arguments if name.startswith("/")):
                packages.add(package(mode))
    return sorted(packages)


def package(mode: str) -> str:
    """Return the Debian package of a mode: "cat-spa" and "spa-cat_valencia" are in one."""
    codes = mode.removeprefix("eco-").partition("_")[0].split("-")[:2]
    for pair in PAIRS.split():
        if sorted(pair.split("-")) == sorted(codes):
            return f"apertium-{pair}"
    return "apertium-" + "-".join(codes)


def _in_advance(mode: str) -> list[str]:
    """Return what a mode's package needs but does not ask for itself."""
    needs = {"apertium-spa-cat": ["apertium-lex-tools", "cg3"]}.get(package(mode), [])
    programs = {name: program for program, name in PROGRAMS.items()}
    return [name for name in needs if not shutil.which(programs[name])]
