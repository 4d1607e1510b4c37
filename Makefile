# Everything that a person types. `make` alone lists it. Without make: the plain commands are in README.md.

# the first one that is new enough, else whatever python3 is (and then the sentence further down)
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(or $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$name && break; done),python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help run test torture torture-quick bench lint format clean

help: ## list these commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "make %-14s %s\n", $$1, $$2 }'

run: $(VENV)/ready ## start everything: sandbox systems, web pages, a demo connector (PORT=8000 SANDBOX_PORT=8100)
	@exec $(BIN)/python scripts/run.py

test: $(VENV)/ready-dev ## run all tests but the torture (browser and PostgreSQL tests where these are installed)
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m "not torture" $(ARGS)

torture-quick: $(VENV)/ready-dev ## kill processes, lose replies, count what arrives: the set that CI runs
	$(BIN)/python -m pytest -m torture $(ARGS)

torture: $(VENV)/ready-dev ## the same at full size: 10,000 messages and at least 50 kills on each database
	$(BIN)/python -m pytest -m torture --full $(ARGS)

bench: $(VENV)/ready-dev .venv-bench/ready ## measure the performance goals and write docs/performance.md
	$(BIN)/python -m tests.bench $(ARGS)

lint: $(VENV)/ready-dev ## ruff and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/ready-dev ## put imports and layout in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove the virtual environments and caches (instance/ with your data stays)
	rm -rf $(VENV) .venv-bench .pytest_cache .ruff_cache .mypy_cache .hypothesis

# The stamps make installing happen only when a list of requirements has changed.

$(VENV)/bin/python:
	@$(PYTHON) -c '$(NEW_ENOUGH)' 2>/dev/null || \
		{ echo "Python 3.11 or newer is needed; make PYTHON=/path/to/python3.11 names one." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ echo "A virtual environment cannot be made: install Python's venv module (Debian: python3-venv)." >&2; rm -rf $(VENV); exit 1; }

$(VENV)/ready: requirements.txt | $(VENV)/bin/python
	@echo "Installing what the connector needs ..."
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/ready-dev: requirements-dev.txt requirements.txt | $(VENV)/bin/python
	@echo "Installing what the tests need ..."
	@$(PIP) -r requirements-dev.txt
	@touch $@ $(VENV)/ready

.venv-bench/ready: requirements-bench.txt | $(VENV)/bin/python
	@echo "Installing the queues to compare with ..."
	@$(BIN)/python -m venv .venv-bench
	@.venv-bench/bin/python -m pip install -qq --disable-pip-version-check -r requirements-bench.txt
	@touch $@
