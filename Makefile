# Regulars. Needs Python 3.11, git and make; everything else is set up here, inside this folder.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run replay test check package deploy stop redrive republish clock token meter bench simulate

PYTHON ?= python3.11
STAGE ?=
SERVICE ?=
SINCE ?=
DAYS ?=
PRESET ?= classic
QUICK ?=
SIZES ?=
SEEDS ?= 200
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
# By the environment, so that its quotes reach what reads them.
export SET
UV_VERSION := 0.13.9

# uv where the machine has it, else one of our own.
export PATH := $(CURDIR)/.local/uv/bin:$(PATH)
export UV_PYTHON_DOWNLOADS := never
READY := .local/ready
RUN := .venv/bin/python -m
# Their own environment, under their own lock.
CHECKS := CKV_SKIP_PACKAGE_UPDATE_CHECK=true UV_PROJECT_ENVIRONMENT=$(CURDIR)/.local/checks \
	uv run --quiet --frozen --python $(PYTHON) --project infra/checks

help: ## Say what there is
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10
	@echo
	@echo 'make run PORT=9000 CUSTOMERS=all     make token ROLE=support      make redrive SERVICE=loyalty'
	@echo 'make deploy STAGE=prod SET="Sender=shop@example.com AllowedOrigins=https://example.com"'

run: $(READY) ## Start everything on this machine and send real purchases through it
	@$(RUN) infra.run --port $(PORT) --customers $(CUSTOMERS)

replay: $(READY) ## Send all the sample's customers through one of loyalty's presets: PRESET=classic or ladder
	@$(RUN) infra.run --port $(PORT) --customers $(if $(filter command line,$(origin CUSTOMERS)),$(CUSTOMERS),all) \
		--preset $(PRESET) --leave

test: $(READY) ## Prove everything
	@.venv/bin/python -m pytest -q -n 2 --dist loadscope

check: $(READY) ## Format, lint, types, architecture, templates, generated docs
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	@for service in customers loyalty segments notifications privacy; do \
		.venv/bin/mypy services/$$service/app.py || exit 1; done
	.venv/bin/lint-imports
	@$(RUN) infra.bundle --arch host
	@$(RUN) infra.templates .build/lint
	.venv/bin/cfn-lint .build/lint/*.json
	@$(CHECKS) checkov --config-file infra/checks/checkov.yaml --directory .build/lint
	$(RUN) infra.docs --check
	$(RUN) infra.roles --check

simulate: $(READY) ## Try to break it: SEEDS=200 ORDERS=60 JOBS=1, or one SEED=17 (ONLY=its steps, BUG=a planted one)
	@$(RUN) tests.simulation --orders $(ORDERS) --jobs $(JOBS) $(if $(ONLY),--only $(ONLY)) $(if $(BUG),--bug $(BUG)) \
		$(if $(SEED),--seed $(SEED),--seeds $(SEEDS) $(if $(BUG),,--report))

meter: $(READY) ## Count what each operation costs on AWS, into docs/proof/costs.md
	@$(RUN) benchmarks.meter

bench: $(READY) ## Measure starts, handlers and the local cloud (QUICK=1, SIZES=1000,10000), into docs/proof/benchmarks.md
	@$(RUN) benchmarks.speed $(if $(QUICK),--quick) $(if $(SIZES),--sizes $(SIZES))

package: $(READY) ## Bundle the five services, for ARCH=arm64 or x86_64
	@$(RUN) infra.bundle --arch $(ARCH)

deploy: $(READY) ## Bundle and deploy STAGE to the account that the AWS settings name
	@test -n "$(STAGE)" || { echo 'Which stage? make deploy STAGE=prod'; exit 2; }
	@$(RUN) infra.deploy --stage $(STAGE) --arch $(ARCH) --set "$$SET"

stop: $(READY) ## Stop what `make run` started
	@$(RUN) infra.local.state stop

redrive: $(READY) ## Send the dead letters of SERVICE back to its inbox (STAGE=… for an account)
	@test -n "$(SERVICE)" || { echo 'Which service? make redrive SERVICE=loyalty'; exit 2; }
	@$(RUN) infra.redrive $(SERVICE) $(if $(STAGE),--stage $(STAGE))

republish: $(READY) ## Tell again what SERVICE's stream kept back SINCE a moment (STAGE=… for an account)
	@test -n "$(SERVICE)$(SINCE)" || { echo 'Which, since when? make republish SERVICE=loyalty SINCE=2026-11-22T10:00:00Z'; exit 2; }
	@$(RUN) infra.republish $(SERVICE) --since $(SINCE) $(if $(STAGE),--stage $(STAGE))

clock: $(READY) ## Set the running local cloud's clock DAYS forward, and run what falls due on the way
	@test -n "$(DAYS)" || { echo 'How far? make clock DAYS=90'; exit 2; }
	@$(RUN) infra.clock $(DAYS)

token: $(READY) ## Print an access token for ROLE: a staff role, storefront, or a customer's id
	@test -n "$(ROLE)" || { echo 'Whose? make token ROLE=support'; exit 2; }
	@$(RUN) infra.tokens $(ROLE) $(if $(STAGE),--stage $(STAGE))

# Made again when what is locked, or a member's own list, changes.
$(READY): uv.lock pyproject.toml shared/pyproject.toml $(wildcard services/*/pyproject.toml)
	@mkdir -p .local
	@command -v uv >/dev/null || { $(PYTHON) -m venv .local/uv && .local/uv/bin/pip install --quiet 'uv==$(UV_VERSION)'; }
	@uv sync --quiet --frozen --all-packages --python $(PYTHON)
	@touch $@
