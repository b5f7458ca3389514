# Everything a person or CI runs here. `make demo` needs Python 3.11 or newer and nothing else.
SHELL := /bin/bash
.ONESHELL:
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PORT ?= 8000
VENV := .venv
PYTHON := $(VENV)/bin/python
PYTEST_OPTIONS ?=
# Fonts and libraries of the PDF reports; then what the tests and the translations need besides.
PACKAGES := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-inter fonts-noto-cjk
DEVELOPER_PACKAGES := $(PACKAGES) chromium gettext poppler-utils

.PHONY: help demo demo-reset test check lock setup

help:
	@echo "make demo        run the product here, with a private database and a seeded study (PORT=$(PORT))"
	echo "make demo-reset  delete the demo's data"
	echo "make test        all tests, browser journeys included"
	echo "make check       lint, types, migrations, translations, contracts"
	echo "make lock        write the lock files anew after a change of pyproject.toml"
	echo "make setup       install what development needs"

demo: $(VENV)/.demo
	@exec $(PYTHON) manage.py demo --port $(PORT)

demo-reset: $(VENV)/.demo
	@exec $(PYTHON) manage.py demo --reset

setup: $(VENV)/.developer

test: $(VENV)/.developer
	@$(PYTHON) -m pytest -n 2 $(PYTEST_OPTIONS)

check: $(VENV)/.developer
	@export EDC_DATA_DIR=$(CURDIR)/var/test EDC_ENV=test
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(PYTHON) manage.py makemigrations --check --dry-run
	$(PYTHON) -m tests.tools.translations
	$(PYTHON) -m pytest -q tests/contracts

# The hashes of every platform's files, and no address of the index they came from.
lock: $(VENV)/.developer
	@set -- --universal --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 --quiet
	export UV_CUSTOM_COMPILE_COMMAND="make lock"
	uv pip compile "$$@" pyproject.toml -o requirements.lock
	uv pip compile "$$@" --group dev pyproject.toml -o requirements-dev.lock
	! grep -n '://' requirements.lock requirements-dev.lock

# -- what the targets above stand on; each is made again when its list changes ----------------------------------

$(PYTHON):
	@for candidate in python3 python3.13 python3.12 python3.11; do
	    if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found="$$candidate"; break; fi
	done
	if [ -z "$${found:-}" ]; then echo "Python 3.11 or newer is needed: install python3." >&2; exit 1; fi
	"$$found" -c 'import ensurepip' 2>/dev/null || deploy/system-packages python3-venv
	"$$found" -m venv $(VENV)

$(VENV)/.packages: Makefile deploy/system-packages | $(PYTHON)
	@deploy/system-packages $(PACKAGES)
	touch $@

$(VENV)/.demo: requirements.lock $(VENV)/.packages
	@echo "Installing Python packages (about a minute)."
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	touch $@

$(VENV)/.developer: requirements-dev.lock $(VENV)/.packages
	@deploy/system-packages $(DEVELOPER_PACKAGES)
	echo "Installing Python packages (about a minute)."
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $(VENV)/.demo $@
