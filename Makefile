# The menu: `make` lists the targets.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
INSTALL := $(PIP) --require-hashes
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --custom-compile-command "make lock" $(UPGRADE)
PAGE := build/nightly/website/public
BUNDLED := website/package-lock.json website/build.mjs $(shell find website/src -type f)
SCRIPTS := $(addprefix website/dist/,site.css front.js list.js map.js)
PORT ?= 8000
CHROME_PATH ?= $(shell command -v chromium-headless-shell || command -v chromium || command -v google-chrome)
export PATH := $(CURDIR)/$(BIN):$(PATH)
export npm_config_cache := $(CURDIR)/.venv/npm

.DEFAULT_GOAL := help
.PHONY: help setup doctor website nightly translate serve test lint format lock schemas release benchmark campaign lighthouse clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

.venv/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Soundweave needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ..."; exit 2; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/ready: requirements.txt | .venv/python
	$(INSTALL) -r requirements.txt
	@touch $@

.venv/ready-translate: requirements-translate.txt | .venv/python
	$(INSTALL) -r requirements-translate.txt
	@touch $@

.venv/ready-dev: requirements-dev.txt | .venv/python
	$(INSTALL) -r requirements-dev.txt
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@ .venv/ready .venv/ready-translate

website/node_modules/ready: .venv/ready website/package-lock.json
	cd website && npm ci --ignore-scripts --omit=dev --silent
	@touch $@

website/node_modules/ready-dev: .venv/ready-dev website/package-lock.json
	cd website && npm ci --ignore-scripts --silent
	@touch $@ website/node_modules/ready

website/dist/notices.json: $(BUNDLED) | website/node_modules/ready
	cd website && npm run --silent build

$(SCRIPTS): website/dist/notices.json
	@test -f $@ || (cd website && npm run --silent build)

website: $(SCRIPTS) ## bundle what the site runs in a browser

setup: .venv/ready-dev website/node_modules/ready-dev website ## get everything the commands and the tests need

doctor: ## name what is wrong with the set-up, here and on GitHub, and what fixes it
	@$(shell test -x $(BIN)/python && echo $(BIN)/python || echo $(PYTHON)) scripts/doctor.py

nightly: .venv/ready website ## run the whole pipeline offline on the embedded stand-in
	$(BIN)/python scripts/run_nightly.py

translate: .venv/ready-translate ## translate the included poems and prose offline: with Apertium, or from recorded answers
	$(BIN)/python scripts/run_translations.py lluvia-grabada map-at-night river-recorded --engine auto --set chat.base_url= --again --output-dir build/translated

serve: .venv/ready ## show the site of the last `make nightly` at http://127.0.0.1:8000/ (another port: PORT=8001)
	@test -f $(PAGE)/index.html || { echo "no site at $(PAGE) yet; run: make nightly"; exit 1; }
	@$(BIN)/python -c 'import socket; socket.create_server(("127.0.0.1", $(PORT)))' 2>/dev/null || { echo "port $(PORT) is taken; choose another: make serve PORT=8001"; exit 1; }
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory $(PAGE) $(PORT)

test: setup lint ## pass the linters and the tests
	$(BIN)/python -m pytest -n auto --dist worksteal

lint: setup ## check format, lint, types, shell and workflows
	sh tests/lint.sh

lighthouse: .venv/ready ## measure accessibility, best practices and SEO of the last `make nightly` in Chromium
	@test -f $(PAGE)/index.html || { echo "no site at $(PAGE) yet; run: make nightly"; exit 1; }
	cd website && CHROME_PATH="$(CHROME_PATH)" npm_config_ignore_scripts=true npx --yes @lhci/cli@0.15.1 autorun

lock: setup ## write requirements*.txt again from pyproject.toml (newer versions: UPGRADE=--upgrade)
	$(COMPILE) pyproject.toml --all-extras -o requirements-dev.txt
	$(COMPILE) pyproject.toml --extra collect --extra network --extra site --extra standin -c requirements-dev.txt -o requirements.txt
	$(COMPILE) pyproject.toml --extra translate -c requirements-dev.txt -o requirements-translate.txt
	echo uv | $(COMPILE) - -c requirements-dev.txt -o requirements-uv.txt

release: ## date the changelog, write the version, commit and tag: VERSION=0.2.0
	@.ci/release "$(VERSION)"

benchmark: setup website ## measure side by side, ours and what people would use instead (an hour)
	$(BIN)/python -m benchmarks.milestone_step
	$(BIN)/python -m benchmarks.network --output docs/performance.md
	$(BIN)/python -m benchmarks.website --output docs/site-performance.md
	$(BIN)/python -m benchmarks.translation_speed --output docs/performance-baseline.md
	$(BIN)/python -m benchmarks.translation_quality --output docs/translation-quality.md

campaign: setup website ## kill commands, change answers and damage libraries by the hundred (an hour)
	$(BIN)/python -m benchmarks.campaign

schemas: setup ## write the schemas that are generated from types
	@$(BIN)/python -c 'from soundweave.base import config, schemas; from soundweave.translation import settings; \
		schemas.write("pipeline", config.schema()); schemas.write("translation_settings", settings.schema())'

format: setup ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	cd website && npm run --silent format

clean: ## remove what was made, the environment and data/ excepted
	rm -rf build website/dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
