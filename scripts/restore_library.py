"""Restore the library before a night: from the cache, the draft release, or the ids in git."""

from collections.abc import Sequence

from soundweave.atlas import analysis
from soundweave.base import cli, config, paths
from soundweave.github import actions
from soundweave.storage import restoring
from soundweave.storage.restoring import NEW, Places, Restored


def main(argv: Sequence[str] | None = None) -> int:
    """Returns 0 with a library, or without one before the first night; 1 if it is not to be had."""
    parser = cli.parser(
        f"{__doc__}\nThe library that is there is checked first; a damaged one is set aside.",
        "python scripts/restore_library.py --checkpoint-dir data/freesound_library",
    )
    cli.path_argument(parser, "--checkpoint-dir", paths.CHECKPOINT_DIR, "folder of the library")
    cli.path_argument(parser, "--library-ids", paths.LIBRARY_IDS, "ids of its sounds")
    cli.path_argument(parser, "--metrics-history", paths.METRICS_HISTORY, "one line per night")
    cli.path_argument(parser, "--set-aside", paths.SET_ASIDE_DIR, "folder for damaged libraries")
    args = parser.parse_args(argv)
    cli.setup_logging(verbose=args.verbose)
    settings = config.load()
    places = Places(args.checkpoint_dir, args.library_ids, args.metrics_history, args.set_aside)
    result = restoring.restore(settings, places)
    if result.repaired and result.sounds:
        analysis.analyze(args.checkpoint_dir, settings.map, seed=settings.map.seed)
    for note in result.notes:
        actions.warning(note)
    actions.add_summary(actions.markdown_text(_text(result)))
    cli.show(vars(result), _text(result), as_json=args.json)
    return 0


def _text(result: Restored) -> str:
    if result.tier == NEW:
        return "No library yet: this night starts one."
    parts = [f"{result.sounds} sounds from the {result.tier}", *result.notes]
    return f"Library: {'; '.join(parts)}."


if __name__ == "__main__":
    raise SystemExit(cli.run(main))
