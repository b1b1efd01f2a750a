# Python 3.11+, Java 17+ and Maven are all this needs; everything else is fetched into this folder by `make setup`.
PYTHON ?= python3
BIN := .venv/bin
DEPENDENCIES := .venv/.dependencies
EDITABLE := .venv/.editable
HELM := .venv/.helm
PROMETHEUS := .venv/.prometheus
CONTRACT := .venv/.contract
FETCHED := deploy/local/target/.fetched
SERVERS := deploy/local/target/.prepared
# Whatever starts servers ends with this make, however this make ends.
TIED := setpriv --pdeathsig TERM
CHECKED := shared/linkage services deploy protos tests docs $(wildcard bench)

export PYTHON
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SILENT:
.PHONY: help setup proto docs demo test lint format drills bench image cluster lock clean down

help: ## Show this list
	sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/\1\t\2/p' Makefile | while IFS='	' read -r name text; do printf '  make %-8s %s\n' "$$name" "$$text"; done

setup: $(EDITABLE) $(CONTRACT) $(SERVERS) ## Set everything up: dependencies, generated code, Kafka and PostgreSQL

proto: $(DEPENDENCIES) ## Generate shared/linkage/v1 from protos/
	$(BIN)/python protos/generate.py
	touch $(CONTRACT)

docs: $(EDITABLE) $(CONTRACT) ## Derive docs/contract.md and docs/errors.md anew from contract and code
	$(BIN)/python -m docs.derived

demo: setup ## Play the main job on real servers and stay up to explore; ONCE=1 ends by itself
	$(TIED) $(BIN)/python -m deploy.local.demo $(if $(ONCE),--once)

test: setup $(HELM) $(PROMETHEUS) ## Run all tests; ARGS="tests/store -k race" runs some
	$(TIED) $(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadscope --no-loadscope-reorder $(ARGS)

lint: $(EDITABLE) $(CONTRACT) ## Check the contract, style, types and the direction of dependencies
	$(BIN)/buf lint
	$(BIN)/buf format --diff --exit-code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(CHECKED)
	$(BIN)/lint-imports

format: $(DEPENDENCIES) ## Bring contract and code into the house's format
	$(BIN)/buf format --write
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

drills: setup ## Play the operators' runbooks on the local stack; NAME=losing-kafka plays one
	$(TIED) $(BIN)/python -m deploy.drills $(NAME)

bench: setup ## Measure the figures side by side, as ratios
	$(TIED) $(BIN)/python -m bench $(ARGS)

image: ## Build the image of all services with docker or podman; TAG=linkage:dev
	sh deploy/local/prerequisites.sh container
	$${CONTAINER:-$$(command -v docker || command -v podman)} build --file deploy/image/Containerfile --tag $(or $(TAG),linkage:dev) $(ARGS) .

cluster: $(EDITABLE) $(CONTRACT) $(HELM) ## Try image and chart on the Kubernetes that KUBECONFIG names; IMAGE=linkage:dev
	LINKAGE_CLUSTER_IMAGE=$(or $(IMAGE),linkage:dev) $(BIN)/pytest tests/cluster -s $(ARGS)

lock: $(DEPENDENCIES) ## Resolve the dependencies of pyproject.toml anew into requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
		--group dev --group bench pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
		--constraint requirements.lock pyproject.toml -o deploy/image/requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
		--constraint requirements.lock --group deploy -o deploy/requirements.lock

down: ## End a demo that runs in another terminal
	if [ -x $(BIN)/python ]; then $(BIN)/python -m deploy.local down; fi

clean: down ## Remove everything that was fetched, made or recorded
	if [ -L deploy/local/target/outside ]; then rm -rf "$$(readlink deploy/local/target/outside)"; fi
	rm -rf .venv .run shared/linkage/v1 deploy/local/target bench/results
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	sh deploy/local/prerequisites.sh python java maven
	echo "Making the Python environment .venv"
	$(PYTHON) -m venv .venv

$(DEPENDENCIES): .venv/bin/python requirements.lock deploy/requirements.lock
	echo "Installing the locked dependencies"
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock -r deploy/requirements.lock
	touch $@

$(EDITABLE): $(DEPENDENCIES) pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(HELM): deploy/helm/helm.lock deploy/helm/fetch.py $(DEPENDENCIES)
	echo "Fetching Helm"
	$(BIN)/python -m deploy.helm.fetch $(BIN)/helm
	touch $@

$(PROMETHEUS): deploy/monitoring/prometheus.lock deploy/monitoring/fetch.py $(DEPENDENCIES)
	echo "Fetching Prometheus"
	$(BIN)/python -m deploy.monitoring.fetch $(BIN)
	touch $@

$(CONTRACT): $(DEPENDENCIES) protos/generate.py $(wildcard protos/linkage/v1/*.proto)
	echo "Generating the code of the contract"
	$(BIN)/python protos/generate.py
	touch $@

$(SERVERS): $(FETCHED) | $(EDITABLE)
	$(BIN)/python -m deploy.local prepare
	touch $@

$(FETCHED): deploy/local/pom.xml
	sh deploy/local/prerequisites.sh java maven
	echo "Fetching Kafka and PostgreSQL"
	mvn --batch-mode --quiet -Dstyle.color=never --file deploy/local/pom.xml package
	touch $@
