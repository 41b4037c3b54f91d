"""Export the network for other tools: GraphML, GEXF, Parquet, node-link JSON."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from soundweave.base import cli, config, paths
from soundweave.library import database
from soundweave.network import exports
from soundweave.network.exports import view

OUTPUT_DIR = Path("build/exports")


def main(argv: Sequence[str] | None = None) -> int:
    """Write the requested formats; returns 0."""
    parser = cli.parser(
        "Export the network for other tools; docs/exports.md shows how they read it.",
        "python scripts/export_network.py --format parquet --view pairs --output-dir build/pairs",
    )
    cli.path_argument(parser, "--checkpoint-dir", paths.CHECKPOINT_DIR, "folder of the library")
    cli.path_argument(parser, "--output-dir", OUTPUT_DIR, "folder to write into")
    parser.add_argument(
        "--format", choices=[*exports.FORMATS, "all"], default="all", help="what to write (all)"
    )
    parser.add_argument(
        "--view",
        choices=exports.VIEWS,
        default="membership",
        help="sounds with their users and packs (membership), or pairs of sounds, limited by"
        " the section network of config/pipeline.yaml",
    )
    args = parser.parse_args(argv)
    cli.setup_logging(verbose=args.verbose)
    formats = list(exports.FORMATS) if args.format == "all" else [args.format]
    settings = config.load()
    with database.snapshot(args.checkpoint_dir) as connection:
        rows = view.read(connection, args.view, settings.network)
        result = exports.export(rows, formats, args.output_dir)
    cli.show(result, _text(result), as_json=args.json)
    return 0


def _text(result: dict[str, Any]) -> str:
    files = [f"  {file['path']} ({file['bytes'] / 1e6:.1f} MB)" for file in result["files"]]
    head = f"{result['nodes']} nodes and {result['edges']} edges ({result['view']}):"
    return "\n".join([head, *files])


if __name__ == "__main__":
    raise SystemExit(cli.run(main))
