# The house's commands; `make help` lists them. Nothing here relies on what was installed by hand.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Newer than pyproject.toml when what it asks for is installed.
STAMP := $(VENV)/.installed
# Tests wait for servers more than they compute; a file stays with one worker. One after the other: WORKERS=0
# In the order of their folders: xdist's own begins with the files of most tests, and ends with one worker on the
# longest, which have the fewest.
WORKERS ?= 4
# More words for the command behind a target: make test ARGS="tests/unit -k calendar"
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench format

help: ## List these targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' $(firstword $(MAKEFILE_LIST)) \
		| while IFS='|' read -r target sentence; do printf '  make %-8s %s\n' "$$target" "$$sentence"; done

setup: $(STAMP) ## Make .venv with the router and its development tools; instant when up to date
	@:

demo: setup ## A made-up city lives through four weeks on a hand-turned clock, in one process
	$(BIN)/case-router demo $(ARGS)

test: setup ## Install missing test servers (Debian, as root), then run every test
	tools/ensure-servers
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: setup ## Format, lint, types and the walls between the rooms; seconds, no servers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup ## Measure throughput and latency against real servers
	tools/ensure-servers
	$(BIN)/python -m bench $(ARGS)

format: setup ## Format the code and apply the fixes that are safe
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Debian ships venv without pip unless python3-venv is there; a folder left by that failure has no pip.
$(BIN)/pip:
	@if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
		if command -v apt-get >/dev/null && [ "$$(id -u)" -eq 0 ]; then \
			apt-get -q update && \
			DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends python3-venv; \
		else \
			echo "$(PYTHON) cannot make virtual environments. Debian, Ubuntu: sudo apt-get install python3-venv" >&2; \
			exit 1; \
		fi; \
	fi
	$(PYTHON) -m venv --clear $(VENV)

$(STAMP): pyproject.toml | $(BIN)/pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@
