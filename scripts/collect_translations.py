"""Collect the translations that other jobs of the night handed over."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict

from soundweave.base import cli, paths
from soundweave.github import actions
from soundweave.translation.results import handover
from soundweave.translation.texts import source_texts


def main(argv: Sequence[str] | None = None) -> int:
    """Put them into data/translations; 1 when one was refused."""
    args = _parse(argv)
    cli.setup_logging(verbose=args.verbose)
    texts, problems = source_texts.read_valid(args.texts_dir)
    handed = list(handover.take_over(args.handover_dir, texts, args.output_dir))
    refused = [item for item in handed if item.status == handover.REFUSED]
    for message in [*problems, *(f"{item.name} was refused: {item.message}" for item in refused)]:
        actions.warning(message)
    lines = [": ".join(filter(None, (item.name, item.status, item.message))) for item in handed]
    cli.show(
        {"translations": [asdict(item) for item in handed]},
        "\n".join(lines) or f"nothing was handed over in {args.handover_dir}",
        as_json=args.json,
    )
    return 1 if refused else 0


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = cli.parser(
        __doc__ or "", "python scripts/collect_translations.py --handover-dir build/handover"
    )
    cli.path_argument(
        parser, "--handover-dir", handover.HANDOVER_DIR, "folder of what was handed over"
    )
    cli.path_argument(parser, "--texts-dir", paths.TEXTS_DIR, "folder of the texts", cli.folder)
    cli.path_argument(parser, "--output-dir", paths.TRANSLATIONS_DIR, "folder of the results")
    return parser.parse_args(argv)


if __name__ == "__main__":
    raise SystemExit(cli.run(main))
