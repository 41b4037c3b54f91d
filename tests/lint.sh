# Every linter over everything it knows; stops at the first one with something to say.
# Called by `make lint`, with .venv/bin on PATH.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "lint: $*" >&2; }

quietly() { output=$("$@" 2>&1) || { printf '%s\n' "$output"; exit 1; }; }

ruff format --check --quiet . || { say "run: make format"; exit 1; }
ruff check --quiet .
mypy --no-error-summary

quietly lint-imports --no-cache
quietly pylint --disable=all --enable=duplicate-code --min-similarity-lines=5 scripts benchmarks
vulture

(cd website && npm run --silent check)

# Optional, and the only check that sees an exit code swallowed by a pipe.
SHELLCHECK_OPTS="--enable=check-extra-masked-returns"
export SHELLCHECK_OPTS
git ls-files -co --exclude-standard -- '*.sh' .ci | while read -r file; do
    shellcheck --shell="$(case $file in *.sh) echo sh ;; *) echo bash ;; esac)" "$file"
done

if command -v actionlint >/dev/null; then
    actionlint
elif [ "${CI:-}" = true ]; then
    say "actionlint is missing; .ci/run installs it"
    exit 1
else
    say "actionlint skipped; install it with Go 1.25 or newer: go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"
fi
quietly zizmor --quiet --offline --persona=pedantic .github
check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
check-jsonschema --quiet --builtin-schema vendor.github-actions .github/actions/*/action.yml
check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml
check-jsonschema --quiet --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/bug.yml .github/ISSUE_TEMPLATE/idea.yml
check-jsonschema --quiet --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
