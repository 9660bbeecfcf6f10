# The commands of the project. Needs Python 3.11 or newer and make; everything else is installed into .venv.

# The first interpreter that is new enough; else python3, so that the message below can name what was found.
PYTHON ?= $(or $(shell for p in python3 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done),python3)
VENV := .venv
BIN := $(VENV)/bin

# A marker for each set of requirements, named by the hash of what it was built from: nothing is installed twice.
marker = $(VENV)/.installed-$(1)-$(shell cat requirements/build.txt requirements/$(1).txt pyproject.toml | cksum | cut -d' ' -f1)
TEST := $(call marker,test)
# The test set holds everything of the run set, so where it is installed it serves `demo` and `run` as well.
RUN := $(or $(wildcard $(TEST)),$(call marker,run))
# What the benches need comes on top of the test set.
BENCH := $(VENV)/.with-bench-$(shell cat requirements/test.txt requirements/bench.txt | cksum | cut -d' ' -f1)
# The sector's validator of the SSDA903 return, in an environment of its own: its pins do not go with the hub's.
SSDA903 := $(VENV)/.with-ssda903-$(shell cksum < requirements/ssda903.txt | cut -d' ' -f1)
# The generators of code from npm that the bench of the contract runs.
CONTRACT := $(VENV)/.with-contract-$(shell cksum < bench/contract/package-lock.json | cut -d' ' -f1)

# What the image holds, and what lists and audits it, each in an environment of its own.
SERVE := $(VENV)/.with-serve-$(shell cksum < requirements/serve.txt | cut -d' ' -f1)
AUDIT := $(VENV)/.with-audit-$(shell cksum < requirements/audit.txt | cut -d' ' -f1)

# Hubs and commands start by the hundred in the tests: what was compiled is kept, also where a shell says otherwise.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo run test test-long check fuzz courses screenshots mutants torture bench bench-cdc bench-desk bench-matching bench-contract image sbom audit lock clean

help: ## list the commands
	@printf 'Homeward tells people and keeps time. Commands:\n\n'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-22s %s\n", $$1, $$2 }'
	@printf '\nPYTHON=... chooses the interpreter, ARGS=... is passed on: make test ARGS="-k settings"\n'

demo: $(RUN) ## play a made-up fortnight through the whole hub and show who was told what, and why
	@$(BIN)/homeward demo $(ARGS)

run: $(RUN) ## start the hub and the duty desk with an embedded Kafka (ARGS=--sample: with a made-up fortnight)
	@$(BIN)/homeward run --embedded --desk $(ARGS)

test: $(TEST) $(SSDA903) ## run the tests, against a real Kafka and a real Postgres, in up to four processes
	@$(BIN)/python -m pytest -n auto --part short $(ARGS)

test-long: $(TEST) ## run the tests that prove something by length: courses, mutants, upgrades, faults, pages
	@$(BIN)/python -m pytest -n auto --part long $(ARGS)

check: $(TEST) ## run ruff, mypy and the import rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

fuzz: $(TEST) ## send a million seeded inputs through the whole way in, and print what became of them
	@$(BIN)/python -m tests.fuzz $(ARGS)

courses: $(TEST) ## read ten thousand random courses in any order, and print what did not hold
	@$(BIN)/python -m tests.disorder $(ARGS)

torture: $(TEST) ## break what a hub stands on for half an hour, and print what it lost, said twice or held up
	@$(BIN)/homeward torture --minutes 15 $(ARGS)
	@$(BIN)/homeward torture --minutes 15 --postgres $(ARGS)

bench: $(TEST) $(BENCH) ## measure speed against bare Kafka and a peer, on Postgres and SQLite (QUICK=1: two minutes)
	@$(BIN)/python -m bench $(if $(filter-out 0,$(QUICK)),--quick) $(ARGS)

bench-desk: $(TEST) ## measure the pages of the duty desk with 100,000 episodes, on Postgres and SQLite
	@$(BIN)/python -m bench.desk $(ARGS)

bench-cdc: $(TEST) ## show that Debezium writes from the outbox what the relay writes
	@$(BIN)/python -m pytest -q -s bench/cdc $(ARGS)

