# Two targets do it all on a fresh machine: `make demo` and `make test`; a third one puts it on AWS: `make deploy`.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
BROWSER := .venv/.browser

.PHONY: setup demo test lint format bench pictures lock deploy destroy image

setup: $(STAMP)  ## create .venv with the locked versions

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "cinelake needs Python 3.11 or newer: make setup PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup  ## the main job and a refresh end to end against the built-in sandbox
	$(BIN)/cinelake demo

test: setup lint $(BROWSER)  ## every check and every test; PYTEST=--cov tells what they reach
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile $(PYTEST)

$(BROWSER):  # tests of pages skip, and say so, where there is no Chromium
	@if ! command -v chromium >/dev/null && command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		(apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium fonts-dejavu-core) >/dev/null 2>&1 \
		|| echo "make: Chromium could not be installed; the tests of pages are skipped"; fi
	@touch $@

lint: setup  ## style, types, architecture
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: setup  ## rewrite the sources in the house style
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: setup  ## the figures of docs/benchmarks.md (needs ../shared)
	$(BIN)/python -m benchmarks

pictures: setup $(BROWSER)  ## the pictures in docs/images, from the sandbox (needs Chromium)
	$(BIN)/python -m tools.pictures

COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --upgrade

lock: setup  ## renew the locks: of this environment, of the functions' packages, of the Glue job, of the image
	$(COMPILE) --python-version 3.11 pyproject.toml --group dev --output-file requirements.lock
	$(COMPILE) --python-version 3.11 pyproject.toml --constraint requirements.lock --output-file infra/requirements.lock
	$(COMPILE) --python-version 3.11 pyproject.toml --extra refine --constraint requirements.lock \
		--output-file infra/build.lock
	$(COMPILE) --python-version 3.11 pyproject.toml infra/glue.in --constraint requirements.lock --output-file infra/glue.lock
	$(COMPILE) --python-version 3.13 pyproject.toml --extra aws infra/image.in --constraint requirements.lock \
		--output-file infra/image.lock

deploy: setup  ## build and deploy to AWS, and put TMDB_TOKEN into its secret; STACK, REGION, PARAMETERS
	PATH="$(CURDIR)/$(BIN):$$PATH" infra/deploy.sh

destroy: setup  ## take the stack down and keep the lake; STACK, REGION, YES=1
	PATH="$(CURDIR)/$(BIN):$$PATH" infra/destroy.sh

image:  ## one image for cron, Kubernetes and Lambda; IMAGE, PLATFORM
	infra/image.sh
