"""Takes over what other jobs translated, from a folder that is not trusted.

Each translation comes as <text>/<lang>/translation.json with its Markdown, and nothing else. Only
the record is read; the Markdown is written anew from it.
"""

import json
import stat
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from soundweave.base import files, schemas
from soundweave.base.errors import ConfigError
from soundweave.translation.model import Text
from soundweave.translation.results import result_files
from soundweave.translation.texts import source_texts

HANDOVER_DIR = Path("build/handover")
NAMES = {result_files.RECORD, result_files.MARKDOWN}
LARGEST = 50_000_000  # bytes of a file; a long text with all its candidates has a few million

TAKEN = "taken"
KEPT = "kept"
REFUSED = "refused"


@dataclass(frozen=True)
class Handed:
    """What became of one translation; `name` is like site/es, in ASCII whatever came."""

    name: str
    status: str
    message: str = ""


def readable(folder: Path, names: Sequence[str] = ()) -> tuple[list[Text], list[str]]:
    """Return the texts of these names, or all, and what is wrong with those that are not right."""
    stems = [path.stem for path in folder.glob("[!.]*.md") if path.stem.lower() != "readme"]
    found, problems = [], []
    for name in sorted(names or stems):
        try:
            found += source_texts.read_all(folder, [name])
        except ConfigError as error:
            problems.append(str(error))
    return found, problems


def take_over(folder: Path, known: Sequence[Text], output: Path) -> Iterator[Handed]:
    """Write each translation in `folder` to `output`, unless one is there that holds.

    What is no translation of a known text, as it is now, into one of its languages is refused.
    """
    by_name = {text.name: text for text in known}
    for place in _places(folder):
        name = ascii(str(place.relative_to(folder)))[1:-1]
        try:
            yield Handed(name, *_take(place, by_name.get(place.parent.name), output))
        except (ConfigError, ValueError, RecursionError) as error:
            yield Handed(name, REFUSED, str(error))


def _places(folder: Path) -> Iterator[Path]:
    for above in sorted(folder.iterdir()) if folder.exists() else []:
        yield from sorted(above.iterdir()) if _is(above, stat.S_IFDIR) else [above]


def _take(place: Path, text: Text | None, output: Path) -> tuple[str, str]:
    lang = place.name
    if text is None or lang not in text.target_langs:
        raise ConfigError("data/texts asks for no such translation")
    record = _record(place)
    if record["text"] != _source(text) or record["lang"] != lang:
        raise ConfigError("it is a translation of something else, or of an older version")
    if why := result_files.fresh(output, text, lang):
        return KEPT, f"the one that is there is kept: {why}"
    result_files.write(output, record)
    return TAKEN, ""


def _record(place: Path) -> dict[str, Any]:
    if not _is(place, stat.S_IFDIR) or {path.name for path in place.iterdir()} != NAMES:
        raise ConfigError(f"it is no folder of {' and '.join(sorted(NAMES))}")
    for path in place.iterdir():
        if not _is(path, stat.S_IFREG) or path.lstat().st_size > LARGEST:
            raise ConfigError(f"{path.name} is no file, or has more than {LARGEST:,} bytes")
    record: dict[str, Any] = files.read_json(place / result_files.RECORD)
    schemas.check("translation", record, result_files.RECORD)
    return record


def _is(path: Path, kind: int) -> bool:
    return stat.S_IFMT(path.lstat().st_mode) == kind  # of a link, the link's own


def _source(text: Text) -> dict[str, Any]:
    plain = asdict(text) | {"digest": text.digest()}
    del plain["target_langs"]
    source: dict[str, Any] = json.loads(json.dumps(plain))
    return source
