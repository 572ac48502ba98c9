.DEFAULT_GOAL := help
SHELL := /bin/bash
python := .venv/bin/python
# what is compiled once is kept, for every process that is started later
unexport PYTHONDONTWRITEBYTECODE
compile := .venv/bin/uv pip compile --quiet --generate-hashes --no-emit-index-url --universal --python-version 3.11 --custom-compile-command 'make lock'

##@ The store
.PHONY: run
run: ## Start the whole store on this machine; Ctrl-C stops it
	@deploy/bootstrap.sh run
	@exec $(python) -m deploy.runner up

.PHONY: demo
demo: install ## Play an outage, line by line, and judge every sale (DATA=folder: with real products and receipts)
	@$(python) -m deploy.demo $(if $(DATA),--data $(DATA))

.PHONY: backup
backup: ## Back the store up while it sells (TO=folder)
	@$(python) -m deploy.runner backup "$(or $(TO),$(error Say where to: make backup TO=folder))"

.PHONY: restore
restore: ## Make the store of a backup on this machine, installed anew at head office (FROM=folder of a backup)
	@deploy/bootstrap.sh run
	@$(python) -m deploy.runner restore "$(or $(FROM),$(error Say which: make restore FROM=folder of a backup))"

.PHONY: recover
recover: ## Take back what a backup lacks: from head office, and from folders of tills (FOLDER=folder)
	@$(python) -m deploy.runner service orders recover $(if $(FOLDER),"$(FOLDER)")

##@ Tests and checks
.PHONY: test
test: install ## Run every test that needs no more than this machine
	@# whole stores and browsers wait much of their time: the rest is tested meanwhile
	@$(MAKE) --no-print-directory --jobs=3 --output-sync=target parts stores pages

.PHONY: parts
parts: install ## Run the tests of rules, services and their servers
	@$(python) -m pytest -n $$(nproc) --maxprocesses 8 --dist loadfile --ignore tests/system --ignore tests/pages

.PHONY: stores
stores: install ## Run the tests of a whole store
	@$(python) -m pytest tests/system

.PHONY: pages
pages: install ## Run the tests of the page, in a browser
	@$(python) -m pytest tests/pages

.PHONY: screens
screens: install ## Take a picture of every screen of the page into .run/screens, and anew those that README shows
	@$(python) -m tests.pages.screens .run/screens --readme

.PHONY: unit
unit: install ## Run the tests that need no server
	@$(python) -m pytest tests/unit

.PHONY: bench
bench: install ## Measure start, memory, sale and drain, each beside its reference (five minutes)
	@$(python) -m tests.bench

.PHONY: faults
faults: install ## Strike a store in every way, and count what was lost (ROUNDS=100 kills, SEED=1, LOAD=1, ONLY=F16,F34, CLOCKS=delivered, BROKER=root of another RabbitMQ)
	@$(python) -m tests.faults $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SEED),--seed $(SEED)) \
		$(if $(LOAD),--load $(LOAD)) $(if $(ONLY),--only $(ONLY)) $(if $(BROKER),--broker $(BROKER)) \
		$(if $(filter delivered,$(CLOCKS)),--delivered-clocks)

.PHONY: insist
insist: install ## Run the tests of services once more while database and broker fail (SEED=1)
	@$(python) -m pytest -n $$(nproc) --dist loadfile -p tests.integration.insisting $(if $(SEED),--insist-seed $(SEED)) \
		tests/integration/catalog tests/integration/chassis tests/integration/orders tests/integration/sessions tests/integration/sync

.PHONY: defences
defences: install ## Switch defences off, one by one: drills and model have to notice (ONLY=mandatory,fence)
	@$(python) -m tests.faults.sabotage $(if $(ONLY),--only "$(ONLY)")
	@$(if $(ONLY),,$(python) -m tests.model.defects)

.PHONY: lint
lint: install ## Run the static checks
	@$(python) -m ruff check .
	@$(python) -m ruff format --check .
	@$(python) -m mypy
	@.venv/bin/lint-imports
	@.venv/bin/check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yml

##@ House-keeping
.PHONY: install
install: ## Install what is missing to run and to test
	@deploy/bootstrap.sh test

.PHONY: lock
lock: install ## Pin every package anew, as pyproject.toml asks for them
	@$(compile) pyproject.toml -o requirements.lock
	@$(compile) --group dev pyproject.toml -o requirements-dev.lock

.PHONY: vendor
vendor: install ## Lay the till page's libraries anew, at the versions of deploy/vendor.py (needs npm)
	@$(python) -m deploy.vendor

.PHONY: bill
bill: install ## Print the bill of materials of what is delivered (CycloneDX, JSON)
	@$(python) -m deploy.bill

.PHONY: help
help: ## Show this help
	@awk 'BEGIN { FS = ":.*## " } /^##@ / { print "\n" substr($$0, 5) } /^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
