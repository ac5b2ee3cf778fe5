# Everything a person types to run, test and look at the project. Needs make and Python 3.11 or newer.
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$name; break; }; done)
VENV := .venv
CLIENTS := .venv-clients
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
WORKERS ?= auto
DOMAIN := symphony portfolio execution reconciliation ledger

export DAGSTER_HOME := $(CURDIR)

.DEFAULT_GOAL := help
.PHONY: help run test coverage check format sweep fortnight bench clients dev clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/installed ## run one trading day on the embedded default and print it
	@$(BIN)/alchemiser run

test: $(VENV)/installed-dev ## run all tests, in parallel and offline; COVERAGE=1 counts what they cover
	@$(BIN)/python -m pytest -n $(WORKERS) -q $(if $(COVERAGE),--cov --cov-report= --cov-fail-under=80)
	@$(if $(COVERAGE),$(MAKE) --no-print-directory coverage)

coverage: # each room of the domain, lines and branches, after `make test COVERAGE=1`
	@for room in $(DOMAIN); do \
	  least=90; [ $$room != symphony ] || least=95; \
	  printf '%-16s ' $$room; \
	  $(BIN)/coverage report --include='alchemiser_dagster/'$$room'/*' --fail-under=$$least --format=total \
	    || { echo "% of $$room is covered by tests: $$least is the least"; exit 1; }; \
	done

check: $(VENV)/installed-dev ## lint, types, layers, sizes
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q tests/house

format: $(VENV)/installed-dev ## format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

sweep: export PYTHONPATH := tests
sweep: $(VENV)/installed-dev ## kill a trading day at every point at which something leaves it (minutes)
	@$(BIN)/python -m sweep --mistakes assumed-unsent assumed-rejected lost-intents no-fills
	@$(BIN)/python -m sweep --kills 3 --points 20
	@$(BIN)/python -m sweep --lanes 4 --points 30
	@$(BIN)/python -m sweep --requote cancel --points 30
	@$(BIN)/python -m recovery_sweep
	@ALCHEMISER_SWEEP=all $(BIN)/pytest -q -n 2 tests/fault_matrix tests/execution/test_execution_crash.py \
	  tests/execution/test_execution_halt.py tests/risk/test_risk_never_passes.py \
	  tests/reconciliation/test_reconciliation_clean_days.py
	@$(BIN)/python -m mutation

fortnight: export PYTHONPATH := tests
fortnight: $(VENV)/installed-dev ## live through fourteen days with the real daemon, in fast-forward (half an hour)
	@$(BIN)/python -m fortnight

bench: $(VENV)/installed-dev ## measure engine, bars, execution, tick to order and memory against targets and rivals (long)
	@$(BIN)/python benchmarks/engine.py
	@$(BIN)/python benchmarks/alpaca_bars.py
	@$(BIN)/python benchmarks/execution.py
	@$(BIN)/python benchmarks/tick.py
	@$(BIN)/python benchmarks/memory.py

clients: ## install another published client of Alpaca beside, for the tests that run it (once)
	@$(PYTHON) -m venv $(CLIENTS)
	@$(CLIENTS)/bin/python -m pip install --quiet --disable-pip-version-check 'pip>=25.1'
	@$(CLIENTS)/bin/python -m pip install --quiet -c constraints-clients.txt --group clients

dev: $(VENV)/installed ## open the Dagster UI on http://127.0.0.1:3000
	@trap 'kill 0' EXIT; $(BIN)/dagster-daemon run --workspace workspace.yaml & \
	 $(BIN)/dagster-webserver --workspace workspace.yaml --host 127.0.0.1 --port 3000

clean: ## remove the virtual environment and everything that runs have written
	rm -rf $(VENV) $(CLIENTS) .alchemiser

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it, or name it: make PYTHON=/path/to/python3"; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than Python 3.11: name a newer one: make PYTHON=/path/to/python3"; exit 2; }
	@echo "Making a virtual environment in $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing the packages (once; about a minute)"
	@$(INSTALL) -e .
	@touch $@

$(VENV)/installed-dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing the packages for development (once; about a minute)"
	@$(INSTALL) -e '.[dev]'
	@touch $@ $(VENV)/installed
