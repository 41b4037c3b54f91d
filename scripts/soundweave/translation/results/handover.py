"""Takes over the translations of other jobs, from an untrusted folder.

Each translation is <text>/<lang>/translation.json with its Markdown, and nothing else. Only the
record is read; the Markdown is written again from it.
"""

import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from soundweave.base.errors import ConfigError
from soundweave.translation.model import Text
from soundweave.translation.record import Record, source_of
from soundweave.translation.results import result_files
from soundweave.translation.results.result_files import Freshness

HANDOVER_DIR = Path("build/handover")
NAMES = {result_files.RECORD, result_files.MARKDOWN}
LARGEST = 50_000_000  # bytes of a file; a long text with all its candidates takes a few million

TAKEN = "taken"
KEPT = "kept"
REFUSED = "refused"


@dataclass(frozen=True)
class Handover:
    """What became of one translation; `name` is like site/es, always in ASCII."""

    name: str
    status: str
    message: str = ""


def take_over(folder: Path, texts: Sequence[Text], output: Path) -> Iterator[Handover]:
    """Write each translation in `folder` to `output`, unless it has one that is up to date.

    Refuses anything but a translation of one of `texts`, as it is now, into one of its languages.
    """
    by_name = {text.name: text for text in texts}
    for path in _paths(folder):
        name = ascii(str(path.relative_to(folder)))[1:-1]
        try:
            yield Handover(name, *_take(path, by_name.get(path.parent.name), output))
        except (ConfigError, ValueError, RecursionError) as error:
            yield Handover(name, REFUSED, str(error))


def _paths(folder: Path) -> Iterator[Path]:
    for parent in sorted(folder.iterdir()) if folder.exists() else []:
        yield from sorted(parent.iterdir()) if _is(parent, stat.S_IFDIR) else [parent]


def _take(path: Path, text: Text | None, output: Path) -> tuple[str, str]:
    lang = path.name
    if text is None or lang not in text.target_langs:
        raise ConfigError("no text in data/texts asks for this translation")
    record = _record(path)
    if record["text"] != source_of(text) or record["lang"] != lang:
        raise ConfigError("it is a translation of another text, or of an older version")
    status = result_files.status(output, text, lang)
    if status.freshness is not Freshness.DUE:
        return KEPT, f"the existing translation is kept: {status}"
    result_files.write(output, record)
    return TAKEN, ""


def _record(folder: Path) -> Record:
    if not _is(folder, stat.S_IFDIR) or {path.name for path in folder.iterdir()} != NAMES:
        raise ConfigError(f"it is not a folder of {' and '.join(sorted(NAMES))}")
    for path in folder.iterdir():
        if not _is(path, stat.S_IFREG) or path.lstat().st_size > LARGEST:
            raise ConfigError(f"{path.name} is not a file, or has more than {LARGEST:,} bytes")
    return result_files.load(folder / result_files.RECORD)


def _is(path: Path, kind: int) -> bool:
    return stat.S_IFMT(path.lstat().st_mode) == kind  # lstat: of a link itself
