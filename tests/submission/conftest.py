"""One complete run, made and sealed once, copied for each test."""

import shutil

import pytest

from tunixlib.runs import Run
from tunixlib.seeding import datasets
from tunixlib.submission import bundle


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
def dist(tmp_path, monkeypatch):
    """A place of its own for what is published, and a page and a notebook of few bytes: the real ones take long."""
    monkeypatch.setattr(bundle, "DIST", tmp_path / "dist")
    monkeypatch.setattr(bundle, "render_report", lambda run: "a page\n")
    monkeypatch.setattr("tunixlib.submission.folders.kernel_notebook", lambda data: b"{}\n")
    return tmp_path / "dist"
