# Every target sets up what it needs; `make compare` and `make test` work on a fresh clone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: install compare test test-unit check bench ui clean lock

install: $(INSTALLED)

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed, $$($(PYTHON) --version) is found. Name another: make PYTHON=python3.12"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

compare: install
	$(BIN)/chatbench compare quickstart

test: install
	$(BIN)/pytest

test-unit: install
	$(BIN)/pytest tests/unit

check: install
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m harness.statement_check

bench: install
	$(BIN)/python -m harness.benchmarks $(if $(QUICK),--quick)

ui: install
	$(BIN)/chatbench ui

# databases, datasets and runs of this folder go too
clean:
	rm -rf .chatbench runs $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# after a change of dependencies in pyproject.toml; needs uv
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
		--quiet --extra dev pyproject.toml --output-file requirements.lock
