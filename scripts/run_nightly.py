"""Run a whole night on this machine, offline, against the embedded stand-in."""

from collections.abc import Sequence

from soundweave.base import cli, jsonl, paths
from soundweave.base.errors import HistoryError, LibraryError
from soundweave.nightly import Workspace, run_night
from soundweave.standin import StandIn, synthetic_catalog

WORKSPACE = paths.ROOT / "build" / "nightly"
AHEAD = 2000  # sounds that the stand-in has beyond those of earlier nights


def main(argv: Sequence[str] | None = None) -> int:
    """Return 0, or 1 if validation failed."""
    parser = cli.parser(
        "Run a whole night on this machine, offline, against the embedded stand-in:\n"
        "collect, detect a milestone, and at one validate, connect and publish side by side.\n"
        "Each run continues where the last one stopped.",
        "python scripts/run_nightly.py --max-requests 8",
    )
    cli.path_argument(parser, "--workspace", WORKSPACE, "folder for everything a night makes")
    parser.add_argument(
        "--max-requests", type=cli.positive, default=4, metavar="N", help="request limit (4)"
    )
    parser.add_argument("--seed", type=int, default=1, help="which stand-in catalog (1)")
    args = parser.parse_args(argv)
    cli.setup_logging(verbose=args.verbose)
    workspace = Workspace(args.workspace.resolve())
    sounds = known_sounds(workspace) + AHEAD
    with StandIn(synthetic_catalog(sounds=sounds, seed=args.seed)) as standin:
        passed = run_night(workspace, standin.base_url, args.max_requests, quiet=args.json)
    page = str(workspace.page) if workspace.page.exists() else None
    result = {"passed": passed, "sounds": workspace.known_sounds(), "page": page}
    cli.show(result, _text(workspace), as_json=args.json)
    return 0 if passed else 1


def known_sounds(workspace: Workspace) -> int:
    """Return how many sounds earlier nights collected, even if their library is lost."""
    try:
        nights = jsonl.read(workspace.folder / paths.METRICS_HISTORY)
    except HistoryError:  # the night says what is wrong with it
        nights = []
    counts = (night.get("nodes") for night in nights)
    recorded = max((count for count in counts if isinstance(count, int)), default=0)
    try:
        return max(workspace.known_sounds(), recorded)
    except LibraryError:  # damaged: the night restores it
        return recorded


def _text(workspace: Workspace) -> str:
    if not workspace.page.exists():
        return "\nNo site yet: it appears with the first milestone."
    serve = "make serve"
    if workspace.folder != WORKSPACE:
        serve = f"python -m http.server --bind 127.0.0.1 --directory {workspace.page.parent}"
    return (
        f"\nOpen the site with `{serve}`, at http://127.0.0.1:8000/"
        f"\n  or without a server, but then without the map: {workspace.page.as_uri()}"
    )


if __name__ == "__main__":
    raise SystemExit(cli.run(main))
