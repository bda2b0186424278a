# Everything sets itself up: the only things needed are Python 3.11 to 3.13, pip, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
HOUSE := src/backwright/house
HERE := $(CURDIR)/$(BIN)
# What a variant of the house lays over it is linted where it lies in the end (tests/transfer).
WRITTEN := app migrations scripts tests

.PHONY: demo test test-all test-house lint format bench clean

demo: $(READY)  ## make a project, run it, add to it while it runs
	$(BIN)/python demo/story.py

test: $(READY)  ## the everyday tests
	$(BIN)/pytest -m "not slow" -n 2
	$(MAKE) --no-print-directory test-house lint

test-all: $(READY)  ## every test, also those that make whole projects
	$(BIN)/pytest -n 2
	$(MAKE) --no-print-directory test-house lint

test-house: $(READY)  ## the living template's own tests, types and lint
	cd $(HOUSE) && $(HERE)/python -m pytest -m "not timing" -p no:cacheprovider
	cd $(HOUSE) && $(HERE)/mypy && $(HERE)/ruff check $(WRITTEN) && $(HERE)/ruff format --check $(WRITTEN)

lint: $(READY)  ## types, lint, floors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY)  ## figures, each beside its peer's in the same run
	$(BIN)/python benchmarks/api_speed.py
	$(BIN)/python benchmarks/change_speed.py

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --editable . --group dev
	$(BIN)/python -m compileall -q src/backwright  # some machines forbid Python to do so as it goes
	@touch $(READY)

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
