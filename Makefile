# make train      train the example network on the embedded images
# make test       lint, module order, types, tests and doctests
# make test-all   the same, with the packages that some tests compare with (PyTorch and others)
# make bench      measure every row of docs/benchmarks.md beside its peers, and compare with it
# make coverage   write docs/coverage.md, the table of names and transforms
# make docs       write the reference of both packages to build/docs
# make clean      remove .venv and everything that was generated
#
# Each target sets up .venv by itself. ARGS reaches the program: make train ARGS="--epochs 3".
# PYTHON chooses the interpreter: make test PYTHON=python3.12.

.NOTPARALLEL:
.PHONY: train test test-all lint bench coverage docs clean
.DELETE_ON_ERROR:

PYTHONS := python3 python3.11 python3.12 python3.13 python3.14 python
RECENT := import sys; sys.exit(sys.version_info < (3, 11))
# The first interpreter that is recent enough and able to make an environment, else any recent one.
PYTHON = $(shell \
	for p in $(PYTHONS); do \
	  $$p -c "import ensurepip, venv; $(RECENT)" 2>/dev/null && echo $$p && exit; done; \
	for p in $(PYTHONS); do $$p -c "$(RECENT)" 2>/dev/null && echo $$p && exit; done)
BIN := .venv/bin

# One BLAS thread by default: for matrices of this size a second one hardly helps on a quiet
# machine, and waits for the first on a busy one.
train test test-all: export OPENBLAS_NUM_THREADS ?= 1
# The tests run in two processes.
test test-all: export FZERO_THREADS ?= 1

train: .venv/.with-plots,progress
	$(BIN)/python examples/fashion_cnn.py $(ARGS)

test: lint
	$(BIN)/python -m pytest -q -n 2 $(ARGS)

test-all: .venv/.with-test,peers test

lint: .venv/.with-test
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/pyright --pythonpath $(BIN)/python

bench: .venv/.with-bench
	$(BIN)/python -m benchmarks $(ARGS)

coverage: .venv/.with-test
	$(BIN)/python -m tests.coverage

docs: .venv/.with-docs
	$(BIN)/python -m pdoc fzero fzero_nn --output-directory build/docs

clean:
	rm -rf .venv build dist .pytest_cache .ruff_cache .import_linter_cache .hypothesis examples/out
	find fzero fzero_nn tests examples -name __pycache__ -type d -prune -exec rm -rf {} +

# One stamp for each set of extras; all are stale once pyproject.toml changes.
.venv/.with-%: pyproject.toml | .venv/.made
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[$*]'
	@touch $@

.venv/.made:
	@test -n "$(PYTHON)" || { \
	  echo "make: no Python was found; expected 3.11 or newer." \
	    "Install one, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c "$(RECENT)" || { \
	  echo "make: PYTHON is $$($(PYTHON) --version 2>&1); expected 3.11 or newer." \
	    "Name another: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c "import ensurepip, venv" 2>/dev/null || { \
	  echo "make: $(PYTHON) has no ensurepip, which making .venv needs." \
	    "On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	rm -rf .venv
	$(PYTHON) -m venv .venv
	@touch $@
