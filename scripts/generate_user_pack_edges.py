"""Connect each sound with its user and its pack."""

from collections.abc import Sequence

from soundweave import cli, edges, files, library, paths, schemas


def main(argv: Sequence[str] | None = None) -> int:
    """Update the edges in the library and write edge_stats.json; returns 0."""
    parser = cli.parser(
        "Connect each sound with its user and its pack, in one transaction.",
        "python scripts/generate_user_pack_edges.py --output edge_stats.json",
    )
    cli.path_argument(parser, "--checkpoint-dir", paths.CHECKPOINT_DIR, "folder of the library")
    cli.path_argument(parser, "--output", paths.EDGE_STATS, "file to write")
    args = parser.parse_args(argv)
    cli.setup_logging(verbose=args.verbose)
    with library.writing(args.checkpoint_dir) as connection:
        stats = edges.update(connection)
    schemas.check("edge_stats", stats, str(args.output))
    files.write_json(args.output, stats)
    cli.show(stats, _text(stats), as_json=args.json)
    return 0


def _text(stats: dict[str, int | float]) -> str:
    return (
        f"{stats['total_edges']} edges between {stats['total_nodes']} sounds and their hubs:"
        f" {stats['user_edges_added']} user and {stats['pack_edges_added']} pack edges added;"
        f" {stats['same_user_pairs']} same-user and {stats['same_pack_pairs']} same-pack pairs"
        f" ({stats['duration_seconds']} s)"
    )


if __name__ == "__main__":
    raise SystemExit(cli.run(main))
