"""Detect whether the library crossed a milestone that is not recorded yet."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from soundweave.base import cli, config, files, paths, schemas
from soundweave.github import actions
from soundweave.library import database, edges, identity
from soundweave.milestones import crossing


def main(argv: Sequence[str] | None = None) -> int:
    """Write milestone_status.json; returns 0, or 2 without a library."""
    parser = cli.parser(
        "Detect whether the library crossed a milestone that is not recorded yet.",
        "python scripts/detect_milestone.py --output milestone_status.json",
    )
    cli.path_argument(parser, "--checkpoint-dir", paths.CHECKPOINT_DIR, "folder of the library")
    cli.path_argument(parser, "--milestone-history", paths.MILESTONE_HISTORY, "milestones so far")
    cli.path_argument(parser, "--output", paths.MILESTONE_STATUS, "file to write")
    parser.add_argument(
        "--published",
        default="",
        metavar="KEY",
        help="the workflow's record of the site that is online; for any other milestone than the"
        " last one, the site is made and published again",
    )
    args = parser.parse_args(argv)
    cli.setup_logging(verbose=args.verbose)
    status = _detect(args.checkpoint_dir, args.milestone_history, args.published)
    schemas.check("milestone_status", status, str(args.output))
    files.write_json(args.output, status)
    actions.set_outputs(
        {
            name: status[name]
            for name in ("is_milestone", "runs_actions", "milestone_number", "current_nodes")
        }
        | {"reached": crossing.reached(status)}
    )
    cli.show(status, _text(status), as_json=args.json)
    return 0


def _detect(checkpoint_dir: Path, milestone_history: Path, published: str) -> dict[str, Any]:
    interval = config.load().milestones.interval
    with database.snapshot(checkpoint_dir) as connection:
        nodes = database.counts(connection)["sounds"]
        library = identity.read(connection)
        is_outdated = edges.are_outdated(connection)
    history = crossing.read_history(milestone_history, library)
    return crossing.status(nodes, interval, history, library, published, is_outdated=is_outdated)


def _text(status: dict[str, Any]) -> str:
    nodes = status["current_nodes"]
    if status["is_milestone"]:
        return f"milestone {status['milestone_number']}: {nodes} sounds"
    site = ", but a site" if status["runs_actions"] else ""
    return (
        f"no milestone{site}: {nodes} sounds, the next one is at {status['next_milestone_nodes']}"
    )


if __name__ == "__main__":
    raise SystemExit(cli.run(main))
