"""The library behind the commands in scripts/. The README lists its packages."""

import os
import sys
from types import TracebackType

__version__ = "0.1.0"


def _explain(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Name the package that a command lacks, instead of a traceback."""
    if isinstance(error, ModuleNotFoundError) and error.name:
        package = error.name.partition(".")[0]
        if package != __name__:
            advice = "run `make setup`, then `. .venv/bin/activate`"
            print(f"error: the package {package} is not installed; {advice}", file=sys.stderr)
            os._exit(2)
    sys.__excepthook__(kind, error, trace)


sys.excepthook = _explain
