"""Which rules of a branch refuse a night's push."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from soundweave.doctor.facts import SETTINGS_NEED, NotCheckedError
from soundweave.github.rest import GitHubError, Rest

# https://docs.github.com/rest/repos/rules: those that a push of one commit cannot satisfy.
REFUSING_RULES = {
    "update": "updates are restricted",
    "pull_request": "a pull request is required",
    "required_status_checks": "status checks are required",
    "required_signatures": "signed commits are required",
    "required_deployments": "deployments are required",
    "merge_queue": "a merge queue is required",
}
# https://docs.github.com/rest/branches/branch-protection
REFUSING_PROTECTION = {
    "required_pull_request_reviews": REFUSING_RULES["pull_request"],
    "required_status_checks": REFUSING_RULES["required_status_checks"],
    "required_signatures": REFUSING_RULES["required_signatures"],
    "restrictions": REFUSING_RULES["update"],
    "lock_branch": "the branch is locked",
}
GITHUB_ACTIONS = "github-actions"  # the app whose token a night uses


def refusing(rest: Rest, branch: str) -> tuple[str, ...]:
    """The rules in words, each once; raises NotCheckedError if the token may not read them."""
    return tuple(dict.fromkeys(_refusing(rest, branch)))


def is_protected(rest: Rest, branch: str) -> bool:
    """Whether any rule protects the branch."""
    return bool(_branch(rest, branch).get("protected"))


def _refusing(rest: Rest, branch: str) -> Iterator[str]:
    rules = rest.get_list(f"/rules/branches/{quote(branch, safe='')}", per_page=100)
    kinds = [rule.get("type") for rule in rules]
    yield from (REFUSING_RULES[kind] for kind in kinds if kind in REFUSING_RULES)
    facts = _branch(rest, branch)
    # Rulesets protect a branch too; their rules are known by now.
    if not facts.get("protected") or rules:
        return
    try:
        protection = rest.get(f"/branches/{quote(branch, safe='')}/protection")
    except GitHubError as error:
        if error.status == 404:
            return
        yield from _visible_protection(facts, error)
    else:
        yield from _refusals(protection)


def _branch(rest: Rest, branch: str) -> dict[str, Any]:
    return rest.get(f"/branches/{quote(branch, safe='')}")


def _refusals(protection: dict[str, Any]) -> Iterator[str]:
    for name, words in REFUSING_PROTECTION.items():
        rule = protection.get(name)
        if not isinstance(rule, dict) or rule.get("enabled") is False:
            continue
        apps = [app.get("slug") for app in rule.get("apps", [])]
        if GITHUB_ACTIONS not in apps:
            yield words


def _visible_protection(facts: dict[str, Any], error: GitHubError) -> Iterator[str]:
    # Whoever may read the branch sees this part of its protection.
    checks = (facts.get("protection") or {}).get("required_status_checks") or {}
    if checks.get("enforcement_level", "off") == "off":
        raise NotCheckedError(f"the branch is protected; {SETTINGS_NEED}") from error
    yield REFUSING_RULES["required_status_checks"]
