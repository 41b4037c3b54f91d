"""The checks of the table in conditions.py."""

import ipaddress
from urllib.parse import urlsplit

from soundweave.doctor.facts import Facts, FreesoundAnswer, LibraryState, NotCheckedError, require

CLOCK_SECONDS = 300  # certificates and tokens tolerate about as much
DAYS_WITHOUT_A_NIGHT = 3  # GitHub drops a scheduled run now and then
SEARCH_IS_DOWN = "Failed to connect to server"  # HTTP 400, but not the query's fault


def missing_packages(facts: Facts) -> str | None:
    """Whether commands can import what they need."""
    return ", ".join(require(facts.machine.missing_packages)) or None


def missing_programs(facts: Facts) -> str | None:
    """Whether git and bash are there."""
    return " ".join(require(facts.machine.missing_programs)) or None


def missing_bundles(facts: Facts) -> str | None:
    """Whether the site's scripts were bundled."""
    return ", ".join(require(facts.machine.missing_bundles)) or None


def full_disk(facts: Facts) -> str | None:
    """Whether a night has room."""
    free, needed = require(facts.machine.free_bytes), require(facts.machine.needed_bytes)
    if free >= needed:
        return None
    return f"{free / 1e6:,.0f} MB are free, a night may need {needed / 1e6:,.0f} MB"


def wrong_clock(facts: Facts) -> str | None:
    """Whether this machine's clock agrees with a server's."""
    ahead = require(facts.machine.clock_ahead)
    if abs(ahead) <= CLOCK_SECONDS:
        return None
    return f"it is {abs(ahead) / 60:,.0f} minutes {'ahead' if ahead > 0 else 'behind'}"


def invalid_configuration(facts: Facts) -> str | None:
    """Whether config/pipeline.yaml and the variables that override it are valid."""
    return require(facts.machine.configuration_problem) or None


def invalid_history(facts: Facts) -> str | None:
    """Whether the histories can be read and fit their schemas."""
    return require(facts.machine.history_problem) or None


def histories_conflict(facts: Facts) -> str | None:
    """Whether git merges histories line by line."""
    return None if require(facts.machine.histories_merge) else ""


def chat_key_missing(facts: Facts) -> str | None:
    """Whether a chat endpoint that is not local has a key."""
    host = urlsplit(require(facts.chat.base_url)).hostname or ""
    return None if not host or facts.chat.has_key or _is_local(host) else host


def chat_endpoint_missing(facts: Facts) -> str | None:
    """Whether a key of a chat endpoint has an endpoint."""
    return "" if facts.chat.has_key and not require(facts.chat.base_url) else None


def library_missing(facts: Facts) -> str | None:
    """Whether the library's folder has a library."""
    return _library(facts, LibraryState.MISSING)


def library_damaged(facts: Facts) -> str | None:
    """Whether SQLite finds the library intact."""
    return _library(facts, LibraryState.DAMAGED)


def library_newer(facts: Facts) -> str | None:
    """Whether this version can read the library."""
    return _library(facts, LibraryState.NEWER)


def no_key(facts: Facts) -> str | None:
    """Whether nights have a key."""
    return None if require(facts.freesound.has_key) else ""


def malformed_key(facts: Facts) -> str | None:
    """Whether the key can be sent."""
    return None if require(facts.freesound.key_is_plain) else ""


def rejected_key(facts: Facts) -> str | None:
    """Whether Freesound knows the key."""
    answer = require(facts.freesound.answer)
    rejected = answer.status == 401 and answer.is_from_api and not _suspended(answer)
    return answer.detail if rejected else None


def suspended_key(facts: Facts) -> str | None:
    """Whether the key is in force."""
    answer = require(facts.freesound.answer)
    return answer.detail if answer.status in {401, 429} and _suspended(answer) else None


def quota_used_up(facts: Facts) -> str | None:
    """Whether requests are left, by Freesound's answer or else by the library's ledger."""
    answer = facts.freesound.answer
    if isinstance(answer, FreesoundAnswer) and answer.status == 429:
        return None if "/minute" in answer.detail or _suspended(answer) else answer.detail
    try:
        left = require(facts.library.requests_left)
    except NotCheckedError:
        require(answer)  # Freesound answered: requests are left
        return None
    return None if left else "by the library's own count"


