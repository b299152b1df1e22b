# Every command of this checkout. GNU make 3.81 and a POSIX shell are enough; Python comes with `make install`.
SHELL = /bin/sh
.NOTPARALLEL:
# Modules are compiled once, not by each of the hundred processes that the tests start.
unexport PYTHONDONTWRITEBYTECODE

VENV    = .venv
RUN     = $(VENV)/bin/python -m
ROOMS   = activities bench ledger mail plan starter tests workflows worker.py
WORKERS = 2
TESTS   = tests
OPTIONS =

# .venv is set up anew only when one of these changes.
RECIPE = environment.sh pyproject.toml constraints.txt
TOOLS  = $(VENV)/installed-tools
DEMO   = $(VENV)/installed-demo

.PHONY: help install demo test soak check format-check lint types arrows bench bench-why format clean

help:
	@echo 'make demo     three people go through a whole program, on the real engine, in two minutes'
	@echo 'make install  the environment .venv with everything the other targets need (PYTHON=... chooses the interpreter)'
	@echo 'make test     the tests (TESTS=tests/plan, OPTIONS="-k deadline", WORKERS=0 for one process)'
	@echo 'make check    the gate: format, lint, types, import arrows, tests'
	@echo 'make soak     long matrices and floods, about 20 minutes; rewrites docs/reliability.md'
	@echo 'make bench    what deciding, sending, taking events and a journey cost beside bare ways (OPTIONS=--json)'
	@echo 'make bench-why  what the queries behind waypost why cost on a million messages, on both databases'
	@echo 'make format   rewrites the code as the gate wants it'
	@echo 'make clean    removes caches; .venv and .waypost stay'

install: $(TOOLS)
	@:

$(TOOLS): $(RECIPE)
	@PYTHON='$(PYTHON)' ./environment.sh dev,embedded,postgres $(DEMO) $(TOOLS)

$(DEMO): $(RECIPE)
	@PYTHON='$(PYTHON)' ./environment.sh embedded $(DEMO)

demo: $(DEMO)
	@$(VENV)/bin/waypost demo $(OPTIONS)

test: $(TOOLS)
	@$(RUN) pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(OPTIONS) $(TESTS)

soak: $(TOOLS)
	@SOAK=1 $(RUN) pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --timeout 900 --reliability docs/reliability.md $(OPTIONS) $(TESTS)

check: format-check lint types arrows test

format-check: $(TOOLS)
	@$(RUN) ruff format --check $(ROOMS)

lint: $(TOOLS)
	@$(RUN) ruff check $(ROOMS)

types: $(TOOLS)
	@$(RUN) mypy --strict

arrows: $(TOOLS)
	@$(VENV)/bin/lint-imports

bench: $(TOOLS)
	@missed=0; for part in plan notify ingest engine; do $(RUN) bench.$${part}_cost $(OPTIONS) || missed=1; done; exit $$missed

bench-why: $(TOOLS)
	@$(RUN) bench.why_cost $(OPTIONS)

format: $(TOOLS)
	@$(RUN) ruff check --fix $(ROOMS)
	@$(RUN) ruff format $(ROOMS)

clean:
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
