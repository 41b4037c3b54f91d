"""Update the site's locales from their translations: website/locales/<lang>.json."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from soundweave.base import cli
from soundweave.base.errors import ConfigError
from soundweave.github import actions
from soundweave.translation.model import Text
from soundweave.translation.texts import source_texts
from soundweave.website.frame import locale_files
from soundweave.website.frame.locale_files import Update

MOST = 20  # warnings about single strings of one language; GitHub shows no more for a step


def main(argv: Sequence[str] | None = None) -> int:
    """Write the changed files; 1 when something is damaged or, with --check, would change."""
    args = _parse(argv)
    cli.setup_logging(verbose=args.verbose)
    updates, failures = [], []
    for result in _updates(args):
        if isinstance(result, Update):
            updates.append(result)
        else:
            failures.append(result)
    for failure in failures:
        actions.error(failure)
    lines, locales = [], []
    for update in updates:
        _warn(update)
        lines.append(_line(update, check=args.check))
        locales.append(_as_json(update))
        if not args.check:
            update.write()
    cli.show(
        {"locales": locales, "failures": failures},
        "\n".join(lines) or "no text names a strings file",
        as_json=args.json,
    )
    would_change = args.check and any(update.changed for update in updates)
    return 1 if failures or would_change else 0


def _updates(args: argparse.Namespace) -> Iterator[Update | str]:
    """Yield the update of each language's file, or an error message."""
    for path in source_texts.paths(args.texts_dir).values():
        try:
            strings = source_texts.strings_file(path)
            if strings is not None:
                yield from _of_text(args, source_texts.read(path), strings)
        except ConfigError as error:
            yield str(error)


def _of_text(args: argparse.Namespace, text: Text, strings: Path) -> Iterator[Update | str]:
    for lang in text.target_langs:
        path = strings.with_name(f"{lang}.json")
        try:
            yield locale_files.update(text, lang, path, args.translations_dir, again=args.again)
        except ConfigError as error:
            yield str(error)


def _warn(update: Update) -> None:
    for key, reason in list(update.problems.items())[:MOST]:
        actions.warning(f"{update.path}: {key} was rejected: {reason}")
    if len(update.problems) > MOST:
        actions.warning(f"{update.path}: {len(update.problems) - MOST} more were rejected")


def _as_json(update: Update) -> dict[str, object]:
    return {
        "path": str(update.path),
        "changed": update.changed,
        "offered": update.offered,
        "taken": update.added,
        "held": update.current,
        "wanted": update.total,
        "problems": dict(update.problems),
    }


def _line(update: Update, *, check: bool) -> str:
    state = ("would change" if check else "changed") if update.changed else "unchanged"
    path, folder = update.path, Path.cwd()
    path = path.relative_to(folder) if path.is_relative_to(folder) else path
    return f"{path}: {state}, {update.current} of {update.total} strings, {update.added} new"


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = cli.parser(__doc__ or "", "python scripts/update_locales.py --check")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit with 1 if a file would change"
    )
    parser.add_argument(
        "--again",
        action="store_true",
        help="take all translations again, overwriting edits in the locales",
    )
    cli.text_arguments(parser)
    return parser.parse_args(argv)


if __name__ == "__main__":
    raise SystemExit(cli.run(main))
