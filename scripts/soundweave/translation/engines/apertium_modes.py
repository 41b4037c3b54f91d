"""The programs that an Apertium route runs, and the Debian packages they come from.

A route is a chain of modes, "eng-cat+cat-spa". A mode is a file in Apertium's modes folder that
contains a shell pipeline; it is parsed here and never passed to a shell.
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
"""  # in the order of Debian's package names, whatever direction a mode has
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
    """Return a route's modes; raises ConfigError for an invalid route."""
    names = route.split("+")
    if not all(MODE_NAME.fullmatch(name) for name in names):
        raise ConfigError(f"{route!r} is not a route of Apertium like eng-cat+cat-spa")
    return names


def folder() -> Path:
    """The folder of the modes; APERTIUM_DATADIR overrides Debian's."""
    return Path(os.environ.get("APERTIUM_DATADIR") or "/usr/share/apertium") / "modes"


def commands(mode: str) -> list[Command]:
    """Return the programs of a mode's pipeline, with -z to answer after every NUL.

    Raises ConfigError for a mode that does not exist or is more than a plain pipeline.
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
        raise ConfigError(f"{path} has an empty command")
    return [[program, "-z", *arguments] for program, *arguments in stages]


def missing(route: str) -> list[str]:
    """Return the Debian packages that this route still needs, sorted; [] when it is ready.

    Checks for the files themselves, as Debian's dependencies have gaps: apertium-spa-cat runs
    cg-proc without depending on cg3, and then prints nothing and exits with 0.
    """
    packages = set() if shutil.which("apertium-tagger") else {"apertium"}
    for mode in modes(route):
        try:
            stages = commands(mode)
        except ConfigError:
            packages |= {package(mode), *_undeclared(mode)}
            continue
        for program, *arguments in stages:
            if not shutil.which(program):
                packages.add(PROGRAMS.get(program, "apertium"))
            if not all(Path(name).exists() for name in arguments if name.startswith("/")):
                packages.add(package(mode))
    return sorted(packages)


def package(mode: str) -> str:
    """Return the Debian package of a mode: "cat-spa" and "spa-cat_valencia" share one."""
    codes = mode.removeprefix("eco-").partition("_")[0].split("-")[:2]
    for pair in PAIRS.split():
        if sorted(pair.split("-")) == sorted(codes):
            return f"apertium-{pair}"
    return "apertium-" + "-".join(codes)


def _undeclared(mode: str) -> list[str]:
    """Return what a mode's package needs but does not depend on."""
    needs = {"apertium-spa-cat": ["apertium-lex-tools", "cg3"]}.get(package(mode), [])
    programs = {name: program for program, name in PROGRAMS.items()}
    return [name for name in needs if not shutil.which(programs[name])]
