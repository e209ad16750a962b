"""The second engine in the pipeline: the smoke profile trained by Tunix, sealed, verified, and beside torch's run."""

import shutil

import pytest

from tunixlib.analysis.claims import read_claims
from tunixlib.evidence.verify import verify_run
from tunixlib.modeling.checkpoints import read_record
from tunixlib.running.pipeline import run_pipeline
from tunixlib.runs import ROOT_VARIABLE
from tunixlib.stages import CORRECTION_ARMS
from tunixlib.trees import PROJECT_ROOT

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("tunix")]


def test_the_smoke_pipeline_trained_by_tunix_is_sealed_and_verified(tmp_path, monkeypatch):
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path))
    shutil.copytree(PROJECT_ROOT / "submission_runs" / "smoke-v1", tmp_path / "smoke-v1")
    run = run_pipeline("smoke-tunix", "smoke", say=lambda words: None, bundle=False)
    assert run.sealed
    assert [str(problem) for problem in verify_run(run.root).problems] == []
    records = [read_record(folder) for folder in run.root.glob("training/*/*/checkpoint")]
    assert {record.chosen["engine"] for record in records} == {"tunix"}
    assert set(CORRECTION_ARMS) < {record.arm for record in records}
    beside = {name: claim for name, claim in read_claims(run).items() if name.startswith("beside/")}
    losses = {name: claim for name, claim in beside.items() if name.endswith("/loss")}
    assert len(losses) == 6 + len(CORRECTION_ARMS)
    assert {claim["verdict"] for claim in losses.values()} == {"supported"}
