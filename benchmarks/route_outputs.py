"""Apertium's translations for the benchmark, cached in build/."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path

from soundweave.base import files, paths
from soundweave.translation.engines import apertium, masking
from soundweave.translation.engines.apertium import Rendering
from soundweave.translation.model import digest_of

FOLDER = paths.ROOT / "build" / "translation_quality"
TIMEOUT_SECONDS = 60.0


def outputs(route: str, sentences: Sequence[str]) -> list[Rendering]:
    """Translate as the pipeline does, with placeholders masked.

    The cache depends on the code and the sentences. Raises ConfigError when the route's packages
    are missing.
    """
    path = FOLDER / f"{digest_of([route, list(sentences), _code()])}.json"
    if path.is_file():
        return [Rendering(**rendering) for rendering in files.read_json(path)]
    renderings = masking.through(sentences, lambda masked: plain(route, masked))
    files.write_json(path, [asdict(rendering) for rendering in renderings])
    return renderings


def plain(route: str, sentences: Sequence[str]) -> list[Rendering]:
    """Translate without masking."""
    return apertium.translate(route, sentences, timeout_seconds=TIMEOUT_SECONDS)


@cache
def _code() -> str:
    parts = sorted(Path(apertium.__file__).parent.glob("apertium*.py"))
    code = b"".join(part.read_bytes() for part in [*parts, Path(masking.__file__)])
    return hashlib.sha256(code).hexdigest()
