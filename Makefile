# Every command of the project. `make` alone lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON_HERE := .venv/bin/python
ARGS ?=
JOBS ?= 2

.PHONY: help setup demo run seed test browser screenshots sources check fix messages bench bench-mail bench-mail-kills bench-papers bench-febrl clean bench-line

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

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

screenshots: ## pictures of every page, light and dark, small and large, in var/screenshots; ARGS="-k ar-phone" for some
	@bin/setup all
	@$(PYTHON_HERE) -m pytest -n $(JOBS) tests/browser/screenshots.py $(ARGS)

sources: ## the HTML of every page for claimants in var/sources, for the Nu validator (docs/development.md)
	@bin/setup all
	@$(PYTHON_HERE) -m pytest tests/browser/sources.py $(ARGS)

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

bench-papers: ## finding a page among many made-up ones; ARGS="--pages 1000000"
	@bin/setup all
	@$(PYTHON_HERE) -m tests.bench.papers $(ARGS)

bench-febrl: ## recognising persons beside Splink on FEBRL4, a public set (installs both)
	@bin/setup all
	@$(PYTHON_HERE) -m pip install --quiet --disable-pip-version-check --no-input -e '.[bench]' </dev/null
	@$(PYTHON_HERE) -m tests.bench.febrl

bench-line: ## uploads over a line that is cut, from real Chromium; ARGS="--rounds 100 --client tus", ARGS=--slow
	@bin/setup all
	@$(PYTHON_HERE) -m tests.bench.badline $(ARGS)

bench-mail: ## figures of reading paper beside Tesseract alone; ARGS="--letters DIR --pages 20"
	@bin/setup all
	@$(PYTHON_HERE) -m tests.bench.mail $(ARGS)

bench-mail-kills: ## kill every process of the mailroom at random; ARGS="--kills 50 --seed 1"
	@bin/setup all
	@$(PYTHON_HERE) -m tests.bench.kills $(ARGS)

clean: ## remove the virtual environment and caches; the data in var/postgres stays
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build *.egg-info \
		var/test var/screenshots locale/*/LC_MESSAGES/*.mo
	@find portal casework channels tests -name __pycache__ -type d -prune -exec rm -rf {} +
