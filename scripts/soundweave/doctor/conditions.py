"""What can be wrong: one row for each condition, with what it means and what fixes it.

A check is a pure function of the facts. It returns None when all is well, and otherwise the
details that the row's problem shows for `{detail}`. `{url}` is the repository's page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from soundweave.doctor import checks
from soundweave.doctor.facts import Facts


class Severity(Enum):
    """An error stops nights or loses something; with a warning, nights go on but lack something."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Condition:
    """One thing that can be wrong."""

    check: Callable[[Facts], str | None]
    severity: Severity
    problem: str
    fix: str

    @property
    def code(self) -> str:
        """The name of the condition: that of its check."""
        return self.check.__name__


ERROR, WARNING = Severity.ERROR, Severity.WARNING
SECRETS = "{url}/settings/secrets/actions"
NEW_KEY = (
    "get a key at https://freesound.org/apiv2/apply/"
    f" and save it as FREESOUND_API_KEY under {SECRETS}"
)
WORKFLOW = "{url}/actions/workflows/freesound-nightly-pipeline.yml"

CONDITIONS = (
    # This machine
    Condition(
        checks.missing_packages,
        ERROR,
        "Python packages are missing or too old: {detail}",
        "run: make setup",
    ),
    Condition(
        checks.missing_programs,
        ERROR,
        "programs are missing: {detail}",
        "install them, on Debian and Ubuntu with: sudo apt-get install {detail}",
    ),
    Condition(
        checks.missing_bundles,
        WARNING,
        "the site's scripts are not bundled ({detail}), so no site can be made",
        "run: make website",
    ),
    Condition(
        checks.full_disk,
        ERROR,
        "the disk is nearly full: {detail}",
        "delete what is no longer needed; `make clean` removes what was made here",
    ),
    Condition(
        checks.wrong_clock,
        ERROR,
        "the clock is wrong: {detail}",
        "set it, with systemd by: sudo timedatectl set-ntp true",
    ),
    Condition(
        checks.invalid_configuration,
        ERROR,
        "the configuration is invalid: {detail}",
        "correct that value; `git diff config` shows what was changed",
    ),
    Condition(
        checks.invalid_history,
        ERROR,
        "a history is damaged: {detail}",
        "correct or delete that line, or take the file from git: git checkout HEAD -- data",
    ),
    Condition(
        checks.histories_conflict,
        WARNING,
        "git does not keep both sides' lines of a history, so a push during a night is a conflict",
        "add this line to .gitattributes: *.jsonl merge=union",
    ),
    Condition(
        checks.chat_key_missing,
        WARNING,
        "translations have an endpoint ({detail}) but no key",
        f"save the key as TRANSLATION_API_KEY under {SECRETS}",
    ),
    Condition(
        checks.chat_endpoint_missing,
        WARNING,
        "translations have a key but no endpoint",
        "set the variable TRANSLATION_BASE_URL under {url}/settings/variables/actions",
    ),
    # The library
    Condition(
        checks.library_missing,
        ERROR,
        "no library where one is expected: {detail}",
        "run: python scripts/collect_sounds.py",
    ),
    Condition(
        checks.library_damaged,
        ERROR,
        "the library is damaged: {detail}",
        "run: python scripts/restore_library.py; it takes another copy and sets this one aside",
    ),
    Condition(
        checks.library_newer,
        ERROR,
        "the library comes from a newer Soundweave: {detail}",
        "run: git pull",
    ),
    # Freesound
    Condition(checks.no_key, ERROR, "there is no Freesound API key", NEW_KEY),
    Condition(
        checks.malformed_key,
        ERROR,
        "FREESOUND_API_KEY holds spaces or other characters that no key has",
        f"copy the key again from https://freesound.org/apiv2/apply/ to {SECRETS}",
    ),
    Condition(
        checks.rejected_key,
        ERROR,
        "Freesound rejects the key: {detail}",
        f"copy the key from https://freesound.org/apiv2/apply/ to {SECRETS}",
    ),
    Condition(
        checks.suspended_key,
        ERROR,
        "the Freesound key is suspended or not approved yet: {detail}",
        "see its state at https://freesound.org/apiv2/apply/, or ask at https://freesound.org/contact/",
    ),
    Condition(
        checks.quota_used_up,
        WARNING,
        "the Freesound key's requests of the last 24 hours are used up: {detail}",
        "wait a day, or lower collector.max_requests in config/pipeline.yaml",
    ),
    Condition(
        checks.freesound_unreachable,
        ERROR,
        "Freesound does not answer: {detail}",
        "open https://freesound.org; if it works there, check this machine's network and proxy",
    ),
    Condition(
        checks.wrong_base_url,
        ERROR,
        "freesound.base_url does not lead to Freesound's API: {detail}",
        "remove FREESOUND_BASE_URL, and set freesound.base_url in config/pipeline.yaml to"
        " https://freesound.org/apiv2/",
    ),
    # The repository on GitHub
    Condition(
        checks.repository_moved,
        WARNING,
        "the repository was renamed or moved",
        "open {url}, then run: git remote set-url origin <the address it leads to>",
    ),
    Condition(
        checks.repository_archived,
        ERROR,
        "the repository is archived, so no night can run",
        "unarchive it at the end of {url}/settings",
    ),
    Condition(
        checks.actions_disabled,
        ERROR,
        "GitHub Actions is disabled in the repository",
        "enable it at {url}/actions, or choose 'Allow all actions' at {url}/settings/actions",
    ),
    Condition(
        checks.actions_not_allowed,
        ERROR,
        "the repository allows only actions of its own, and a night uses GitHub's",
        "allow actions created by GitHub at {url}/settings/actions",
    ),
    Condition(
        checks.workflow_missing,
        ERROR,
        "the nightly workflow is not on the default branch, where schedules run",
        "merge the branch that has it, or choose that one at {url}/settings/branches",
    ),
    Condition(
        checks.workflow_disabled_in_fork,
        ERROR,
        "the nightly workflow is disabled, as in every new fork",
        f"enable it at {WORKFLOW}",
    ),
    Condition(
        checks.workflow_disabled_by_hand,
        ERROR,
        "someone disabled the nightly workflow",
        f"enable it at {WORKFLOW}",
    ),
    Condition(
        checks.workflow_disabled_after_inactivity,
        ERROR,
        "GitHub disabled the schedule after 60 days without activity",
        f"enable it at {WORKFLOW}, or run: gh workflow enable freesound-nightly-pipeline.yml",
    ),
    Condition(
        checks.nights_stopped,
        WARNING,
        "no scheduled night has started for {detail}",
        f"start one at {WORKFLOW} with 'Run workflow'",
    ),
    Condition(
        checks.default_branch_changed,
        ERROR,
        "{detail}; schedules run on the default branch only",
        "choose the branch with the histories as the default at {url}/settings/branches",
    ),
    Condition(
        checks.read_only_token,
        ERROR,
        "the job nightly has a read-only token, so it cannot commit",
        "give the job the permission `contents: write` in the workflow, or choose 'Read and write"
        " permissions' at {url}/settings/actions",
    ),
    Condition(
        checks.protected_branch,
        ERROR,
        "rules of the branch refuse the night's commit: {detail}",
        "exempt the branch from them at {url}/settings/rules or {url}/settings/branches",
    ),
    Condition(
        checks.pages_not_enabled,
        ERROR,
        "GitHub Pages is not enabled, so no site is published",
        "set Source to 'GitHub Actions' at {url}/settings/pages",
    ),
    Condition(
        checks.pages_source,
        ERROR,
        "GitHub Pages publishes a branch rather than what a night deploys",
        "set Source to 'GitHub Actions' at {url}/settings/pages",
    ),
    Condition(
        checks.environment_refuses_branch,
        ERROR,
        "the environment github-pages refuses deployments from {detail}",
        "add that branch to its deployment branches at {url}/settings/environments",
    ),
    Condition(
        checks.environment_needs_review,
        WARNING,
        "each deployment waits until someone approves it",
        "remove the required reviewers of github-pages at {url}/settings/environments",
    ),
    Condition(
        checks.cache_gone,
        WARNING,
        "the library is no longer in the Actions cache",
        f"start a night at {WORKFLOW}; it takes another copy of the library if there is one",
    ),
    Condition(
        checks.behind_upstream,
        WARNING,
        "the fork lacks {detail} from upstream",
        "choose 'Sync fork' at {url}, or run: git pull upstream",
    ),
    Condition(
        checks.issues_disabled,
        WARNING,
        "issues are disabled, so a failing night cannot open one",
        "enable Issues under Features at {url}/settings",
    ),
)
