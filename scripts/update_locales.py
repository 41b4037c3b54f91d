"""Bring the site's words up to date with their translations: website/locales/<lang>.json."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from soundweave.base import cli, paths
from soundweave.base.errors import ConfigError
from soundweave.github import actions
from soundweave.translation.model import Text
from soundweave.translation.texts import source_texts
from soundweave.website.frame import locale_files
from soundweave.website.frame.locale_files import Update

MOST = 20  # warnings about single strings of one language; GitHub shows no more of a step


def main(argv: Sequence[str] | None = None) -> int:
    """Write what changes; 1 when something is damaged or, with --check, would change."""
    args = _parse(argv)
    cli.setup_logging(verbose=args.verbose)
    updates, failures = [], []
    for found in _updates(args):
        if isinstance(found, Update):
            updates.append(found)
        else:
            failures.append(found)
    for failure in failures:
        actions.error(failure)
    changed = [one for one in updates if one.changed]
    for one in updates:
        _warn(one)
        if not args.check:
            one.write()
    shown = [_plain(one, changed=one in changed) for one in updates]
    lines = [_line(one, args, changed=one in changed) for one in updates]
    cli.show(
        {"locales": shown, "failures": failures},
        "\n".join(lines) or "no text names a file of strings",
        as_json=args.json,
    )
    return 1 if failures or (args.check and changed) else 0


def _updates(args: argparse.Namespace) -> Iterator[Update | str]:
    """Yield what becomes of each language's file, or why it cannot be said."""
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


def _warn(one: Update) -> None:
    for key, why in list(one.problems.items())[:MOST]:
        actions.warning(f"{one.path}: {key} is not taken: {why}")
    if len(one.problems) > MOST:
        actions.warning(f"{one.path}: {len(one.problems) - MOST} more are not taken")


def _plain(one: Update, *, changed: bool) -> dict[str, object]:
    numbers = {name: getattr(one, name) for name in ("offered", "taken", "held", "wanted")}
    return {"path": str(one.path), "changed": changed, **numbers, "problems": dict(one.problems)}


def _line(one: Update, args: argparse.Namespace, *, changed: bool) -> str:
    state = ("would change" if args.check else "changed") if changed else "unchanged"
    return f"{_shown(one.path)}: {state}, {one.held} of {one.wanted} strings, {one.taken} new"


def _shown(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = cli.parser(__doc__ or "", "python scripts/update_locales.py --check")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if that is wrong")
    parser.add_argument(
        "--again",
        action="store_true",
        help="take all translations anew, in place of words that were mended in the files, too",
    )
    cli.path_argument(parser, "--texts-dir", paths.TEXTS_DIR, "folder of the texts", cli.folder)
    cli.path_argument(
        parser, "--translations-dir", paths.TRANSLATIONS_DIR, "their translations", cli.folder
    )
    return parser.parse_args(argv)


if __name__ == "__main__":
    raise SystemExit(cli.run(main))
