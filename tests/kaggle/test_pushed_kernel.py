"""The kernel as it arrived at the site works alone, and what it leaves verifies and comes back.

Executed once for all claims; `make test-kaggle` does it again with the interpreter of a second environment, whose
transformers is the oldest that the kernel promises to work with.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from alone import NAMESPACE, PYTHON_VARIABLE, SOCKETS, execute_alone

from tunixlib.artifacts import read_json
from tunixlib.evidence.environment import PACKED_COMMIT
from tunixlib.evidence.verify import verify_run
from tunixlib.running.sessions.inputs import MODULES
from tunixlib.runs import ROOT_VARIABLE, Run
from tunixlib.stages import STAGES
from tunixlib.trees import PROJECT_ROOT

pytestmark = pytest.mark.slow

PARAMETERS = {"PROFILE": "smoke", "RUN_ID": "kaggle-test"}
NOTEBOOKS = [stage.name for stage in STAGES if (PROJECT_ROOT / f"notebooks/{stage.name}.ipynb").is_file()]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("alone")


@pytest.fixture(scope="module")
def working(place):
    (place / "working").mkdir()
    return place / "working"


@pytest.fixture(scope="module")
def alone(pushed_kernel, working, place):
    (working / "kaggle.ipynb").write_text(pushed_kernel[1].sent("SaveKernel")["text"], encoding="utf-8")
    done = execute_alone(working, PARAMETERS, place / "scratch")
    assert done.returncode == 0, done.stderr[-3000:]
    return done


@pytest.fixture(scope="module")
def run(alone, working):
    return Run(working / "submission_runs" / "kaggle-test")


def test_no_other_machine_could_be_reached(alone, record_property):
    record_property("isolation", f"the pushed kernel was executed with {alone.isolation}")
    assert alone.found["python"] == "no network here: 192.0.2.1"
    if alone.isolation == NAMESPACE:
        assert alone.found["system"] == "Network is unreachable"


def test_where_there_are_no_namespaces_python_itself_refuses_other_machines(tmp_path, monkeypatch):
    monkeypatch.setattr("alone._namespace", list)
    code = 'import urllib.request\nurllib.request.urlopen("http://192.0.2.1", timeout=2)'
    cell = {"cell_type": "code", "id": "a", "source": code, "metadata": {}, "outputs": [], "execution_count": None}
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "kaggle.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    done = execute_alone(tmp_path, {}, tmp_path / "scratch")
    assert (done.returncode, done.isolation) == (1, SOCKETS)
    assert "no network here: 192.0.2.1" in done.stderr


def test_every_process_imported_the_unpacked_package_and_none_the_repository(alone, place):
    assert alone.found["installed"] is False
    origins = list(alone.imported.values())
    assert len(origins) > len(NOTEBOOKS), "the kernel itself and one for each notebook"
    (unpacked,) = {str(Path(origin).parent.parent) for origin in origins}
    assert re.fullmatch(re.escape(f"{place.resolve()}/scratch/tmp/tunixlib-") + r"[^/]+", unpacked)


def test_the_second_environment_has_the_transformers_it_is_made_for(alone):
    if not os.environ.get(PYTHON_VARIABLE):
        pytest.skip(f"one environment only: {PYTHON_VARIABLE} is not set (make test-kaggle sets it)")
    pins = (Path(__file__).parent / "requirements.txt").read_text(encoding="utf-8")
    assert alone.found["transformers"] == re.search(r"^transformers==(\S+)", pins, re.MULTILINE)[1]


def test_the_second_environment_lists_what_the_session_asks_for_and_nothing_else():
    lines = (Path(__file__).parent / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [re.match(r"[\w-]+", line)[0] for line in lines if not line.startswith("#")] == sorted(MODULES)


def test_the_run_that_it_leaves_verifies_and_names_the_commit_that_was_packed(run, alone, place):
    assert [str(problem) for problem in verify_run(run.root).problems] == []
    manifest = read_json(run.path("run_manifest.json"))
    (packed,) = place.glob(f"scratch/tmp/tunixlib-*/{PACKED_COMMIT}")
    assert {"commit": manifest["commit"], "dirty": manifest["dirty"]} == read_json(packed)
    assert manifest["command"] == "notebooks/kaggle.ipynb with PROFILE=smoke RUN_ID=kaggle-test"
    assert manifest["environment"]["packages"]["transformers"] == alone.found["transformers"]


def test_its_evidence_names_no_path_of_the_machine(run, place):
    kinds = (".json", ".jsonl", ".ipynb", ".md")
    texts = {path.name: path.read_text(encoding="utf-8") for path in run.root.rglob("*") if path.suffix in kinds}
    assert len(texts) > len(NOTEBOOKS)
    assert [name for name, text in texts.items() if str(place) in text or str(PROJECT_ROOT) in text] == []


def test_it_shows_results_figures_and_which_checkpoint_is_judged(run, working):
    shown = (working / "out.ipynb").read_text(encoding="utf-8")
    assert shown.count("image/png") == len(list(run.path("figures").glob("*.png"))) > 0
    assert "which will be judged: `training/curriculum/stage_c/checkpoint`" in shown
    assert "stage_c" in shown
    assert [stage["stage"] for stage in read_json(working / "ledger.json")["stages"]] == NOTEBOOKS


def test_it_publishes_folders_that_can_be_pushed_with_the_weights_that_are_judged(working, published):
    dist = working / "dist" / "kaggle-test"
    assert sorted(path.name for path in dist.iterdir() if path.is_dir()) == ["dataset", "kernel", "model"]
    assert (dist / "kernel" / "kaggle.ipynb").read_bytes() == (published / "kernel" / "kaggle.ipynb").read_bytes()
    assert list((dist / "model").glob("*.safetensors"))


def test_import_kaggle_brings_it_back(working, run, tmp_path):
    words = [sys.executable, "-m", "tunixlib", "import-kaggle", str(working)]
    environment = {**os.environ, ROOT_VARIABLE: str(tmp_path)}
    done = subprocess.run(words, env=environment, cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, "kaggle-test: verified" in done.stdout) == (0, True), done.stderr
    brought = Run(tmp_path / "kaggle-test")
    assert verify_run(brought.root).problems == []
    assert brought.path("run_manifest.json").read_bytes() == run.path("run_manifest.json").read_bytes()
