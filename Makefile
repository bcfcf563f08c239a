# The two commands that matter: `make preview` and `make test`. Each sets everything up first.
VENV ?= .venv
PYTHON ?= python3
export VENV PYTHON

BIN = $(VENV)/bin
ALONE = jack or screen or alone# tests that want the machine for themselves

.PHONY: preview test test-fast bench setup setup-dev lint lock wheel clean

preview: setup ## rehearse the built-in recording; without a screen: a clip and a contact sheet in out/
	$(BIN)/monochord preview

test: setup-dev lint ## linters, types, the order of imports, and every test
	$(BIN)/python -m pytest -n auto --maxprocesses 4 -m "not ($(ALONE))"
	$(BIN)/python -m pytest -m "$(ALONE)"

test-fast: setup-dev ## what takes seconds
	$(BIN)/python -m pytest -m "not slow"

bench: setup-dev ## every benchmark, with its peers: BENCHMARKS.md; takes hours (tools/bench.py --help says more)
	$(BIN)/python tools/bench.py $(BENCH)

setup: ## system packages, virtual environment, locked dependencies
	@sh tools/setup.sh

setup-dev:
	@sh tools/setup.sh dev

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lock: ## choose new versions (needs uv)
	uv pip compile pyproject.toml --extra build --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --only-binary :all: --upgrade -o requirements.lock
	uv pip compile pyproject.toml --extra build --extra dev --extra tools --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-emit-find-links --no-header --only-binary :all: \
		-c requirements.lock -o requirements-dev.lock

wheel: setup-dev
	$(BIN)/python -m pip wheel -q --no-deps --no-build-isolation --wheel-dir dist .

clean:
	rm -rf $(VENV) out dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
