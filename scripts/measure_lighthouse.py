"""Measure the site's pages with Lighthouse; three of its scores must be 100."""

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from soundweave import lighthouse
from soundweave.base import cli, config, files, paths
from soundweave.base.progress import progress
from soundweave.nightly import Workspace, run_night
from soundweave.standin import StandIn, synthetic_catalog
from soundweave.website import build

SOUNDS = 3000  # that the stand-in has
REQUESTS = 3  # of its night
DOCUMENT = """\
# Lighthouse

Written by `make lighthouse`: the pages of a night on the embedded stand-in, served gzipped from a
subfolder and measured in headless Chromium. Accessibility, best practices and SEO must be 100.
Performance depends on the machine and is there for information.

{table}
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and write the table; returns 1 when a page fails an audit that counts."""
    args = _parse(argv)
    cli.setup_logging(verbose=args.verbose)
    with tempfile.TemporaryDirectory(prefix="soundweave-") as folder:
        measured = _measure(Path(folder))
    table = lighthouse.table(measured)
    if args.output:
        files.write_text(args.output, DOCUMENT.format(table=table))
    failed = [f"{one.page}: {audit}" for one in measured for audit in one.failed]
    text = "\n".join([table, *(f"failed: {audit}" for audit in failed)])
    cli.show({"pages": [asdict(one) for one in measured]}, text, as_json=args.json)
    return 0 if all(one.passed for one in measured) else 1


def _measure(folder: Path) -> list[lighthouse.Measured]:
    workspace = Workspace(folder / "night")
    with StandIn(synthetic_catalog(sounds=SOUNDS, hostile=False)) as standin:
        run_night(workspace, standin.base_url, REQUESTS, quiet=True)
    root = folder / "served"
    with lighthouse.serving(root) as address:
        _build(workspace, folder / "site", address)
        root.mkdir()
        site = (folder / "site" / "public").rename(root / lighthouse.FOLDER)
        chosen = lighthouse.pages(site)
        measured = []
        with progress("lighthouse", len(chosen), "pages") as bar:
            for page in chosen:
                bar.note(page)
                measured.append(lighthouse.measure(address, page))
                bar.step()
    return measured


def _build(workspace: Workspace, website_dir: Path, address: str) -> None:
    """Make the site again, now that its address is known."""
    build.build(
        website_dir,
        build.Inputs(
            workspace.folder / paths.CHECKPOINT_DIR,
            workspace.folder / paths.METRICS_HISTORY,
            workspace.folder / paths.MILESTONE_HISTORY,
            texts_dir=paths.ROOT / paths.TEXTS_DIR,
            translations_dir=paths.ROOT / paths.TRANSLATIONS_DIR,
        ),
        config.load().website,
        base_url=address,
    )


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = cli.parser(__doc__, "python scripts/measure_lighthouse.py --output docs/lighthouse.md")
    parser.add_argument("--output", type=Path, metavar="PATH", help="Markdown file to write")
    return parser.parse_args(argv)


if __name__ == "__main__":
    raise SystemExit(cli.run(main))
