"""Checks of texts as bytes: what SQLite takes for text need not be text."""

from collections.abc import Iterator

from soundweave.validation import text_columns
from soundweave.validation.finding import Finding
from soundweave.validation.subject import Subject

PREVIEWS = ("preview_mp3", "preview_ogg")
SOUND_TEXTS: dict[str, text_columns.Test] = {
    **dict.fromkeys(("name", "type", "tags", "gen_ai_preference"), text_columns.not_text),
    **dict.fromkeys(PREVIEWS, text_columns.not_urls),
}
GROUP_TEXTS: dict[str, dict[str, text_columns.Test]] = {
    "users": {"username": text_columns.not_text},
    "packs": {"name": text_columns.not_text},
}


def preview_urls(subject: Subject) -> Iterator[Finding]:
    """Previews are http or https URLs without spaces."""
    for sound, column in subject.bad_texts("sounds", SOUND_TEXTS):
        if column in PREVIEWS:
            yield Finding(f"sound {sound}", f"{column} is not an http or https URL")


def encodings(subject: Subject) -> Iterator[Finding]:
    """Text is UTF-8 without NUL."""
    for table, tests in {"sounds": SOUND_TEXTS, **GROUP_TEXTS}.items():
        for row_id, column in subject.bad_texts(table, tests):
            if column not in PREVIEWS:
                yield Finding(f"{table} {row_id}", f"{column} is not UTF-8 or contains NUL")
