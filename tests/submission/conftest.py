"""One complete run, made and sealed once, copied for each test."""

import shutil

import pytest
from made_run import ENVIRONMENT, commit_data, make_traces, write_stage

from tunixlib.runs import HOLDER_VARIABLE, STAGES, Run
from tunixlib.seeding import datasets
from tunixlib.submission import sealing


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """The folder that holds ``runs/demo``, ``unsealed/demo`` and ``data/``. Copy it, do not change it."""
    place = tmp_path_factory.mktemp("submission")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(datasets, "DATA_ROOT", place / "data")
        patch.setattr(sealing, "capture_environment", lambda: dict(ENVIRONMENT))
        traces = make_traces()
        commit_data(place / "data", traces)
        run = Run(place / "runs" / "demo")
        patch.setenv(HOLDER_VARIABLE, str(run.root))
        session = {"profile": "smoke", "command": "python -m tunixlib run", "commit": "c" * 40, "dirty": False}
        sealing.begin_session(run, session)
        for stage in STAGES:
            write_stage(run, stage.name, traces, place / "data")
        shutil.copytree(place / "runs", place / "unsealed")
        sealing.seal(run)
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
