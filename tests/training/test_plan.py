"""How training will compute is decided before anything is loaded, the same in every arm."""

import pytest
import torch

from tunixlib.modeling.memory import DeviceMemory
from tunixlib.modeling.tokenization import encode_trace
from tunixlib.training import plan
from tunixlib.training.config import SFTConfig, TrainingError
from tunixlib.training.plan import plan_segment, plan_training


@pytest.fixture
def machine(monkeypatch):
    """A device with so many bytes, all free."""

    def have(total, device="cpu", free=None, gpus=1):
        monkeypatch.setattr(plan, "device_memory", lambda name: DeviceMemory(total if free is None else free, total))
        monkeypatch.setattr(plan, "best_device", lambda: device)
        monkeypatch.setattr(torch.cuda, "is_available", lambda: device == "cuda")
        monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)
        monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: False)

    return have


def test_rows_at_once_are_halved_until_they_fit_and_only_then_layers_are_computed_twice(machine, tiny_folder):
    config = SFTConfig(precision="float32")
    found = []
    for total in (10**9, *range(60_000_000, 1_000_000, -500_000)):
        machine(total)
        try:
            choice = plan_segment(tiny_folder, 8, 400, 200, config).choice
        except TrainingError:
            break
        if (choice.rows_at_once, choice.recompute) not in found:
            found.append((choice.rows_at_once, choice.recompute))
    assert found[:4] == [(8, False), (4, False), (2, False), (1, False)]
    assert found[4:] == [(2, True), (1, True)], "two rows computed twice need less than one that is kept"


def test_what_does_not_fit_is_refused_before_training_naming_what_to_lower(machine, tiny_folder):
    machine(1_000_000)
    with pytest.raises(TrainingError, match=r"one row of 400 tokens in float32 needs 0\.0\d GB.*lower MAX_LENGTH, or"):
        plan_segment(tiny_folder, 8, 400, 200, SFTConfig(precision="float32"))
    with pytest.raises(TrainingError, match="set LORA_RANK to 16, which freezes the weights, or"):
        plan_segment(tiny_folder, 8, 4, 2, SFTConfig(precision="float32"))
    with pytest.raises(TrainingError, match="lower LORA_RANK"):
        plan_segment(tiny_folder, 8, 4, 2, SFTConfig(precision="float32", lora_rank=64))


def test_two_t4s_share_a_step_and_compute_gemma2_in_float16(machine, gemma2_folder):
    machine(15 * 10**9, "cuda", gpus=2)
    choice = plan_segment(gemma2_folder, 8, 400, 200, SFTConfig(lora_rank=16)).choice
    assert (choice.device, choice.precision, choice.processes, choice.rows_at_once) == ("cuda", "float16", 2, 4)
    assert choice.precision_reason == "the GPU has no bfloat16, and gemma2 stays within float16"


def test_on_a_gpu_only_what_is_free_counts_on_a_cpu_all_there_is(machine, tiny_folder):
    machine(10**9, "cuda", free=1_000)
    with pytest.raises(TrainingError, match="on cuda"):
        plan_segment(tiny_folder, 8, 400, 200, SFTConfig())
    machine(10**9, "cpu", free=1_000)
    assert plan_segment(tiny_folder, 8, 400, 200, SFTConfig()).choice.rows_at_once == 8


def test_the_plan_of_a_run_follows_from_its_longest_row_and_is_shown_whole(machine, tiny, traces):
    machine(10**9)
    rows = {trace.trace_id: encode_trace(tiny[1], trace) for trace in traces}
    found = plan_training("tiny", rows, 8, SFTConfig(precision="float32"))
    longest = max(len(row.input_ids) for row in rows.values())
    targets = max(row.completion_tokens for row in rows.values())
    from tunixlib.modeling.models import model_folder

    assert found == plan_segment(model_folder("tiny"), 8, longest, targets, SFTConfig(precision="float32"))
    table = found.table()
    assert "| precision | float32: asked for by name |" in table
    assert "| rows at once in each | 8 |" in table and "| total |" in table
