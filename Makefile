# Regulars. Needs Python 3.11, git and make. Everything else is set up inside this folder.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help ports run replay test check package deploy stop redrive republish clock token meter fuzz bench simulate mutants

PYTHON ?= python3.11
STAGE ?=
SERVICE ?=
MODULE ?=
SINCE ?=
DAYS ?=
PRESET ?= classic
CURRENCY ?= USD
QUICK ?=
SIZES ?=
SEEDS ?= 200
CASES ?= 20000
ORDERS ?= 60
JOBS ?= 1
SEED ?=
ONLY ?=
BUG ?=
ROLE ?=
ARCH ?= arm64
PORT ?= 8080
CUSTOMERS ?= 300
SET ?=
# Passed through the environment, so that its quotes reach the command.
export SET
UV_VERSION := 0.13.9

# The machine's own uv if it has one, else a copy in this folder.
export PATH := $(CURDIR)/.local/uv/bin:$(PATH)
export UV_PYTHON_DOWNLOADS := never
READY := .local/ready
RUN := .venv/bin/python -m
# checkov has its own environment and its own lock.
CHECKS := CKV_SKIP_PACKAGE_UPDATE_CHECK=true UV_PROJECT_ENVIRONMENT=$(CURDIR)/.local/checks \
	uv run --quiet --frozen --python $(PYTHON) --project infra/checks

help: ## List the commands
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10
	@echo
	@echo 'make run PORT=9000 CUSTOMERS=all     make run CURRENCY=GBP     make token ROLE=support      make redrive SERVICE=loyalty'
	@echo 'make deploy STAGE=prod SET="Sender=shop@example.com AllowedOrigins=https://example.com"'

run: ports $(READY) ## Start the platform on this machine and send real purchases through it (CUSTOMERS=0: without)
	@$(RUN) infra.run --port $(PORT) --customers $(CUSTOMERS) --currency $(CURRENCY)

replay: ports $(READY) ## Replay the whole sample under one of loyalty's presets, and end (PRESET=classic or ladder)
	@$(RUN) infra.run --port $(PORT) --customers $(if $(filter command line,$(origin CUSTOMERS)),$(CUSTOMERS),all) \
		--preset $(PRESET) --currency $(CURRENCY) --leave

test: $(READY) ## Run all tests, or those of one service (SERVICE=loyalty)
	@$(RUN) pytest -q -n 2 --dist loadscope --durations 15 $(if $(SERVICE),--service $(SERVICE))

check: $(READY) ## Check format, lint, types, imports, templates and generated docs
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	@for app in services/*/app.py; do .venv/bin/mypy $$app || exit 1; done
	.venv/bin/lint-imports
	@$(RUN) infra.bundle --arch host
	@$(RUN) infra.templates .build/lint
	.venv/bin/cfn-lint .build/lint/*.json
	@$(CHECKS) checkov --config-file infra/checks/checkov.yaml --directory .build/lint
	$(RUN) infra.docs --check
	$(RUN) infra.docs.roles --check

simulate: $(READY) ## Run random histories under faults (SEEDS=200 ORDERS=60 JOBS=1; or SEED=17, ONLY=its steps, BUG=planted)
	@$(RUN) tests.simulation --orders $(ORDERS) --jobs $(JOBS) $(if $(ONLY),--only $(ONLY)) $(if $(BUG),--bug $(BUG)) \
		$(if $(SEED),--seed $(SEED),--seeds $(SEEDS) $(if $(BUG),,--report))

mutants: $(READY) ## Change the rules in one place at a time; a test must fail (SERVICE=customers, MODULE=shared.money, JOBS=2)
	@$(RUN) tests.mutants --jobs $(JOBS) $(if $(MODULE)$(SERVICE),--only $(or $(MODULE),$(SERVICE)))

fuzz: $(READY) ## Send random requests to every route as each role; only documented answers may come (CASES=20000, SEED=0)
	@$(RUN) tests.fuzz --cases $(CASES) $(if $(SEED),--seed $(SEED))

meter: $(READY) ## Count the AWS cost of each operation, and write docs/proof/costs.md
	@$(RUN) tests.meter

bench: $(READY) ## Measure speed, and write docs/proof/benchmarks.md (QUICK=1, SIZES=1000,10000)
	@$(RUN) benchmarks.speed $(if $(QUICK),--quick) $(if $(SIZES),--sizes $(SIZES))

package: $(READY) ## Bundle the five services (ARCH=arm64 or x86_64)
	@$(RUN) infra.bundle --arch $(ARCH)

deploy: $(READY) ## Bundle and deploy STAGE to the account of your AWS settings
	@test -n "$(STAGE)" || { echo 'Which stage? make deploy STAGE=prod'; exit 2; }
	@$(RUN) infra.deploy --stage $(STAGE) --arch $(ARCH) --set "$$SET"

stop: $(READY) ## Stop the platform that `make run` started
	@$(RUN) infra.local.state stop

redrive: $(READY) ## Send SERVICE's dead letters back to its inbox (STAGE=… for an account)
	@test -n "$(SERVICE)" || { echo 'Which service? make redrive SERVICE=loyalty'; exit 2; }
	@$(RUN) infra.redrive $(SERVICE) $(if $(STAGE),--stage $(STAGE))

republish: $(READY) ## Tell SERVICE's events again since a time (SINCE=…, STAGE=… for an account)
	@test -n "$(SERVICE)" && test -n "$(SINCE)" || { echo 'Which service, and since when? make republish SERVICE=loyalty SINCE=2026-11-22T10:00:00Z'; exit 2; }
	@$(RUN) infra.republish $(SERVICE) --since $(SINCE) $(if $(STAGE),--stage $(STAGE))

clock: $(READY) ## Set the running local cloud's clock DAYS forward, and run all schedules on the way
	@test -n "$(DAYS)" || { echo 'How many days? make clock DAYS=90'; exit 2; }
	@$(RUN) infra.local.clock $(DAYS)

token: $(READY) ## Print an access token for ROLE: a staff role, storefront, or a customer's id
	@test -n "$(ROLE)" || { echo 'Which role? make token ROLE=support'; exit 2; }
	@$(RUN) infra.tokens $(ROLE) $(if $(STAGE),--stage $(STAGE))

# Before anything is set up: are both ports free? The system's own Python suffices.
ports:
	@echo 'Starting Regulars on port $(PORT) …'
	@$(PYTHON) -m infra.local.ports $(PORT)

# Made again when the lock or a list of dependencies changes.
$(READY): uv.lock pyproject.toml shared/pyproject.toml $(wildcard services/*/pyproject.toml)
	@echo 'Setting up the tools in .venv and .local (10 seconds to some minutes) …'
	@mkdir -p .local
	@command -v uv >/dev/null || { $(PYTHON) -m venv .local/uv && .local/uv/bin/pip install --quiet 'uv==$(UV_VERSION)'; }
	@uv sync --quiet --frozen --all-packages --python $(PYTHON)
	@touch $@
