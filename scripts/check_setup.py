"""Check what a night is started with: the form's inputs and the API key."""

import os
from collections.abc import Sequence
from dataclasses import asdict

from soundweave import actions, cli, preflight


def main(argv: Sequence[str] | None = None) -> int:
    """Set the outputs ready, max_requests, mode and query; a missing key is no error."""
    arguments = cli.parser(
        __doc__, "INPUT_MAX_REQUESTS=50 python scripts/check_setup.py"
    ).parse_args(argv)
    cli.setup_logging(verbose=arguments.verbose)
    inputs = preflight.read_inputs(os.environ)
    found = list(preflight.problems(inputs))
    for problem in found:
        actions.error(problem)
    if found:
        return 2
    ready = preflight.has_key(os.environ)
    actions.set_outputs({"ready": ready} | asdict(inputs))
    text = "Ready for a night." if ready else preflight.HOW_TO_GET_A_KEY
    if not ready:
        actions.add_summary(text)
    cli.show({"ready": ready} | asdict(inputs), text, as_json=arguments.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(cli.run(main))
