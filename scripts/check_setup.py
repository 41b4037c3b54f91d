"""Check the form's inputs and which keys exist before a night starts."""

import os
from collections.abc import Sequence
from dataclasses import asdict

from soundweave.base import cli
from soundweave.github import actions, set_up


def main(argv: Sequence[str] | None = None) -> int:
    """Set the outputs ready, translate and the checked inputs; a missing key is not an error."""
    arguments = cli.parser(
        __doc__, "INPUT_MAX_REQUESTS=50 python scripts/check_setup.py"
    ).parse_args(argv)
    cli.setup_logging(verbose=arguments.verbose)
    inputs = set_up.read_inputs(os.environ)
    problems = list(set_up.problems(inputs))
    for problem in problems:
        actions.error(problem)
    if problems:
        return 2
    ready = set_up.has_key(os.environ)
    translate = ready and set_up.has_chat_endpoint(os.environ)
    outputs = {"ready": ready, "translate": translate} | asdict(inputs)
    actions.set_outputs(outputs)
    text = "Ready for a night." if ready else set_up.HOW_TO_GET_A_KEY
    if not ready:
        actions.add_summary(text)
    if inputs.ask_for_translations() and not translate:
        actions.notice(set_up.HOW_TO_TRANSLATE)
    cli.show(outputs, text, as_json=arguments.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(cli.run(main))
