# Every task of the project; `make` alone lists them. Each works from a fresh clone and may be repeated.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PYTEST := $(BIN)/python -m pytest
WORKERS ?= $(shell nproc 2>/dev/null || echo 2)
# Who is done takes over half of what another still has before it: tests last from milliseconds to a minute.
SPREAD := -n $(WORKERS) --dist worksteal

.PHONY: help demo test test-all quality bench bench-long fuzz mutants lint ui lock clean setup

help: ## list the tasks
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-11s %s\n", $$1, $$2}'

setup: $(READY) ## make .venv and install the locked dependencies

$(READY): requirements-dev.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@if command -v uv >/dev/null 2>&1; then \
	  VIRTUAL_ENV=$(VENV) uv pip install --quiet --require-hashes -r requirements-dev.txt && \
	  VIRTUAL_ENV=$(VENV) uv pip install --quiet --no-deps --no-build-isolation -e . ; \
	else \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . ; \
	fi
	@touch $@

demo: $(READY) ## two releases of the demo bot, scored and compared; the worse one is caught
	@$(BIN)/evalkit demo

lint: $(READY) ## formatting, lint and types
	@$(BIN)/ruff format --check evalkit tests dashboards
	@$(BIN)/ruff check evalkit tests dashboards
	@$(BIN)/mypy

test: $(READY) lint ## lint, types and the tests that need only Python and loopback
	@$(PYTEST) $(SPREAD) -m "not slow and not external"

test-all: $(READY) lint ## everything, with Node, Chromium, PostgreSQL and nginx where they are installed
	@$(PYTEST) $(SPREAD) -rs

quality: $(READY) ## measure the scorers on labelled messages (and on $$EVALKIT_DATA where it is set)
	@for part in language privacy grounding conversations conduct asks topics; do $(BIN)/python -m tests.quality.$$part || exit 1; done

bench: $(READY) ## speed and memory as ratios against a bare loop, and the gate's false alarms
	@$(BIN)/python -m tests.bench
	@$(BIN)/python -m tests.bench.judging
	@$(BIN)/python -m tests.bench.gate_simulation
	@$(BIN)/python -m tests.bench.scale

bench-long: $(READY) ## the benches that take an hour
	@$(BIN)/python -m tests.bench --long
	@$(BIN)/python -m tests.bench.judging --long
	@$(BIN)/python -m tests.bench.scale --long
	@$(BIN)/python -m tests.bench.large_import

fuzz: $(READY) ## hypothesis with many more examples
	@HYPOTHESIS_PROFILE=fuzz $(PYTEST) $(SPREAD) -m "not external" -k "property or hostile or round_trip"

mutants: $(READY) ## mutation tests of the scorers
	@$(BIN)/mutmut run

ui: $(READY) ## the dashboards on 127.0.0.1
	@$(BIN)/evalkit ui

lock: $(READY) ## resolve the dependencies again, with hashes and without index addresses
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  --extra data --extra dask --extra judge --extra lid --extra postgres --extra privacy --extra ray --extra satisfaction --extra ui --extra auth \
	  --group dev --python-version 3.11 pyproject.toml -o requirements-dev.txt

clean: ## remove everything that the tasks made
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist mutants screenshots out .evalkit
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
