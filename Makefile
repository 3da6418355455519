PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
LINT := ruff format --quiet --check . && ruff check --quiet . && mypy && lint-imports --no-logo
export PATH := $(CURDIR)/$(BIN):$(PATH)
# A line that needs no shell names its program in full: make 3.81, which macOS has, looks for it on a PATH of its own.

.PHONY: up test check bench lock
.DEFAULT_GOAL := up

# Everything set up, then the application of Listing 1 running on a cloud on this machine.
up: $(READY)
	@$(BIN)/hanzo local up examples/my-rag-app/hanzo.yaml --env dev
	@echo 'first: source $(VENV)/bin/activate' >&2

# Everything set up, then every test.
test: $(READY)
	@$(LINT)
	@$(BIN)/hanzo toolchain install
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

# What a commit must pass: format, lint, types, import contracts, unit and property tests, and that all others load; under a minute.
check: $(READY)
	@$(LINT)
	@$(BIN)/pytest -n 2 tests/unit tests/property hanzo_iac components policy/hanzo_policy
	@$(BIN)/pytest --collect-only -qq tests/e2e tests/fault

# Every number the README quotes, printed with its unit.
bench: $(READY)
	@$(BIN)/hanzo toolchain install
	@$(BIN)/python -m benchmarks

# The dependency lock, written anew from pyproject.toml.
lock: $(BIN)/uv
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --quiet --all-extras pyproject.toml -o requirements.lock

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "error: Python 3.11 or later is needed: make PYTHON=python3.11")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check uv==0.13.8

$(READY): requirements.lock pyproject.toml | $(BIN)/uv
	@echo "setup: installing the locked Python packages into $(VENV)" >&2
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@python -m compileall -q $(VENV)/lib >/dev/null || true
	@touch $@
