"""The second engine in the pipeline: the smoke profile trained by Tunix, sealed, every check of verify passing."""

import pytest

from tunixlib.evidence.verify import verify_run
from tunixlib.modeling.checkpoints import read_record
from tunixlib.running.pipeline import run_pipeline
from tunixlib.runs import CORRECTION_ARMS, ROOT_VARIABLE

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("tunix")]


def test_the_smoke_pipeline_trained_by_tunix_is_sealed_and_verified(tmp_path, monkeypatch):
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path))
    run = run_pipeline("smoke-tunix", "smoke", say=lambda words: None, bundle=False)
    assert run.sealed
    assert [str(problem) for problem in verify_run(run.root).problems] == []
    records = [read_record(folder) for folder in run.root.glob("training/*/*/checkpoint")]
    assert {record.chosen["engine"] for record in records} == {"tunix"}
    assert set(CORRECTION_ARMS) < {record.arm for record in records}
