# make setup | run | test | test-long | test-nightly | simulate | bench | bench-long | bench-footprint      (make run PORT=8080)
# make check: everything of `make test` but the tests; make lock: renew requirements.lock; make format.

SHELL := /bin/bash
BIN := .venv/bin
PORT ?= 8000
WORKERS ?= 2
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

.DEFAULT_GOAL := help
.PHONY: help simulate setup setup-test run check test test-long test-nightly bench bench-long bench-footprint lock format

help:
	@sed -n 's/^# //p' Makefile

setup:
	@.ci/setup.sh run

setup-test:
	@.ci/setup.sh test

run: setup
	@exec $(BIN)/caseflow run --demo --port $(PORT)

check: setup-test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/caseflow workflow check
	$(BIN)/caseflow workflow test

test: check
	$(PYTEST) -m "not long"

test-long: setup-test
	$(PYTEST) -m long

test-nightly: setup-test
	$(BIN)/python -m tests.workflow.hostile 1000000 --processes $(WORKERS)

bench: setup-test
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.definitions
	$(BIN)/python -m benchmarks.evaluation
	$(BIN)/python -m benchmarks.evaluation_assignment

bench-long: setup-test
	$(BIN)/python -m benchmarks --long

bench-footprint: setup-test
	$(BIN)/python -m benchmarks.footprint
	$(BIN)/python -m benchmarks.recalculation

lock:
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --python-version 3.11 --extra test \
	  --custom-compile-command "make lock" pyproject.toml -o requirements.lock

format:
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

CASES ?= 110
SEED ?= 1

simulate: setup-test
	$(BIN)/caseflow workflow simulate $(or $(NAME),pilot-management) --cases $(CASES) --seed $(SEED)
