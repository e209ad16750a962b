"""A segment trained with adapters: a plain checkpoint that the next stage, evaluation and anyone else can load."""

import pytest
import torch

from tunixlib.artifacts import read_jsonl
from tunixlib.modeling.models import load_checkpoint, load_tokenizer, weight_files, weights_sha256
from tunixlib.modeling.tokenization import encode_trace, make_batch, stop_ids
from tunixlib.training.config import SFTConfig
from tunixlib.training.sft import train_segment

NAMES = {"arm": "flat", "stage": "stage_1", "dataset_sha256": "d" * 64}


@pytest.fixture
def gemma_batches(gemma2_folder, traces):
    tokenizer = load_tokenizer(str(gemma2_folder))
    rows = [encode_trace(tokenizer, trace) for trace in traces]
    return [make_batch(rows[i : i + 4], tokenizer.pad_token_id) for i in range(0, 12, 4)]


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_the_same_call_gives_the_same_weights_bit_for_bit(gemma2_folder, gemma_batches, tmp_path, precision):
    config = SFTConfig(learning_rate=2e-3, lora_rank=4, precision=precision, compile="off")
    records = [train_segment(gemma2_folder, gemma_batches, config, tmp_path / n, **NAMES) for n in ("a", "b")]
    assert records[0] == records[1]
    assert records[0].weights_sha256 != weights_sha256(gemma2_folder)
    assert records[0].config["lora_rank"] == 4


def test_the_checkpoint_is_a_plain_folder_in_the_parents_dtype(gemma2_folder, gemma_batches, tmp_path):
    config = SFTConfig(learning_rate=2e-3, lora_rank=4, precision="float32", compile="off")
    train_segment(gemma2_folder, gemma_batches, config, tmp_path / "a", **NAMES)
    folder = tmp_path / "a" / "checkpoint"
    made, tokenizer = load_checkpoint(folder, "auto")
    before, _ = load_checkpoint(gemma2_folder, "auto")
    assert made.state_dict().keys() == before.state_dict().keys()
    assert made.dtype == before.dtype == torch.bfloat16
    assert not list(folder.glob("adapter*")) and weight_files(folder)
    assert set(made.generation_config.eos_token_id) == stop_ids(tokenizer)
    moved = {name for name, weight in made.state_dict().items() if not torch.equal(weight, before.state_dict()[name])}
    assert all(name.rpartition(".")[0].endswith("_proj") for name in moved)
    assert len(moved) == 7 * before.config.num_hidden_layers


def test_the_next_stage_starts_from_the_merged_checkpoint_and_the_loss_falls(gemma2_folder, gemma_batches, tmp_path):
    config = SFTConfig(learning_rate=2e-2, lora_rank=8, precision="float32", compile="off")
    first = train_segment(gemma2_folder, gemma_batches * 4, config, tmp_path / "a", **NAMES)
    parent = tmp_path / "a" / "checkpoint"
    second = train_segment(parent, gemma_batches * 4, config, tmp_path / "b", **NAMES)
    assert second.parent_sha256 == first.weights_sha256
    losses = [[row["loss"] for _, row in read_jsonl(tmp_path / name / "metrics.jsonl")] for name in ("a", "b")]
    assert losses[1][-1] < losses[0][-1] < losses[0][0]
    assert losses[1][0] < losses[0][0] - 0.5, "what the first stage learned is in the weights"


def test_computing_layers_again_gives_the_same_losses(gemma2_folder, gemma_batches, tmp_path):
    from dataclasses import replace

    from tunixlib.training.plan import plan_segment

    config = SFTConfig(learning_rate=2e-3, lora_rank=4, precision="float32", compile="off")
    choice = plan_segment(gemma2_folder, 4, 100, 60, config).choice
    losses = []
    for recompute in (False, True):
        out = tmp_path / str(recompute)
        how = replace(choice, recompute=recompute)
        record = train_segment(gemma2_folder, gemma_batches, config, out, choice=how, **NAMES)
        assert record.chosen["recompute"] is recompute
        losses.append([row["loss"] for _, row in read_jsonl(out / "metrics.jsonl")])
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