bench-matching: $(TEST) $(BENCH) ## measure how well children are matched, compared with Splink
	@$(BIN)/python -m pytest -q bench/matching
	@$(BIN)/python -m bench.matching $(ARGS)

bench-contract: $(TEST) $(BENCH) $(CONTRACT) ## show that code generators make usable types of the messages (needs npm)
	@$(BIN)/python -m bench.contract $(ARGS)

screenshots: $(TEST) ## take a picture of every page of the duty desk with Chromium, into docs/screenshots
	@$(BIN)/python -m tests.desk.screenshots $(ARGS)

mutants: $(TEST) ## change each word of each pack in turn and name those whose change nobody notices
	@PYTHONPATH=tests/support:tests/protocols $(BIN)/python -m mutants $(ARGS)

image: $(RUN) ## build the image and check it (ARGS=--base: where no registry can be reached)
	@$(BIN)/python tools/image.py $(ARGS)

sbom: $(SERVE) $(AUDIT) ## list what the image holds (CycloneDX) and under which licences, into build/
	@mkdir -p build
	@$(VENV)/audit/bin/cyclonedx-py environment $(VENV)/serve/bin/python --pyproject pyproject.toml --of JSON -o build/sbom.json
	@$(BIN)/python tools/licences.py build/sbom.json > build/licences.txt
	@echo "Written to build/sbom.json and build/licences.txt"

audit: $(AUDIT) ## ask the index whether anything that the image holds is known to be weak (needs the network)
	@$(VENV)/audit/bin/pip-audit --strict --require-hashes --disable-pip -r requirements/serve.txt $(ARGS)

lock: | $(BIN)/pip ## update the lock files (pinned, with hashes, for every system)
	@$(BIN)/python tools/lock.py $(ARGS)

clean: ## delete .venv, caches and build results; keep data in var/
	@rm -rf $(VENV) .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Homeward needs Python 3.11 or newer; $(PYTHON) is: $$($(PYTHON) --version 2>&1 | head -n 1)"; \
	  echo "Use a newer one: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 1; } >&2
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) has no venv module. On Debian and Ubuntu, run: apt install python3-venv"; exit 1; } >&2
	@echo "Building $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear $(VENV)

$(VENV)/.installed-%: | $(BIN)/pip
	@echo "Installing dependencies (this takes a few minutes the first time)"
	@$(BIN)/python tools/install.py $(firstword $(subst -, ,$*))
	@rm -f $(VENV)/.installed-*
	@touch $@

$(SSDA903): | $(TEST)
	@echo "Installing the validator of the SSDA903 return"
	@$(BIN)/python -m venv --clear $(VENV)/ssda903
	@$(VENV)/ssda903/bin/python tools/install.py --alone ssda903
	@rm -f $(VENV)/.with-ssda903-*
	@touch $@

$(SERVE) $(AUDIT): $(VENV)/.with-%: | $(BIN)/pip
	@echo "Installing requirements/$(firstword $(subst -, ,$*)).txt"
	@$(BIN)/python -m venv --clear $(VENV)/$(firstword $(subst -, ,$*))
	@$(VENV)/$(firstword $(subst -, ,$*))/bin/python tools/install.py --alone $(firstword $(subst -, ,$*))
	@rm -f $(VENV)/.with-$(firstword $(subst -, ,$*))-*
	@touch $@

$(CONTRACT): | $(TEST)
	@command -v npm > /dev/null || { echo "The bench of the contract needs Node.js with npm" >&2; exit 1; }
	@echo "Installing the code generators"
	@mkdir -p $(VENV)/contract
	@cp bench/contract/package.json bench/contract/package-lock.json $(VENV)/contract
	@npm ci --prefix $(VENV)/contract --ignore-scripts --no-fund --no-audit --silent
	@rm -f $(VENV)/.with-contract-*
	@touch $@

$(BENCH): | $(TEST)
	@echo "Installing dependencies of the benchmarks"
	@$(BIN)/python tools/install.py bench
	@rm -f $(VENV)/.with-bench-*
	@touch $@
