"""Write the landing page: the library's numbers, growth, milestones and latest sounds."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from soundweave import cli, config, files, landing_page, page_html, paths


def main(argv: Sequence[str] | None = None) -> int:
    """Write <output-dir>/public/index.html, whole; return the exit code."""
    parser = cli.parser(
        "Write the landing page: one self-contained HTML file.",
        "python scripts/generate_landing_page.py --base-url https://example.org/soundweave/",
    )
    cli.path_argument(parser, "--checkpoint-dir", paths.CHECKPOINT_DIR, "folder of the library")
    cli.path_argument(parser, "--output-dir", paths.WEBSITE_DIR, "folder that gets public/")
    cli.path_argument(parser, "--metrics-history", paths.METRICS_HISTORY, "one line a night")
    cli.path_argument(parser, "--milestone-history", paths.MILESTONE_HISTORY, "one a milestone")
    parser.add_argument(
        "--milestone-status",
        type=Path,
        metavar="PATH",
        help="tonight's milestone_status.json, to list a milestone that is not yet recorded",
    )
    parser.add_argument(
        "--base-url",
        type=_web_address,
        metavar="URL",
        help="where the page will be, for its canonical and Open Graph links",
    )
    args = parser.parse_args(argv)
    cli.setup_logging(verbose=args.verbose)

    website = config.load().website
    page = landing_page.read(
        args.checkpoint_dir,
        args.metrics_history,
        args.milestone_history,
        args.milestone_status,
        latest=website.latest_sounds,
    )
    path = args.output_dir / "public" / "index.html"
    files.write_text(path, page_html.render(page, title=website.title, base_url=args.base_url))
    result = {
        "page": str(path),
        "sounds": page.counts["sounds"],
        "nights": len(page.nights),
        "milestones": len(page.milestones),
    }
    text = "{page}: {sounds:,} sounds, {nights:,} nights, {milestones:,} milestones"
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
