PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready
LINT := ruff format --quiet --check . && ruff check --quiet . && mypy && lint-imports --no-logo
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

.PHONY: up test check bench lock
.DEFAULT_GOAL := up

# Everything set up, then the application of Listing 1 running on a cloud on this machine.
up: $(READY)
	@hanzo local up examples/my-rag-app/hanzo.yaml --env dev
	@echo 'first: source $(VENV)/bin/activate' >&2

# Everything set up, then every test.
test: $(READY)
	@$(LINT)
	@hanzo toolchain install
	@pytest -n 2 --dist loadfile --no-loadscope-reorder

# What a commit must pass: format, lint, types, import contracts, unit and property tests, and that all others load; under a minute.
check: $(READY)
	@$(LINT)
	@pytest -n 2 tests/unit tests/property hanzo_iac components policy/hanzo_policy
	@pytest --collect-only -qq tests/e2e tests/fault

# Every number the README quotes, printed with its unit.
bench: $(READY)
	@hanzo toolchain install
	@python -m benchmarks

# The dependency lock, written anew from pyproject.toml.
lock: $(VENV)/bin/uv
	@uv pip compile --universal --python-version 3.11 --generate-hashes --quiet --all-extras pyproject.toml -o requirements.lock

$(VENV)/bin/uv:
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check uv==0.13.8

$(READY): requirements.lock pyproject.toml | $(VENV)/bin/uv
	@echo "setup: installing the locked Python packages into $(VENV)" >&2
	@uv pip sync --quiet --python $(VENV)/bin/python --require-hashes requirements.lock
	@uv pip install --quiet --python $(VENV)/bin/python --no-deps --editable .
	@python -m compileall -q $(VENV)/lib >/dev/null || true
	@touch $@
