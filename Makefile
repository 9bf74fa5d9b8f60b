# Two commands are enough: `make book` builds the website, `make test` checks everything. `make help` lists the rest.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
TORCH := torch==2.13.0
# Where the small CPU build of torch is had on Linux: README, TORCH_INDEX.
TORCH_INDEX ?=
TF_QUIET := TF_ENABLE_ONEDNN_OPTS=0 TF_CPP_MIN_LOG_LEVEL=1

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' || { echo "The course needs Python 3.11 or 3.12; $(PYTHON) is $$($(PYTHON) --version 2>&1). Name another: make PYTHON=python3.11 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv is missing. On Debian or Ubuntu: apt install python3-venv"; exit 1; }
	@touch $@

$(VENV)/.book: requirements/book.txt pyproject.toml $(VENV)/.made
	@echo "Installing what the website needs (about a minute) ..."
	@$(PIP) install --quiet --require-hashes --no-deps -r requirements/book.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.full: requirements/full.txt $(VENV)/.book
	@echo "Installing everything else (about three minutes, 4 GB) ..."
	@$(PIP) install --quiet --no-deps $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) $(TORCH)
	@$(PIP) show torch | grep -qE '^Requires:.*nvidia' && { $(PIP) uninstall --quiet --yes torch; echo "pip took torch's CUDA build, which the course does not use. README's TORCH_INDEX line gives the CPU build: run that."; exit 1; } || true
	@$(PIP) install --quiet --require-hashes --no-deps -r requirements/full.txt
	@$(PIP) check
	@touch $@

# Models and data of the default path: fetched once, checked, kept in the reader's cache folder. The site's islands
# need the first of them only.
.PHONY: assets
assets: $(VENV)/.book
	@$(BIN)/python -m embedlib assets fetch

.PHONY: site-assets
site-assets: $(VENV)/.book
	@$(BIN)/python -m embedlib assets fetch glove-6b-50d

.PHONY: book
book: site-assets  ## set up what the website needs and build it into _build/html
	@$(BIN)/jupyter-book build . --warningiserror --nitpick --keep-going --quiet
	@echo "The site is in _build/html: open _build/html/index.html in a browser, or serve it with"
	@echo "  $(BIN)/python -m http.server --directory _build/html --bind 127.0.0.1 8000"

.PHONY: lab
lab: $(VENV)/.full assets  ## open the course in JupyterLab, on your own copies in my/
	@$(TF_QUIET) $(BIN)/python tools/lab.py

.PHONY: setup
setup: $(VENV)/.full assets  ## set up everything, run nothing

.PHONY: lint
lint: $(VENV)/.full
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/codespell

# Chapters run with no network: tests/notebooks/nbval_rules.py sees to it.
NBVAL := $(BIN)/python -m pytest --nbval notebooks

.PHONY: test-unit test-notebooks test-site
test-unit: lint assets
	@$(TF_QUIET) $(BIN)/python -m pytest --doctest-modules embedlib tests/unit tests/exercises
test-notebooks: $(VENV)/.full assets
	@$(TF_QUIET) $(BIN)/python -m pytest tests/notebooks
	@$(NBVAL)
test-site: $(VENV)/.full book
	@$(BIN)/python -m pytest tests/book tests/browser

.PHONY: test
test: test-unit test-notebooks test-site  ## set up everything and run every check, as CI does

.PHONY: test-kernels
test-kernels: $(VENV)/.full assets  ## chapters again with one thread and with other CPU kernels (slow; weekly)
	@tools/kernels.sh

.PHONY: execute
execute: $(VENV)/.full assets  ## run a chapter again in place: make execute CH=01
	@$(BIN)/python tools/execute.py $(CH)

.PHONY: chapter
chapter: $(VENV)/.full assets  ## start a chapter: make chapter N=02 TITLE="Counting contexts"
	@$(TF_QUIET) $(BIN)/python tools/chapter.py "$(N)" "$(TITLE)"

.PHONY: bench
bench: $(VENV)/.full assets  ## measure speed again, on a quiet machine, and write the tables the book shows
	@$(BIN)/python benchmarks/neighbors.py
	@$(BIN)/python benchmarks/similarity.py
	@$(BIN)/python benchmarks/counting.py
	@$(BIN)/python benchmarks/evaluation_grid.py
	@$(BIN)/python benchmarks/analogies.py

.PHONY: vectors
vectors: $(VENV)/.full assets  ## train everything that takes longer than a minute; may be interrupted, goes on (hours)
	@$(BIN)/python training/word2vec.py
	@$(BIN)/python training/fasttext.py
	@$(BIN)/python training/measure.py
	@$(BIN)/python training/counting_shares.py
	@$(BIN)/python training/bug_hunt.py
	@$(BIN)/python training/transfer.py
	@$(BIN)/python training/glove_passes.py

.PHONY: lock
lock:  ## resolve the dependencies again (needs uv)
	@requirements/lock.sh --upgrade

.PHONY: clean
clean:  ## remove what the build made; keeps .venv, my/ and the fetched assets
	@rm -rf _build .pytest_cache .mypy_cache .ruff_cache

.PHONY: help
help:
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 16
