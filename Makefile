# Every command of the project. `make` alone lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON_HERE := .venv/bin/python
ARGS ?=
JOBS ?= 2

.PHONY: help setup demo run seed test browser check fix messages bench bench-mail clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install everything (again only what has changed)
	@bin/setup all

demo run seed: export ANGEKOMMEN_MODE = demo

demo: ## set up, fill an empty database with invented cases, run; PORT=8000 HOST=127.0.0.1
	@bin/setup demo
	@exec $(PYTHON_HERE) manage.py demo

run: ## the same without the invented cases
	@bin/setup demo
	@exec $(PYTHON_HERE) manage.py demo --no-seed

seed: ## add invented cases to the database: make seed STAGE=…
	@bin/setup demo
	@$(PYTHON_HERE) manage.py migrate --verbosity 0
	@$(PYTHON_HERE) manage.py createcachetable
	@$(PYTHON_HERE) manage.py seed $(if $(STAGE),--stage "$(STAGE)")

test: ## all tests, browser journeys included; ARGS="-k receipt" for some, JOBS=1 one after the other
	@bin/setup all
	@$(PYTHON_HERE) -m pytest -n $(JOBS) $(ARGS)

browser: ## only the journeys in Chromium; pictures in var/screenshots
	@bin/setup all
	@$(PYTHON_HERE) -m pytest -n $(JOBS) tests/browser $(ARGS)

check: ## style, types, templates, imports, migrations, translations, production settings
	@bin/setup all
	@bin/check

fix: ## let the tools repair what they can
	@bin/setup all
	@$(PYTHON_HERE) -m ruff check --fix .
	@$(PYTHON_HERE) -m ruff format .

messages: ## collect the texts of all pages for the translators (locale/*/LC_MESSAGES/django.po)
	@bin/setup all
	@bin/messages

bench: ## figures: submissions a second, time to receipt, status pages a second
	@bin/setup all
	@$(PYTHON_HERE) -m tests.bench $(ARGS)

bench-mail: ## figures of reading paper beside Tesseract alone; ARGS="--letters DIR --pages 20"
	@bin/setup all
	@$(PYTHON_HERE) -m tests.bench.mail $(ARGS)

clean: ## remove the virtual environment and caches; the data in var/postgres stays
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build *.egg-info \
		var/test var/screenshots locale/*/LC_MESSAGES/*.mo
	@find portal casework channels tests -name __pycache__ -type d -prune -exec rm -rf {} +
