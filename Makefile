# Weerbaar in a few words. Needs make and Python 3.11 to 3.14; everything else goes into .venv.
#
#   make app      the simulator in the browser
#   make demo     the answer on the terminal, and a report in report/
#   make test     every check, except those that take minutes
#   make help     all words
#
# Another Python:       make app PYTHON=python3.12
# More futures:         make demo REPLICATIONS=200
# Other policies:       make demo POLICIES="status-quo-2020 my-policy.yaml"

PYTHON       ?= python3
VENV         ?= .venv
REPLICATIONS ?= 60
POLICIES     ?= status-quo-2020 local-only fifty-fifty flanders-pays matching-50 solidarity-fund insurance-led shared-framework action-plan-2021-2025
TEST_WORKERS ?= 2
UV_VERSION   := 0.13.9

BIN     := $(VENV)/bin
PIP     := $(BIN)/python -m pip --disable-pip-version-check install --quiet
COMPILE  = build/uv/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
           --fork-strategy fewest --generate-hashes --custom-compile-command "make requirements"

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help app demo test check-long bench shots notebooks format browser requirements upgrade clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1|/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'

# --- use it ---------------------------------------------------------------------------------------------------------

app: $(VENV)/.installed ## open the simulator in the browser
	$(BIN)/weerbaar app

demo: $(VENV)/.installed ## compare preset policies on the 300 municipalities; writes report/
	$(BIN)/weerbaar compare $(POLICIES) --replications $(REPLICATIONS) --report report

# --- check it -------------------------------------------------------------------------------------------------------

test: $(VENV)/.installed-test browser ## run the tests
	$(BIN)/python -m pytest -n $(TEST_WORKERS) --dist worksteal

check-long: $(VENV)/.installed-test browser ## run the tests that take minutes
	$(BIN)/python -m pytest -n $(TEST_WORKERS) --dist worksteal -m long

bench: $(VENV)/.installed-test ## measure speed; each benchmark prints its ratio
	@for file in benchmarks/[a-z]*.py; do echo "== $$file"; $(BIN)/python "$$file" || exit 1; done

shots: $(VENV)/.installed-test browser ## take the pictures of the app for the documentation
	$(BIN)/python tools/shots.py

notebooks: $(VENV)/.installed-test ## play the notebooks again, and keep what they say
	$(BIN)/python tools/notebooks.py --write

format: $(VENV)/.installed-test ## put the code in its usual form
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .

# --- what the words above stand on ----------------------------------------------------------------------------------

# A stamp file says that .venv holds what the files it depends on ask for; touch one of those and it is installed again.

$(BIN)/python:
	@$(PYTHON) -c 'import sys; (3, 11) <= sys.version_info[:2] <= (3, 14) or sys.exit("Weerbaar needs Python 3.11, \
	3.12, 3.13 or 3.14; this is %d.%d. Name another one: make PYTHON=python3.12" % sys.version_info[:2])'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt pyproject.toml | $(BIN)/python
	@echo "Installing what the simulator needs into $(VENV); the first time takes a minute or two."
	$(PIP) --require-hashes -r requirements.txt
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-test: requirements-test.txt $(VENV)/.installed
	@echo "Installing what the tests need into $(VENV)."
	$(PIP) --require-hashes -r requirements-test.txt
	@touch $@

browser: # Chromium for the tests in a real browser, where it can be had; they skip without it
	@sh tools/browser

# --- look after it --------------------------------------------------------------------------------------------------

requirements: build/uv/bin/uv ## compile the pinned requirements from pyproject.toml; keeps versions that still fit
	$(COMPILE) --group build --output-file requirements.txt
	$(COMPILE) --group build --extra study --extra dev --extra bench --constraints requirements.txt \
	  --output-file requirements-test.txt

upgrade: build/uv/bin/uv ## the same, with the newest versions of everything
	$(COMPILE) --upgrade --group build --output-file requirements.txt
	$(COMPILE) --upgrade --group build --extra study --extra dev --extra bench --constraints requirements.txt \
	  --output-file requirements-test.txt

build/uv/bin/uv:
	$(PYTHON) -m venv build/uv
	build/uv/bin/python -m pip --disable-pip-version-check install --quiet uv==$(UV_VERSION)

clean: ## remove everything that these commands made, .venv too
	rm -rf $(VENV) build dist report .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find sim tests benchmarks tools -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
