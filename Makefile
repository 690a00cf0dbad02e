# Needs Python 3.11 or later, git and make; everything else is installed into .venv.

PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

PIP_INSTALL := $(BIN)/python -m pip install --quiet
LOCKED := $(PIP_INSTALL) --require-hashes --requirement
PYTEST := $(BIN)/python -m pytest -n 2

# The quick folders first, so that a mistake shows early; tidy tests belong to `make check`.
QUICK_TESTS := $(wildcard tests/unit tests/contract tests/property tests/golden)
OTHER_TESTS := $(filter-out $(QUICK_TESTS) tests/tidy tests/bench tests/kit,$(patsubst %/,%,$(wildcard tests/*/)))
COVERED_TESTS := $(wildcard tests/contract tests/unit/kernel tests/property)

.DEFAULT_GOAL := help
.PHONY: help venv dev demo test check coverage sim bench lock format clean
.DELETE_ON_ERROR:

help: ## Say what each command does.
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

venv: .venv/installed ## Create .venv with the locked dependencies and the commands quay and quayverify.

dev: .venv/developing ## Add to .venv what the tests and checks need.

demo: .venv/installed ## Run the whole scenario and serve its pages; options in DEMO_ARGS.
	$(BIN)/quay demo $(DEMO_ARGS)

test: .venv/developing ## Run the tests, the quick ones first; options in TEST_ARGS.
	$(PYTEST) --dist loadfile --no-loadscope-reorder $(TEST_ARGS) $(QUICK_TESTS) $(OTHER_TESTS)

check: .venv/developing ## Check locks, format, lint, types, imports and the tidiness of the repository.
	$(BIN)/python requirements/lock.py --check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --strict
	$(BIN)/lint-imports --no-logo
	$(PYTEST) --dist worksteal tests/tidy

coverage: .venv/developing ## Show that tests reach every branch of kernel and contracts.
	$(PYTEST) --cov=quayledger.kernel --cov=quayledger.contracts --cov-branch \
		--cov-report=term-missing:skip-covered --cov-fail-under=100 $(COVERED_TESTS)

sim: .venv/developing ## Simulate faults from many seeds; SEEDS=2000 from FIRST=0; SIM_ARGS=--show.
	PYTHONPATH=src:tests $(BIN)/python -m sim.run --seeds $(or $(SEEDS),2000) --first $(or $(FIRST),0) $(SIM_ARGS)

bench: .venv/installed ## Measure the ledger; BENCH_JSON=FILE writes the figures too.
	$(BIN)/python tests/bench/run.py $(if $(BENCH_JSON),--json $(BENCH_JSON))

lock: .venv/developing ## Lock the requirements anew; LOCK_ARGS=--upgrade takes newer versions.
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python requirements/lock.py $(LOCK_ARGS)

format: .venv/developing ## Format the code and mend what the linter can mend.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## Remove everything that these commands made.
	rm -rf .venv .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find src tests requirements -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/pip:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not installed: install Python 3.11 or later," \
		"or name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than" \
		"Python 3.11: name a newer one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot create virtual" \
		"environments: on Debian or Ubuntu run: apt install python3-venv" >&2; exit 1; }
	@echo "Creating .venv"
	@$(PYTHON) -m venv --clear .venv

.venv/installed: requirements/runtime.txt pyproject.toml | .venv/bin/pip
	@echo "Installing the locked dependencies and quayledger (once, about a minute)"
	@$(LOCKED) requirements/runtime.txt
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/developing: requirements/dev.txt .venv/installed
	@echo "Installing what tests and checks need (once)"
	@$(LOCKED) requirements/dev.txt
	@touch $@
