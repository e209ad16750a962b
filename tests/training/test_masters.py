"""float16 training: the loss is scaled, an overflowing step is skipped and counted, a collapse stops."""

import json

import pytest
import torch

from tunixlib.artifacts import read_jsonl
from tunixlib.evidence.schemas import MetricsRow
from tunixlib.training.config import SFTConfig, TrainingError
from tunixlib.training.masters import MasterWeights
from tunixlib.training.reports import training_table
from tunixlib.training.sft import train_segment

NAMES = {"arm": "flat", "stage": "stage_1", "dataset_sha256": "d" * 64}


@pytest.fixture
def optimizer():
    torch.manual_seed(1)
    return MasterWeights(torch.nn.Linear(4, 4), SFTConfig(), torch.float16)


def backward(optimizer, factor):
    weight = optimizer.params[0]
    optimizer.scale(weight.float().sum() * factor).backward()


def test_the_scale_cancels_out_of_the_gradient(optimizer):
    backward(optimizer, 1e-6)
    update = optimizer.step(1e-2)
    assert not update.skipped
    assert update.norm == pytest.approx(4e-6, rel=1e-2), "16 weights with a gradient of 1e-6, below float16's 6e-5"


def test_an_overflowing_step_changes_nothing_and_halves_the_scale(optimizer):
    before = [master.clone() for master in optimizer.masters]
    backward(optimizer, 10.0)  # times 65,536 is beyond float16
    update = optimizer.step(1e-2)
    assert update.skipped and update.scale == 32_768
    assert all(torch.equal(a, b) for a, b in zip(before, optimizer.masters, strict=True))
    assert all(param.grad is None for param in optimizer.params)


def test_float32_and_bf16_scale_nothing():
    for dtype in (torch.float32, torch.bfloat16):
        optimizer = MasterWeights(torch.nn.Linear(4, 4), SFTConfig(), dtype)
        loss = torch.tensor(3.0, requires_grad=True)
        assert optimizer.scale(loss) is loss
        assert not optimizer.scaler.is_enabled()


def test_a_float16_run_counts_skipped_steps_and_its_metrics_fit_the_schema(tiny_folder, batches, tmp_path, monkeypatch):
    from tunixlib.runs import Run
    from tunixlib.training import masters

    scaler = torch.amp.GradScaler
    monkeypatch.setattr(masters.torch.amp, "GradScaler", lambda *a, **k: scaler(*a, **k, init_scale=2.0**24))
    config = SFTConfig(learning_rate=3e-3, precision="float16", compile="off")
    out = tmp_path / "run" / "training" / "flat" / "stage_1"
    train_segment(tiny_folder, batches * 6, config, out, **NAMES)
    rows = [row for _, row in read_jsonl(out / "metrics.jsonl")]
    skipped = [row for row in rows if row["skipped"]]
    assert 0 < len(skipped) < len(rows)
    assert all(row["grad_norm"] == 0 for row in skipped)
    assert rows[-1]["loss"] < rows[0]["loss"]
    assert all(MetricsRow.model_validate_json(json.dumps(row)).step for row in rows)
    assert f"float16 on cpu, {len(skipped)} skipped |" in training_table(Run(tmp_path / "run"), "flat")


def test_float16_gives_nearly_the_losses_of_float32(tiny_folder, batches, tmp_path):
    losses = []
    for precision in ("float32", "float16"):
        config = SFTConfig(learning_rate=1e-3, precision=precision, compile="off")
        train_segment(tiny_folder, batches, config, tmp_path / precision, **NAMES)
        losses.append([row["loss"] for _, row in read_jsonl(tmp_path / precision / "metrics.jsonl")])
    assert losses[0] == pytest.approx(losses[1], rel=5e-3)


def test_a_scale_that_collapses_stops_with_what_to_set(tiny_folder, batches, tmp_path, monkeypatch):
    monkeypatch.setattr(MasterWeights, "_gather", lambda self: [m.grad.fill_(float("inf")) for m in self.masters])
    config = SFTConfig(precision="float16", compile="off")
    with pytest.raises(TrainingError, match=r"flat/stage_1, step 17: float16 gradients overflow.*PRECISION float32"):
        train_segment(tiny_folder, batches * 8, config, tmp_path / "a", **NAMES)
    assert not (tmp_path / "a" / "checkpoint").exists()
