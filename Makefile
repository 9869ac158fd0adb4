# Needs nothing but make and Python 3.11 or newer. "make help" says what there is.

PORT ?= 8000
SERVE ?= 1
PYTHON ?=
TESTS ?=

IN_VENV = .venv/bin/python

.PHONY: help demo test prove check messages bench drill clean free-port

help:
	@echo "make demo       31 synthetic patients, the paper's figures, demo-output/, then the site on port $(PORT)"
	@echo "                  SERVE=0 ends after writing the reports; PORT=8001 serves on another port"
	@echo "make test       all tests on a real PostgreSQL; TESTS=tests.registry.test_database for some of them"
	@echo "make prove      what is promised on reliability and security, measured in full; takes long"
	@echo "make check      format, lint, missing migrations, the Chinese catalogue"
	@echo "make messages   bring the Chinese catalogue up to date and compile it"
	@echo "make bench      speed, side by side with what a user would use instead"
	@echo "make drill      lose a database server and bring it back to a chosen second; prints RPO and RTO"
	@echo "make clean      remove what can be made again; the data under var/ stay"
	@echo "PYTHON=python3.12 chooses the Python that .venv is made with."

demo: .venv/requirements.stamp free-port
	@$(IN_VENV) manage.py demo
	@if [ "$(SERVE)" != 0 ]; then \
	  echo; echo "The site is on http://127.0.0.1:$(PORT)/ until Ctrl-C."; \
	  exec $(IN_VENV) manage.py runserver --noreload 127.0.0.1:$(PORT); \
	fi

# Asked before anything is done, not after the work.
free-port: .venv/requirements.stamp
	@if [ "$(SERVE)" != 0 ]; then \
	  exec $(IN_VENV) -c 'import socket, sys; \
	sys.exit("Port $(PORT) is in use, perhaps by another make demo. Choose another: make demo PORT=8001" \
	if socket.socket().connect_ex(("127.0.0.1", $(PORT))) == 0 else 0)'; \
	fi

# The tests' own database need not survive a power cut, so it does not wait for the disk.
test: .venv/tests.stamp
	@exec env NETLM_THROWAWAY_DATABASE=1 $(IN_VENV) manage.py test --noinput $(TESTS)

# The tests that prove a promise, in full size; what they measure is then in "manage.py promises".
prove: .venv/tests.stamp
	@env NETLM_FULL=1 NETLM_THROWAWAY_DATABASE=1 $(IN_VENV) manage.py test --noinput --proofs $(TESTS); \
	  ended=$$?; $(IN_VENV) manage.py promises; exit $$ended

check: .venv/tests.stamp
	$(IN_VENV) -m ruff format --check .
	$(IN_VENV) -m ruff check .
	$(IN_VENV) manage.py makemigrations --check --dry-run
	$(IN_VENV) -m tests.catalogue --check

messages: .venv/tests.stamp
	$(IN_VENV) -m tests.catalogue

bench: .venv/tests.stamp
	@exec $(IN_VENV) -m benchmarks

drill: .venv/tests.stamp
	@exec env NETLM_FULL=1 NETLM_THROWAWAY_DATABASE=1 $(IN_VENV) manage.py test --noinput tests.registry.test_point_in_time

clean:
	rm -rf .venv demo-output staticfiles .ruff_cache .hypothesis
	find registry analysis tests benchmarks -name __pycache__ -prune -exec rm -rf {} +

.venv/requirements.stamp: requirements.txt .venv/bin/python
	@echo "Installing requirements.txt into .venv, once; on a slow line this takes minutes."
	@$(IN_VENV) -m pip install --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/tests.stamp: tests/requirements.txt .venv/requirements.stamp
	@echo "Installing tests/requirements.txt into .venv, once."
	@$(IN_VENV) -m pip install --disable-pip-version-check -r tests/requirements.txt
	@touch $@

.venv/bin/python:
	@found=; \
	for candidate in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	  if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    found=$$candidate; break; \
	  fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "Python 3.11 or newer is needed, and none was found. Install one (python.org, or the system's" >&2; \
	  echo "packages), or name one: make demo PYTHON=/path/to/python3.12" >&2; \
	  exit 1; \
	fi; \
	echo "Making .venv with $$($$found --version)"; \
	rm -rf .venv; \
	if ! $$found -m venv .venv; then \
	  rm -rf .venv; \
	  echo "The environment .venv could not be made. On Debian and Ubuntu: apt install python3-venv" >&2; \
	  exit 1; \
	fi
