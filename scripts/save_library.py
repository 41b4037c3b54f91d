"""Save the library after a night: a checked copy, its ids for git, a draft release if due."""

from collections.abc import Sequence
from pathlib import Path

from soundweave.base import cli, files, paths, schemas
from soundweave.base.errors import ConfigError, NoLibraryError
from soundweave.github import actions
from soundweave.storage import saving
from soundweave.storage.saving import Saved


def main(argv: Sequence[str] | None = None) -> int:
    """Returns 0, also when there is nothing to save; 1 if the library is not intact."""
    parser = cli.parser(
        f"{__doc__}\nThe library is replaced by the copy.",
        "python scripts/save_library.py --checkpoint-dir data/freesound_library",
    )
    cli.path_argument(parser, "--checkpoint-dir", paths.CHECKPOINT_DIR, "folder of the library")
    cli.path_argument(parser, "--library-ids", paths.LIBRARY_IDS, "ids of its sounds, written")
    cli.path_argument(parser, "--status", paths.MILESTONE_STATUS, "a milestone is always uploaded")
    args = parser.parse_args(argv)
    cli.setup_logging(verbose=args.verbose)
    try:
        result = saving.save(
            args.checkpoint_dir, args.library_ids, is_milestone=_is_milestone(args.status)
        )
    except NoLibraryError as error:
        cli.show({"sounds": None}, f"nothing to save: {error}", as_json=args.json)
        return 0
    actions.set_outputs({"saved": True})
    for note in result.notes:
        actions.warning(note)
    actions.add_summary(actions.markdown_text(_text(result)))
    cli.show(vars(result), _text(result), as_json=args.json)
    return 0


def _is_milestone(path: Path) -> bool:
    if not path.exists():  # an interrupted night
        return False
    try:
        status = files.read_json(path)
        schemas.check("milestone_status", status, str(path))
    except ConfigError as error:
        actions.warning(str(error))  # no reason not to save
        return False
    return bool(status["is_milestone"])


def _text(result: Saved) -> str:
    upload = " and to the draft release" if result.uploaded else ""
    return f"Library: {result.sounds} sounds saved{upload}."


if __name__ == "__main__":
    raise SystemExit(cli.run(main))
