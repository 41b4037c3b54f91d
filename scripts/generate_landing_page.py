"""Write the site: front page, map, sounds, translations and data, in every language."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from soundweave.base import cli, config, paths
from soundweave.website import build
from soundweave.website.frame import base_url


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line."""
    parser = cli.parser(
        __doc__,
        "python scripts/generate_landing_page.py --base-url https://example.org/soundweave/",
    )
    cli.path_argument(parser, "--checkpoint-dir", paths.CHECKPOINT_DIR, "folder of the library")
    cli.path_argument(parser, "--output-dir", paths.WEBSITE_DIR, "folder to write public/ into")
    cli.path_argument(
        parser,
        "--metrics-history",
        paths.METRICS_HISTORY,
        "its JSON Lines file, one line per night",
    )
    cli.path_argument(
        parser,
        "--milestone-history",
        paths.MILESTONE_HISTORY,
        "its JSON Lines file, one line per milestone",
    )
    cli.text_arguments(parser)
    parser.add_argument(
        "--milestone-status",
        type=Path,
        metavar="PATH",
        help="tonight's milestone_status.json, to show a milestone that is not recorded yet",
    )
    parser.add_argument(
        "--amend",
        action="store_true",
        help="only update the nights and milestones of the existing site",
    )
    parser.add_argument(
        "--base-url",
        type=_web_address,
        metavar="URL",
        help="address of the site, for absolute links: sitemap, feed, link previews",
    )
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Write <output-dir>/public/, or amend it; returns the exit code."""
    args = parse(argv)
    cli.setup_logging(verbose=args.verbose)
    settings = config.load().website
    built = build.build(
        args.output_dir,
        build.Inputs(
            args.checkpoint_dir,
            args.metrics_history,
            args.milestone_history,
            args.milestone_status,
            args.texts_dir,
            args.translations_dir,
        ),
        settings,
        base_url=base_url.find(args.base_url, settings.site_url, os.environ),
        amend=args.amend,
    )
    result = {"site": str(args.output_dir / "public"), **vars(built)}
    text = (
        "{site}: sounds {sounds:,}, nights {nights:,}, milestones {milestones:,};"
        " files written {written:,}, kept {kept:,}"
    )
    cli.show(result, text.format_map(result), as_json=args.json)
    return 0


def _web_address(text: str) -> str:
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise argparse.ArgumentTypeError(f"{text!r} is not like https://example.org/folder/")
    return text.rstrip("/") + "/"


if __name__ == "__main__":
    raise SystemExit(cli.run(main))
