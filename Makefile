# Everything needs only Python 3.11 or newer and make; what is missing is installed into .venv from locked files.
PYTHON ?= python3
PORT ?= 8000
CLI = $(PYTHON) -m jvl.cli

.PHONY: help run test check bench messages lock clean

help:
	@echo "make run       serve the demo on http://127.0.0.1:$(PORT)/ (PORT=8001 for another port)"
	@echo "make test      every test; what needs a program that isn't installed is skipped, and said"
	@echo "make check     formatting, lint, import directions, types, templates, migrations, translations"
	@echo "make bench     every benchmark (BENCH=name for one)"
	@echo "make messages  collect and compile translations (needs GNU gettext)"
	@echo "make lock      lock the dependencies anew (needs uv)"

run:
	@$(CLI) run $(PORT)

test:
	@$(CLI) test

check:
	@$(CLI) check

bench:
	@$(CLI) bench

messages:
	@$(CLI) messages

lock:
	@$(CLI) lock

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis staticfiles