def freesound_unreachable(facts: Facts) -> str | None:
    """Whether Freesound, its search included, works."""
    answer = require(facts.freesound.answer)
    down = answer.status == 0 or answer.status >= 500
    return answer.detail if down or SEARCH_IS_DOWN in answer.detail else None


def wrong_base_url(facts: Facts) -> str | None:
    """Whether the configured address is the API's."""
    answer = require(facts.freesound.answer)
    if answer.status == 0 or answer.status >= 500:
        return None  # an outage, wherever it leads
    is_search = answer.is_from_api and answer.status != 404
    return None if is_search else f"HTTP {answer.status}"


def repository_moved(facts: Facts) -> str | None:
    """Whether the repository is still at its address."""
    return "" if require(facts.github.moved) else None


def repository_archived(facts: Facts) -> str | None:
    """Whether the repository can be written to at all."""
    return "" if require(facts.github.repository).archived else None


def actions_disabled(facts: Facts) -> str | None:
    """Whether workflows run."""
    return None if require(facts.github.actions_enabled) else ""


def actions_not_allowed(facts: Facts) -> str | None:
    """Whether GitHub's own actions may be used."""
    return "" if require(facts.github.actions_allowed) == "local_only" else None


def workflow_missing(facts: Facts) -> str | None:
    """Whether GitHub knows the workflow."""
    return _workflow(facts, "missing", "deleted")


def workflow_disabled_in_fork(facts: Facts) -> str | None:
    """Whether the fork's workflow was enabled."""
    return _workflow(facts, "disabled_fork")


def workflow_disabled_by_hand(facts: Facts) -> str | None:
    """Whether nobody disabled the workflow."""
    return _workflow(facts, "disabled_manually")


def workflow_disabled_after_inactivity(facts: Facts) -> str | None:
    """Whether GitHub keeps the schedule."""
    return _workflow(facts, "disabled_inactivity")


def nights_stopped(facts: Facts) -> str | None:
    """Whether nights still start; a disabled workflow is another condition."""
    days = require(facts.github.days_since_night)
    if require(facts.github.workflow_state) != "active" or days < DAYS_WITHOUT_A_NIGHT:
        return None
    return f"{days:.0f} days"


def default_branch_changed(facts: Facts) -> str | None:
    """Whether scheduled nights run where they ran before."""
    before, branch = require(facts.github.scheduled_branch), require(facts.github.repository)
    if before in {"", branch.default_branch}:
        return None
    return f"nights ran on {before}, and the default branch is now {branch.default_branch}"


def read_only_token(facts: Facts) -> str | None:
    """Whether the workflow's token may commit."""
    return None if require(facts.github.token_may_write) else ""


def protected_branch(facts: Facts) -> str | None:
    """Whether the branch takes the night's commit."""
    return ", ".join(require(facts.github.refusing_rules)) or None


def pages_not_enabled(facts: Facts) -> str | None:
    """Whether there is a site to deploy to."""
    return None if require(facts.github.repository).has_pages else ""


def pages_source(facts: Facts) -> str | None:
    """Whether Pages shows what a workflow deploys."""
    return None if require(facts.github.pages).source in {"", "workflow"} else ""


def environment_refuses_branch(facts: Facts) -> str | None:
    """Whether the environment accepts the branch."""
    allowed = require(facts.github.environment).allows_branch
    return None if allowed else require(facts.github.branch)


def environment_needs_review(facts: Facts) -> str | None:
    """Whether deployments start by themselves."""
    return "" if require(facts.github.environment).needs_review else None


def cache_gone(facts: Facts) -> str | None:
    """Whether the library of an earlier night is still in the cache."""
    return "" if require(facts.github.cache_gone) else None


def behind_upstream(facts: Facts) -> str | None:
    """Whether upstream changed more than its own data."""
    count = require(facts.github.commits_behind)
    return f"{count} commit{'s' * (count > 1)}" if count else None


def issues_disabled(facts: Facts) -> str | None:
    """Whether a failing night can be reported."""
    return None if require(facts.github.repository).has_issues else ""


def _library(facts: Facts, state: LibraryState) -> str | None:
    return require(facts.library.problem) if require(facts.library.state) is state else None


def _workflow(facts: Facts, *states: str) -> str | None:
    return "" if require(facts.github.workflow_state) in states else None


def _suspended(answer: FreesoundAnswer) -> bool:
    return "uspended" in answer.detail


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".local", ".internal"))
