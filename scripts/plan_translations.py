"""Plan which texts are translated into which languages, each by its own job."""

import argparse
import json
from collections.abc import Sequence

from soundweave.base import cli, paths
from soundweave.base.errors import ConfigError
from soundweave.github import actions
from soundweave.translation import settings
from soundweave.translation.running import check
from soundweave.translation.running.runner import Job, plan
from soundweave.translation.texts import source_texts

MOST = 256  # jobs of a matrix; GitHub allows no more


def main(argv: Sequence[str] | None = None) -> int:
    """Set the outputs matrix and count; 1 when a text is invalid, the others are planned."""
    args = _parse(argv)
    cli.setup_logging(verbose=args.verbose)
    try:
        _check_settings()
    except ConfigError as error:
        actions.error(f"Nothing is translated: {error}")
        return 2
    texts, problems = source_texts.read_valid(args.texts_dir, [args.text] if args.text else [])
    for problem in problems:
        actions.error(f"Not translated: {problem}")
    jobs = plan(texts, args.output_dir)
    todo = [job for job in jobs if not job.skip]
    tonight = todo[: min(args.most, MOST)]
    if later := len(todo) - len(tonight):
        actions.notice(f"{later} more translations are left for the next night")
    matrix = {"include": [{"text": job.text.name, "lang": job.lang} for job in tonight]}
    actions.set_outputs({"matrix": json.dumps(matrix), "count": len(tonight)})
    cli.show({"matrix": matrix, "count": len(tonight)}, _text(jobs, tonight), as_json=args.json)
    return 1 if problems else 0


def _check_settings() -> None:
    # Here rather than in each job: without an endpoint they would all fail the same way.
    loaded, _ = settings.load()
    check.check(loaded)
    if loaded.workflow_mode == "manual":
        raise ConfigError("manual mode needs a person; set another TRANSLATION_WORKFLOW_MODE")
    if loaded.engine == "chat" and not loaded.chat.base_url:
        raise ConfigError("no chat endpoint; set TRANSLATION_BASE_URL")


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = cli.parser(__doc__ or "", "python scripts/plan_translations.py --text river-recorded")
    parser.add_argument("--text", default="", metavar="NAME", help="only this text of data/texts")
    parser.add_argument(
        "--most", type=cli.positive, default=MOST, metavar="N", help=f"jobs of one night ({MOST})"
    )
    cli.path_argument(parser, "--texts-dir", paths.TEXTS_DIR, "folder of the texts", cli.folder)
    cli.path_argument(parser, "--output-dir", paths.TRANSLATIONS_DIR, "folder of the results")
    return parser.parse_args(argv)


def _text(jobs: Sequence[Job], tonight: Sequence[Job]) -> str:
    lines = [f"{len(tonight)} of {len(jobs)} translations to do:"]
    for job in jobs:
        status = "to do" if job in tonight else job.skip or "left for the next night"
        lines.append(f"  {job.text.name} -> {job.lang}: {status}")
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(cli.run(main))
