# Two commands are enough: `make book` builds the website, `make test` checks everything. `make help` lists the rest.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check
TORCH := torch==2.13.0
# Where the small CPU build of torch is had on Linux: README, TORCH_INDEX.
TORCH_INDEX ?=
# How much is installed for `make lab`: words (chapters 1 to 4), torch (everything but TensorFlow), all.
TIER ?= words
# What else JupyterLab is told, as in a container: make lab LAB_ARGS="--allow-root --ip=0.0.0.0 --no-browser"
LAB_ARGS ?=
# Whatever else lies on the caller's path is not the course's.
unexport PYTHONPATH PYTHONHOME
export PYTHONNOUSERSITE := 1
export TF_ENABLE_ONEDNN_OPTS := 0
export TF_CPP_MIN_LOG_LEVEL := 1

ifeq ($(filter $(TIER),words torch all),)
$(error TIER is words, torch or all; it is "$(TIER)")
endif

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' || { echo "The course needs Python 3.11 or 3.12; $(PYTHON) is $$($(PYTHON) --version 2>&1). Name another: make PYTHON=python3.11 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv is missing. On Debian or Ubuntu: apt install python3-venv"; exit 1; }
	@touch $@

$(VENV)/.words: requirements/words.txt $(VENV)/.made
	@echo "Installing what chapters 1 to 4 and the website need (about a minute, 1.2 GB) ..."
	@$(PIP) install --quiet --require-hashes --no-deps -r requirements/words.txt
	@touch $@

$(VENV)/.torch: requirements/torch.txt $(VENV)/.words
	@echo "Installing torch and what stands on it (about two minutes) ..."
	@$(PIP) install --quiet --no-deps $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) $(TORCH)
	@$(PIP) show torch | grep -qE '^Requires:.*nvidia' && { $(PIP) uninstall --quiet --yes torch; echo "pip took torch's CUDA build, which the course does not use. README's TORCH_INDEX line gives the CPU build: run that."; exit 1; } || true
	@$(PIP) install --quiet --require-hashes --no-deps --no-build-isolation -r requirements/torch.txt
	@touch $@

$(VENV)/.all: requirements/all.txt $(VENV)/.torch
	@echo "Installing TensorFlow (about a minute) ..."
	@$(PIP) install --quiet --require-hashes --no-deps -r requirements/all.txt
	@touch $@

# embedlib itself, by a link to this folder: set again where the folder was moved or what embedlib needs has changed.
LINK := $(VENV)/.link
$(LINK): pyproject.toml $(VENV)/.words
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@pwd >$@
ifneq ($(shell cat $(LINK) 2>/dev/null),$(shell pwd))
.PHONY: $(LINK)
endif
EVERYTHING := $(VENV)/.all $(LINK) assets

# Models and data of the default path: fetched once, checked, kept in the reader's cache folder. The site's islands
# need two of them: GloVe, and MiniLM for the encoder's page.
.PHONY: assets
assets: $(LINK)
	@$(PY) -m embedlib assets fetch

.PHONY: site-assets
site-assets: $(LINK)
	@$(PY) -m embedlib assets fetch glove-6b-50d minilm-l6

.PHONY: book
book: site-assets  ## set up what the website needs and build it into _build/html
	@$(PY) tools/build_site.py
	@echo "The site is in _build/html: open _build/html/index.html in a browser, or serve it with"
	@echo "  $(PY) -m http.server --directory _build/html --bind 127.0.0.1 8000"

.PHONY: lab
lab: $(VENV)/.$(TIER) $(LINK) assets  ## open the course in JupyterLab, on your own copies in my/ (TIER=torch, TIER=all: later chapters)
	@$(PY) tools/lab.py $(LAB_ARGS)

.PHONY: setup
setup: $(EVERYTHING)  ## set up everything, run nothing
	@$(PIP) check

.PHONY: lint
lint: $(EVERYTHING)
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@$(PY) -m codespell_lib

.PHONY: test
test: lint book setup  ## set up everything and run every check, as CI does; one chapter's alone: make test CH=05
	@$(PY) tools/run_tests.py $(CH)

.PHONY: execute
execute: $(EVERYTHING)  ## run a chapter again in place: make execute CH=01
	@$(PY) tools/execute.py $(CH)

.PHONY: chapter
chapter: $(EVERYTHING)  ## start a chapter: make chapter N=02 TITLE="Counting contexts"
	@$(PY) tools/chapter.py "$(N)" "$(TITLE)"

.PHONY: bench
bench: $(EVERYTHING)  ## measure speed again, on a quiet machine, and write the tables the book shows
	@$(PY) benchmarks/neighbors.py
	@$(PY) benchmarks/similarity.py
	@$(PY) benchmarks/counting.py
	@$(PY) benchmarks/evaluation_grid.py
	@$(PY) benchmarks/analogies.py
	@$(PY) benchmarks/encoding.py
	@$(PY) benchmarks/pictures.py
	@$(PY) benchmarks/indexes.py

.PHONY: vectors
vectors: $(EVERYTHING)  ## train everything that takes longer than a minute; may be interrupted, goes on (hours)
	@$(PY) training/word2vec.py
	@$(PY) training/fasttext.py
	@$(PY) training/measure.py
	@$(PY) training/counting_shares.py
	@$(PY) training/tuning.py
	@$(PY) training/bug_hunt.py
	@$(PY) training/transfer.py
	@$(PY) training/glove_passes.py

.PHONY: miniatures
miniatures: STEPS = 3600
miniatures: $(EVERYTHING)  ## train the small language models; may be interrupted, goes on (STEPS=40: a trial)
	@for name in bert roberta gpt elmo t5 xlnet; do \
		$(PY) training/miniatures/train.py $$name --steps $(STEPS); \
		$(PY) training/miniatures/store.py $$name; \
	done

.PHONY: lock
lock:  ## resolve the dependencies again (needs uv)
	@requirements/lock.sh --upgrade

.PHONY: clean
clean:  ## remove what the build made; keeps .venv, my/ and the fetched assets
	@rm -rf _build .pytest_cache .mypy_cache .ruff_cache

.PHONY: help
help:
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 16
