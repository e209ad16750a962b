"""Out of memory is told as what to lower and to what; what was finished is kept."""

import pytest
import torch

from tunixlib.modeling.memory import DeviceMemory
from tunixlib.modeling.out_of_memory import is_out_of_memory, telling_what_to_lower
from tunixlib.training import plan, sft
from tunixlib.training.config import SFTConfig, TrainingError
from tunixlib.training.plan import check_room, plan_segment
from tunixlib.training.sft import train_segment

NAMES = {"arm": "flat", "stage": "stage_1", "dataset_sha256": "d" * 64}
CONFIG = SFTConfig(precision="float32", compile="off")


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes"),
        RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 8 bytes"),
        MemoryError(),
    ],
)
def test_training_that_runs_out_of_memory_stops_with_parameters_to_lower(
    error, tiny_folder, batches, tmp_path, monkeypatch
):
    def fail(*args):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(sft.CompletionLoss, "forward", fail)
        with pytest.raises(TrainingError, match=r"flat/stage_1: .* ran out of memory; a step was projected") as caught:
            train_segment(tiny_folder, batches, CONFIG, tmp_path / "a", **NAMES)
    said = str(caught.value)
    assert all(f"{name}: 0.0" in said for name in ("TRACES_PER_STEP 2", "LORA_RANK 16", "(longer traces are left out)"))
    assert "repeat the command: what has finished is kept" in said
    assert train_segment(tiny_folder, batches, CONFIG, tmp_path / "a", **NAMES).steps == 3, "the same call goes on"


def test_the_allocator_of_this_machine_says_what_is_looked_for():
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**60, dtype=torch.uint8)
    assert is_out_of_memory(caught.value)


def test_other_errors_pass_unchanged():
    with pytest.raises(RuntimeError, match=r"^shapes differ$"), telling_what_to_lower("x", TrainingError, lambda: ""):
        raise RuntimeError("shapes differ")


def test_a_machine_with_too_little_left_is_told_so_before_training(tiny_folder, monkeypatch):
    import psutil

    monkeypatch.setattr(psutil, "swap_memory", lambda: type("Swap", (), {"free": 0}))
    monkeypatch.setattr(plan, "device_memory", lambda name: DeviceMemory(1_000_000, 10**9))
    monkeypatch.setattr(plan, "best_device", lambda: "cpu")
    found = plan_segment(tiny_folder, 8, 400, 200, CONFIG)
    with pytest.raises(TrainingError, match=r"GB left of 1\.00 GB: close other programs, or lower MAX_LENGTH"):
        check_room(found, CONFIG)
    monkeypatch.setattr(psutil, "swap_memory", lambda: type("Swap", (), {"free": 10**9}))
    check_room(found, CONFIG)
