# make run · make test · make demo · make check · make bench     (make help tells what each does)
#
# Each installs what it needs first: Python packages into .venv by their hashes, the pages' component kit into
# node_modules, and on Debian as root the system libraries and the browser. Nothing else has to be set up, whatever the
# environment: what matters is set here.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh
MAKEFLAGS += --no-builtin-rules

export LC_ALL := C.UTF-8
export PYTHONUNBUFFERED := 1
# Trust what the system trusts: many companies look into TLS with a certificate of their own.
export UV_SYSTEM_CERTS := true
# Another project's settings, an outer virtual environment or libpq's defaults would change what runs.
unexport DJANGO_SETTINGS_MODULE PYTHONPATH PYTHONHOME VIRTUAL_ENV PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE PGSERVICE

PYTHON ?= python3
PY := .venv/bin/python
UV := .venv/bin/uv
UV_INSTALL := $(UV) pip install --quiet --python $(PY) --require-hashes
TEST_PROCESSES ?= 2
QUICK := tests/unit tests/scenarios tests/properties tests/mutations tests/architecture capweb/kernel
NEED_A_SERVER := tests/properties/test_books_under_any_interleaving.py tests/architecture/test_isolation.py
PACKAGES := capweb policies eligibility reinsurance
CATALOGUES := $(wildcard capweb/locale/*/LC_MESSAGES/*.po)

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /  make \1|/' | awk -F'|' '{printf "%-16s %s\n", $$1, $$2}'

# --- Installing ---------------------------------------------------------------------------------------------------

.venv/installed-uv: requirements-bootstrap.txt
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing: install Python 3.11 or newer, or name it: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than 3.11: name a newer one, make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "$(PYTHON) cannot make virtual environments (Debian: apt-get install python3-venv)"; exit 1; }
	@echo "Installing Python packages …"
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bootstrap.txt
	@touch $@

.venv/installed-runtime: .venv/installed-uv requirements.txt requirements-onebox.txt
	@$(UV_INSTALL) -r requirements.txt -r requirements-onebox.txt
	@touch $@

.venv/installed-dev: .venv/installed-runtime requirements-dev.txt
	@$(UV_INSTALL) -r requirements.txt -r requirements-onebox.txt -r requirements-dev.txt
	@touch $@

node_modules/installed: package.json package-lock.json .npmrc | .venv/installed-runtime
	@$(PY) -m capweb.onebox requisites --screens
	@command -v npm >/dev/null || { echo "npm is missing: the pages' component kit comes from there. Install Node.js 18 or newer with npm."; exit 1; }
	@echo "Installing the pages' component kit …"
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

.venv/translated: $(CATALOGUES) | .venv/installed-runtime
	@$(PY) manage.py compile_translations >/dev/null
	@touch $@

.PHONY: install install-dev
install: .venv/installed-runtime node_modules/installed .venv/translated ## everything that `make run` needs
	@$(PY) -m capweb.onebox requisites --documents --database

install-dev: .venv/installed-dev install ## everything that the other targets need
	@$(PY) -m capweb.onebox requisites --browser

# --- Running ------------------------------------------------------------------------------------------------------

.PHONY: run demo test quick mutants check bench
run: install ## the whole product on this machine, with the sample portfolio, until Ctrl-C (PORT=, CAPWEB_DATA=)
	@exec $(PY) manage.py onebox run

demo: install ## the whole job once, from a broker's file to the bordereaux, into demo-output/
	@folder=$$(mktemp -d $${TMPDIR:-/tmp}/capweb-demo.XXXXXX) && chmod 755 "$$folder" && trap 'rm -rf "$$folder"' EXIT INT TERM && \
	env -u DATABASE_URL -u DATABASE_OWNER_URL -u DATABASE_PLATFORM_URL -u CELERY_BROKER_URL CAPWEB_DATA="$$folder" \
		$(PY) manage.py demo --output demo-output $(DEMO_ARGUMENTS)

test: install-dev ## every test
	@exec $(PY) -m pytest -q -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGUMENTS)

quick: .venv/installed-dev ## the tests that need no server, in under a minute
	@exec $(PY) -m pytest -q -n $(TEST_PROCESSES) -m "not slow" $(NEED_A_SERVER:%=--ignore=%) $(wildcard $(QUICK))

mutants: .venv/installed-dev ## alter the law at every place, and name the case that goes red for each
	@exec $(PY) -m tests.mutations

bench: install-dev ## the benchmarks, each beside its floor and its peer
	@exec $(PY) -m bench

# --- Checking -----------------------------------------------------------------------------------------------------

check: .venv/installed-dev node_modules/installed ## format, lint, types, import contracts, migrations, translations, OpenAPI
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy $(PACKAGES) manage.py
	.venv/bin/lint-imports
	.venv/bin/djlint templates --check --lint --quiet
	.venv/bin/yamllint --strict .
	$(PY) manage.py check
	$(PY) -W "ignore:Got an error checking a consistent migration history" manage.py makemigrations --check --dry-run
	$(PY) manage.py compile_translations --check
	$(PY) manage.py draw_icons --check
	$(PY) manage.py spectacular --validate --fail-on-warn --file .venv/openapi.yaml
	@diff -u docs/openapi.yaml .venv/openapi.yaml || { echo "The API has changed: if that is meant, make openapi and say so in CHANGELOG.md"; exit 1; }

.PHONY: format openapi lock clean
format: .venv/installed-dev ## put the code into the house's form
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .
	@.venv/bin/djlint templates --reformat --quiet

openapi: .venv/installed-dev ## write docs/openapi.yaml anew
	@$(PY) manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

# --- Locked versions ----------------------------------------------------------------------------------------------

# The lock files hold versions and hashes, and no address to download from.
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
LOCK_ARGUMENTS ?=
lock: .venv/installed-uv ## lock the newest versions that fit (one package alone: LOCK_ARGUMENTS="--upgrade-package NAME")
	@for name in requirements-bootstrap requirements requirements-dev requirements-onebox requirements-postgres; do \
		echo "$$name.txt"; $(COMPILE) $(or $(LOCK_ARGUMENTS),--upgrade) $$name.in -o $$name.txt || exit 1; \
	done
	@npm update --package-lock-only --ignore-scripts --no-audit --no-fund --loglevel=error
	@! grep -nE '"resolved"|https?://[^"]*\.tgz' package-lock.json || { echo "package-lock.json names a registry"; exit 1; }

clean: ## forget what was installed; the data folder stays
	@rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache demo-output
