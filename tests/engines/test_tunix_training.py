"""The second engine against torch and transformers: the same logits, losses, weights, on one device and on four."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
import torch

from tunixlib.artifacts import read_jsonl
from tunixlib.modeling.models import load_checkpoint, weights_sha256
from tunixlib.modeling.tokenization import Batch
from tunixlib.training import sft
from tunixlib.training.config import SFTConfig, TrainingError
from tunixlib.training.engines import segment_trainer
from tunixlib.trees import PROJECT_ROOT

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("tunix")]

NAMES = {"arm": "flat", "stage": "stage_1", "dataset_sha256": "d" * 64}
EVERY = ("tiny", "qwen3", "llama", "gemma3", "gemma3-fused", "gemma2")


def train(engine, folder, batches, out, states=None, **settings):
    config = SFTConfig(**{"precision": "float32", "learning_rate": 1e-3, "engine": engine, **settings})
    return segment_trainer(engine)(folder, batches, config, out, states=states, **NAMES)


def column(out, name):
    return np.array([row[name] for _, row in read_jsonl(out / "metrics.jsonl")])


def weights(folder):
    return {name: value.detach().numpy() for name, value in load_checkpoint(folder)[0].named_parameters()}


def farthest(one, other):
    assert one.keys() == other.keys()
    return max(float(np.abs(one[name] - other[name]).max()) for name in one)


@pytest.mark.parametrize("name", EVERY)
def test_logits_are_those_of_transformers_and_weights_come_back_unchanged(
    name, folder_of, batches_for, record_property
):
    import jax.numpy as jnp

    from tunixlib.modeling.tunix_models import device_mesh, load_tunix, to_hugging_face, weights_of
    from tunixlib.training.tunix_loop import model_input

    folder = folder_of(name)
    batch = batches_for(folder, 1)[0]
    model = load_tunix(folder, device_mesh(), "float32")
    empty = np.zeros((4, 1), np.int32)
    given = model_input(
        {"ids": jnp.asarray(batch.input_ids), "real": jnp.asarray(batch.pad_mask), "places": empty, "counted": empty}
    )
    found = np.asarray(model(given["ids"], given["positions"], None, given["mask"])[0])
    reference = load_checkpoint(folder)[0]
    with torch.no_grad():
        expected = reference(
            input_ids=torch.from_numpy(batch.input_ids), attention_mask=torch.from_numpy(batch.pad_mask).long()
        ).logits.numpy()
    off = float(np.abs(found - expected)[batch.pad_mask].max())
    record_property("parity", (name, "logits", off))
    lost = farthest(to_hugging_face(folder, model, weights_of(model)), weights(folder))
    record_property("parity", (name, "round trip", lost))
    assert off < 1e-5
    assert lost == 0.0


@pytest.mark.parametrize("name", EVERY)
def test_twenty_steps_give_the_losses_and_weights_of_torch(name, folder_of, batches_for, tmp_path, record_property):
    folder = folder_of(name)
    batches = batches_for(folder, 20)
    for engine in ("torch", "tunix"):
        train(engine, folder, batches, tmp_path / engine)
    one, other = tmp_path / "torch", tmp_path / "tunix"
    assert column(one, "loss")[-1] < column(one, "loss")[0] - 0.5
    off = float(np.abs(column(one, "loss") - column(other, "loss")).max())
    record_property("parity", (name, "loss of 20 steps", off))
    assert off < 1e-5
    assert np.abs(column(one, "grad_norm") / column(other, "grad_norm") - 1).max() < 1e-4
    assert (column(one, "learning_rate") == column(other, "learning_rate")).all()
    assert (one / "order.jsonl").read_bytes() == (other / "order.jsonl").read_bytes()
    # A step moves a weight by about its rate, and the sign of a gradient near zero is a matter of rounding.
    assert farthest(weights(one / "checkpoint"), weights(other / "checkpoint")) < 5e-4


def test_the_checkpoint_is_complete_and_a_parent_for_either_engine(folder_of, batches_for, tmp_path):
    folder = folder_of("tiny")
    batches = batches_for(folder, 3)
    record = train("tunix", folder, batches, tmp_path / "a")
    assert record.chosen["engine"] == record.config["engine"] == "tunix"
    assert record.parent_sha256 == weights_sha256(folder)
    parent = tmp_path / "a" / "checkpoint"
    for engine in ("torch", "tunix"):
        after = train(engine, parent, batches, tmp_path / engine)
        assert after.parent_sha256 == record.weights_sha256
    assert np.abs(column(tmp_path / "torch", "loss") - column(tmp_path / "tunix", "loss")).max() < 1e-5


def test_bfloat16_computes_with_float32_masters(folder_of, batches_for, tmp_path):
    """At a rate too small for bf16 to notice, the saved weights still move."""
    folder = folder_of("tiny")
    train("tunix", folder, batches_for(folder, 3), tmp_path / "a", precision="bfloat16", learning_rate=1e-6)
    moved = farthest(weights(folder), weights(tmp_path / "a" / "checkpoint"))
    assert 0 < moved < 1e-4


@pytest.mark.parametrize("name", ["tiny", "gemma3", "gemma3-fused"])
def test_adapters_are_merged_so_that_the_next_loss_is_what_it_would_have_been(name, folder_of, batches_for, tmp_path):
    folder = folder_of(name)
    batches = batches_for(folder, 4)
    flat = {"warmup_share": 0.0, "final_share": 1.0, "lora_rank": 4, "learning_rate": 1e-2}
    train("tunix", folder, batches, tmp_path / "four", **flat)
    train("tunix", folder, batches[:3], tmp_path / "three", **flat)
    merged = load_checkpoint(tmp_path / "three" / "checkpoint")[0]
    batch = batches[3]
    with torch.no_grad():
        loss = sft.CompletionLoss(merged)(torch.from_numpy(batch.input_ids), torch.from_numpy(batch.loss_mask))
    logged = column(tmp_path / "four", "loss")
    assert float(loss) / batch.target_tokens == pytest.approx(logged[3], abs=1e-5)
    assert logged[3] < logged[0]
    before, after = weights(folder), weights(tmp_path / "three" / "checkpoint")
    same = {key for key in before if (before[key] == after[key]).all()}
    assert {key for key in before if "_proj" not in key} == same


def test_adapters_drawn_alike_learn_what_those_of_torch_learn(folder_of, batches_for, tmp_path, monkeypatch):
    from tunixlib.modeling import lora, tunix_lora

    drawn = {}
    ours = tunix_lora.add_adapters

    def note(model, mesh, rank, seed):
        from flax import nnx

        adapted = ours(model, mesh, rank, seed)
        for path, leaf in nnx.to_flat_state(nnx.state(adapted, nnx.LoRAParam)):
            if path[-1].endswith("_lora_a"):
                name = ".".join(map(str, ("model", *path[:-1]))).replace(".attn.", ".self_attn.")
                drawn[name] = np.array(leaf[...]).reshape(-1, rank).T
        return adapted

    monkeypatch.setattr(tunix_lora, "add_adapters", note)
    folder = folder_of("tiny")
    batches = batches_for(folder, 6)
    train("tunix", folder, batches, tmp_path / "tunix", lora_rank=4)
    theirs = lora.add_adapters

    def alike(model, rank, seed):
        theirs(model, rank, seed)
        for name, layer in model.named_modules():
            if name in drawn:
                layer.lora_A[lora.ADAPTER].weight.data = torch.from_numpy(drawn.pop(name))

    monkeypatch.setattr(sft, "add_adapters", alike)
    train("torch", folder, batches, tmp_path / "torch", lora_rank=4)
    assert drawn == {}, "every adapter of Tunix has its twin"
    assert np.abs(column(tmp_path / "torch", "loss") - column(tmp_path / "tunix", "loss")).max() < 1e-5


@pytest.mark.parametrize("rank", [0, 4])
def test_a_killed_segment_goes_on_bit_for_bit(rank, folder_of, batches_for, tmp_path, monkeypatch, capsys):
    from tunixlib.training import tunix_loop

    folder = folder_of("tiny")
    batches = batches_for(folder, 6)
    whole = train("tunix", folder, batches, tmp_path / "whole", lora_rank=rank)
    monkeypatch.setattr(tunix_loop, "LEAST_SECONDS", 0.0)
    monkeypatch.setattr(tunix_loop, "COST_SHARE", 0.0)
    states, steps = tmp_path / "states", iter(range(100))

    def killed(self, given, before=tunix_loop.SegmentTrainer._prepare_inputs):
        if next(steps) == 4:
            raise KeyboardInterrupt
        return before(self, given)

    monkeypatch.setattr(tunix_loop.SegmentTrainer, "_prepare_inputs", killed)
    with pytest.raises(KeyboardInterrupt):
        train("tunix", folder, batches, tmp_path / "cut", states, lora_rank=rank)
    assert not (tmp_path / "cut" / "checkpoint").exists()
    again = train("tunix", folder, batches, tmp_path / "cut", states, lora_rank=rank)
    assert "flat/stage_1: continues after step 4 of 6" in capsys.readouterr().out
    assert again == whole
    assert (column(tmp_path / "cut", "loss") == column(tmp_path / "whole", "loss")).all()
    assert list(states.glob("state-*")) == [], "a finished segment keeps no states"
    kept = train("tunix", folder, batches, tmp_path / "cut", states, lora_rank=rank)
    assert kept == whole and "trained by an earlier try, kept" in capsys.readouterr().out


def test_a_state_is_due_once_a_minute_whoever_asks_how_often(tmp_path, monkeypatch):
    from tunixlib.training import tunix_loop

    now = iter([0.0, 30.0, 61.0, 63.0, 64.0, 200.0, 201.0, 202.0])
    monkeypatch.setattr(tunix_loop.time, "monotonic", lambda: next(now))
    saving = tunix_loop.Saving(tmp_path)
    assert [saving.due(1, None), saving.due(1, None)] == [False, False]
    assert [saving.due(2, None), saving.due(2, None)] == [True, True]
    saving.done()  # it took two seconds, so the next one is due after eighty
    assert [saving.due(3, 2), saving.due(4, 2)] == [False, True]
    assert not tunix_loop.Saving(None).due(1, None)


def test_a_loss_that_is_not_finite_stops_with_step_and_traces(folder_of, batches_for, tmp_path):
    folder = folder_of("tiny")
    model, tokenizer = load_checkpoint(folder)
    with torch.no_grad():
        model.get_input_embeddings().weight[:] = float("nan")
    model.save_pretrained(tmp_path / "broken")
    tokenizer.save_pretrained(tmp_path / "broken")
    batches = batches_for(folder, 2)
    with pytest.raises(TrainingError, match=rf"flat/stage_1, step 1: found loss nan.*{batches[0].trace_ids[0]}"):
        train("tunix", tmp_path / "broken", batches, tmp_path / "a")
    assert not (tmp_path / "a" / "checkpoint").exists()


def test_padding_and_empty_rows_change_no_loss(folder_of, batches_for, tmp_path):
    folder = folder_of("tiny")
    (batch,) = batches_for(folder, 1)
    wide = Batch(batch.trace_ids, *(np.pad(x, ((0, 0), (0, 130))) for x in (batch.input_ids, batch.pad_mask,
                 batch.loss_mask)))  # fmt: skip
    for name, given in (("a", batch), ("b", wide)):
        train("tunix", folder, [given], tmp_path / name)
    assert column(tmp_path / "a", "loss") == pytest.approx(column(tmp_path / "b", "loss"), abs=1e-6)


FOUR = """
import json, sys
from pathlib import Path
import numpy as np, jax
from tunixlib.training.config import SFTConfig
from tunixlib.training.distributed import unpack
from tunixlib.training.tunix_sft import train_segment
folder, out, batches = Path(sys.argv[1]), Path(sys.argv[2]), json.loads(Path(sys.argv[3]).read_text())
config = SFTConfig(engine="tunix", precision="float32", learning_rate=1e-3, lora_rank=int(sys.argv[4]))
names = {"arm": "flat", "stage": "stage_1", "dataset_sha256": "d" * 64}
record = train_segment(folder, [unpack(batch) for batch in batches], config, out, **names)
print(len(jax.devices()), record.chosen["processes"], record.chosen["rows_at_once"])
"""


@pytest.mark.parametrize(("name", "rank"), [("tiny", 0), ("gemma3", 4)])
def test_four_devices_give_the_loss_of_one(name, rank, folder_of, batches_for, tmp_path):
    from tunixlib.training.distributed import pack

    folder = folder_of(name)
    batches = batches_for(folder, 6)
    train("tunix", folder, batches, tmp_path / "one", lora_rank=rank)
    (tmp_path / "batches.json").write_text(json.dumps([pack(batch) for batch in batches]))
    words = [str(folder), str(tmp_path / "four"), str(tmp_path / "batches.json"), str(rank)]
    flags = {"XLA_FLAGS": "--xla_force_host_platform_device_count=4", "PYTHONPATH": str(PROJECT_ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", FOUR, *words], env={**os.environ, **flags}, capture_output=True, text=True, timeout=600
    )
    assert done.stdout.strip().endswith("4 4 1"), done.stderr[-3000:]
    assert np.abs(column(tmp_path / "one", "loss") - column(tmp_path / "four", "loss")).max() < 1e-5
