# `make demo` and `make test` set up what they need, also on a fresh machine. `make help` lists the targets.
PYTHON ?= python3
BIN := .venv/bin
UV ?= $(BIN)/uv
PYTEST ?=
RUNTIME := .venv/.installed-runtime
DEV := .venv/.installed-dev
BROWSER := .venv/.browser
PIP := $(BIN)/python -m pip install --quiet --no-deps --disable-pip-version-check

.PHONY: help demo setup test test-all lint format lowest lock bench pictures deploy destroy image

help:  ## list the targets
	@awk -F ':[^#]*## ' '/^[a-z-]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

demo: $(RUNTIME)  ## run the whole pipeline against the built-in sandbox; the lake stays in demo-lake/
	$(BIN)/cinelake demo

setup: $(DEV)  ## create .venv with the locked versions of everything that development needs

# Two steps, so that the demo downloads only what cinelake needs to run.
$(RUNTIME): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "cinelake needs Python 3.11 or newer. Try: make demo PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(PIP) --require-hashes --requirement requirements.lock
	$(PIP) --no-build-isolation --editable .
	@touch $@

$(DEV): requirements-dev.lock $(RUNTIME)
	$(PIP) --require-hashes --requirement requirements-dev.lock
	@touch $@

# A file stays on one process, which builds its fixtures once. In the order of the folders, the quick unit tests come last,
# so that no process waits for a long file at the end.
PARALLEL := --numprocesses 2 --dist loadfile --no-loadscope-reorder

test: lint $(BROWSER)  ## run every check and the tests that CI runs; PYTEST=--cov reports coverage
	$(BIN)/python -m pytest $(PARALLEL) -m "not slow" $(PYTEST)

test-all: lint $(BROWSER)  ## the same, with the tests marked as slow
	$(BIN)/python -m pytest $(PARALLEL) $(PYTEST)

$(BROWSER): | $(DEV)  # without Chromium, the tests of pages skip and say why
	@if ! command -v chromium >/dev/null && command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		(apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium fonts-dejavu-core) >/dev/null 2>&1 \
		|| echo "make: Chromium could not be installed; the tests of pages are skipped"; fi
	@touch $@

lint: $(DEV)  ## check style, types, architecture, prose and spelling
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m tools.lint_sql
	$(BIN)/python -m tools.check_prose
	$(BIN)/typos

format: $(DEV)  ## rewrite the sources in the style that lint checks
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

lowest: $(if $(filter $(BIN)/uv,$(UV)),$(DEV))  ## run the demo with the lowest versions that pyproject.toml allows
	$(UV) venv --quiet --clear --python 3.11 build/lowest
	$(UV) pip install --quiet --python build/lowest --resolution lowest-direct .
	build/lowest/bin/cinelake demo --keep build/lowest-lake

COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --upgrade
LOCKED := --constraint requirements-dev.lock

lock: $(DEV)  ## renew the locks of this environment, the Lambda functions, the Glue job and the image
	$(COMPILE) --python-version 3.11 pyproject.toml --all-extras --group dev --output-file requirements-dev.lock
	$(COMPILE) $(LOCKED) --python-version 3.11 pyproject.toml --group build --output-file requirements.lock
	$(COMPILE) $(LOCKED) --python-version 3.11 pyproject.toml --no-emit-package duckdb --output-file infra/requirements.lock
	$(COMPILE) $(LOCKED) --python-version 3.11 pyproject.toml --output-file infra/build.lock
	$(COMPILE) $(LOCKED) --python-version 3.11 pyproject.toml infra/glue.in --no-emit-package duckdb --output-file infra/glue.lock
	$(COMPILE) $(LOCKED) --python-version 3.13 pyproject.toml --extra aws infra/image.in --output-file infra/image.lock

bench: $(DEV)  ## measure what docs/benchmarks.md reports (needs ../shared)
	$(BIN)/python -m benchmarks

pictures: $(DEV) $(BROWSER)  ## renew the pictures in docs/images from sandbox data (needs Chromium)
	$(BIN)/python -m tools.pictures

deploy: $(DEV)  ## deploy to AWS and store TMDB_TOKEN in Secrets Manager; STACK, REGION, PARAMETERS
	PATH="$(CURDIR)/$(BIN):$$PATH" infra/deploy.sh

destroy: $(DEV)  ## delete the stack and keep the lake; STACK, REGION, YES=1
	PATH="$(CURDIR)/$(BIN):$$PATH" infra/destroy.sh

image:  ## build one image for cron, Kubernetes and Lambda; IMAGE, PLATFORM
	infra/image.sh
