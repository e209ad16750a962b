"""Shared fixtures: the tiny model once per session, and small traces with known content."""

import gc
import shutil
import warnings

import pytest
import torch

from tunixlib.modeling.models import load_checkpoint, model_folder
from tunixlib.runs import Run
from tunixlib.seeding import datasets
from tunixlib.submission import bundle
from tunixlib.traces import ReasoningTrace


@pytest.fixture
def one_thread():
    """Tiny tensors: a second thread only waits."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def no_warnings():
    """A glyph that the font lacks, or a label that does not fit, is a warning of matplotlib: here it is an error."""
    gc.collect()  # what earlier tests left open warns when it is collected, and is none of these tests'
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.fixture(scope="session")
def tiny_folder():
    return model_folder("tiny")


@pytest.fixture(scope="session")
def tiny(tiny_folder):
    """Model and tokenizer; do not train this one."""
    return load_checkpoint(tiny_folder)


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """The folder that holds a made run: ``runs/demo``, ``unsealed/demo``, ``data/``. Copy it, do not change it."""
    from fault_helpers import make_run

    place = tmp_path_factory.mktemp("made")
    make_run(place)
    return place


@pytest.fixture
def run(made, tmp_path, monkeypatch):
    """A sealed run of one's own."""
    monkeypatch.setattr(datasets, "DATA_ROOT", made / "data")
    shutil.copytree(made / "runs" / "demo", tmp_path / "demo")
    return Run(tmp_path / "demo")


@pytest.fixture
def unsealed(made, tmp_path, monkeypatch):
    """The same run before it is sealed."""
    monkeypatch.setattr(datasets, "DATA_ROOT", made / "data")
    shutil.copytree(made / "unsealed" / "demo", tmp_path / "unsealed" / "demo")
    return Run(tmp_path / "unsealed" / "demo")


@pytest.fixture
def traces():
    """Twelve traces of three categories, so that every stage has some."""
    made = []
    for i in range(12):
        category, steps = [("synthetic", 2), ("reasoning", 3), ("reasoning", 4)][i % 3]
        work = [("compute", f"{i + k} + {k} = {i + 2 * k}") for k in range(1, steps + 1)]
        meta = {"category": category, "family": "adding", "difficulty": "easy"}
        made.append(ReasoningTrace.build(f"What is {i} plus {steps}?", work, str(i + 2 * steps), meta))
    return made


@pytest.fixture
def retry():
    """A trace whose first line is wrong and corrected by the second."""
    lines = ["Pens: 4 * 3 = 13", "Correction: Pens: 4 * 3 = 12", "With the cap: 12 + 5 = 17"]
    steps = [("compute", lines[0]), ("verify", lines[1]), ("compute", lines[2])]
    meta = {"category": "reasoning", "family": "pens", "difficulty": "easy", "wrong_steps": [1]}
    return ReasoningTrace.build("What do 4 pens at $3 and a $5 cap cost?", steps, "17", meta)


@pytest.fixture
def dist(tmp_path, monkeypatch):
    """A place of its own for what is published, and a page and a notebook of few bytes: the real ones take long."""
    monkeypatch.setattr(bundle, "DIST", tmp_path / "dist")
    monkeypatch.setattr(bundle, "render_report", lambda run: "a page\n")
    monkeypatch.setattr("tunixlib.submission.folders.kernel_notebook", lambda data: b"{}\n")
    return tmp_path / "dist"
