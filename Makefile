# The menu: `make` lists the targets.
PYTHON ?= python3
BIN := .venv/bin
PAGE := build/nightly/website/public
PORT ?= 8000
export PATH := $(CURDIR)/$(BIN):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup nightly translate serve test lint format benchmark clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

.venv/ready: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Soundweave needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ..."; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/ready-dev: .venv/ready requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

setup: .venv/ready-dev ## make .venv with everything the commands and the tests need

nightly: .venv/ready ## run the whole pipeline offline on the embedded stand-in
	$(BIN)/python scripts/run_nightly.py

translate: .venv/ready ## translate the included texts offline: with Apertium, or from recorded answers
	$(BIN)/python scripts/run_translations.py --engine auto --set chat.base_url= --again --output-dir build/translated

serve: .venv/ready ## show the page of the last `make nightly` at http://127.0.0.1:8000/
	@test -f $(PAGE)/index.html || { echo "no page at $(PAGE) yet; run: make nightly"; exit 1; }
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory $(PAGE) $(PORT)

test: setup lint ## pass the linters and the tests
	$(BIN)/python -m pytest -n auto

lint: setup ## check format, lint, types, shell and workflows
	sh tests/lint.sh

benchmark: setup ## measure side by side, ours and what people would use instead (half an hour)
	PYTHONPATH=scripts $(BIN)/python -m benchmarks.milestone_step
	PYTHONPATH=scripts $(BIN)/python -m benchmarks.network --output docs/performance.md
	PYTHONPATH=scripts $(BIN)/python -m benchmarks.translation_speed --output docs/performance-baseline.md
	PYTHONPATH=scripts $(BIN)/python -m benchmarks.translation_quality --output docs/translation-quality.md

format: setup ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## remove what was made, the environment and data/ excepted
	rm -rf build .mypy_cache .pytest_cache .ruff_cache .hypothesis
