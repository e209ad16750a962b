import json
import math

import pytest
import torch

from tunixlib.artifacts import read_jsonl
from tunixlib.modeling.checkpoints import read_record, verified_checkpoint
from tunixlib.modeling.models import ModelError, load_checkpoint, weights_sha256
from tunixlib.modeling.tokenization import Batch
from tunixlib.training.config import SFTConfig, TrainingError, learning_rate_at
from tunixlib.training.sft import CompletionLoss, choose_compile, train_segment

NAMES = {"arm": "flat", "stage": "stage_1", "dataset_sha256": "d" * 64}


def test_the_loss_is_the_mean_over_completion_tokens_as_transformers_computes_it(tiny, batches):
    model, _ = tiny
    batch = batches[0]
    ids, mask = torch.from_numpy(batch.input_ids), torch.from_numpy(batch.loss_mask)
    labels = ids.masked_fill(~mask, -100)
    with torch.no_grad():
        ours = CompletionLoss(model)(ids, mask) / batch.target_tokens
        theirs = model(input_ids=ids, attention_mask=torch.from_numpy(batch.pad_mask).long(), labels=labels).loss
    assert float(ours) == pytest.approx(float(theirs), abs=1e-5)


def test_accumulating_micro_batches_gives_the_same_update(tiny_folder, batches, tmp_path):
    losses = []
    for micro in (4, 1):
        config = SFTConfig(learning_rate=1e-3, micro_batch=micro, precision="float32", compile="off")
        train_segment(tiny_folder, batches, config, tmp_path / str(micro), **NAMES)
        losses.append([row["loss"] for _, row in read_jsonl(tmp_path / str(micro) / "metrics.jsonl")])
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_the_same_call_gives_the_same_weights_bit_for_bit(tiny_folder, batches, tmp_path, precision):
    config = SFTConfig(learning_rate=1e-3, precision=precision, compile="off")
    records = [train_segment(tiny_folder, batches, config, tmp_path / name, **NAMES) for name in ("a", "b")]
    assert records[0] == records[1]
    assert records[0].weights_sha256 != weights_sha256(tiny_folder)


def test_bf16_training_keeps_float32_masters(tiny_folder, batches, tmp_path):
    """At a rate too small for bf16 to notice, the saved weights still move."""
    config = SFTConfig(learning_rate=1e-6, precision="bfloat16", compile="off")
    train_segment(tiny_folder, batches, config, tmp_path / "a", **NAMES)
    before, after = (load_checkpoint(f)[0].state_dict() for f in (tiny_folder, tmp_path / "a" / "checkpoint"))
    moved = [(after[name] - before[name]).abs().max().item() for name in before]
    assert max(moved) > 0
    assert max(moved) < 1e-4


def test_training_lowers_the_loss_and_records_every_step(tiny_folder, batches, tmp_path):
    config = SFTConfig(learning_rate=3e-3, precision="float32", compile="off")
    train_segment(tiny_folder, batches * 10, config, tmp_path / "a", **NAMES)
    rows = [row for _, row in read_jsonl(tmp_path / "a" / "metrics.jsonl")]
    assert [row["step"] for row in rows] == list(range(1, 31))
    assert rows[-1]["loss"] < rows[0]["loss"] / 2
    order = [tuple(row["trace_ids"]) for _, row in read_jsonl(tmp_path / "a" / "order.jsonl")]
    assert order == [batch.trace_ids for batch in batches * 10]
    assert [row["tokens"] for row in rows[:3]] == [batch.tokens for batch in batches]
    assert all(math.isfinite(row["grad_norm"]) for row in rows)


def test_max_steps_cuts_the_segment_and_its_record(tiny_folder, batches, tmp_path):
    record = train_segment(tiny_folder, batches, SFTConfig(max_steps=2, compile="off"), tmp_path / "a", **NAMES)
    assert record.steps == 2
    assert len(list(read_jsonl(tmp_path / "a" / "order.jsonl"))) == 2


def test_a_loss_that_is_not_finite_stops_with_step_and_traces(tiny_folder, batches, tmp_path):
    model, tokenizer = load_checkpoint(tiny_folder)
    with torch.no_grad():
        model.get_input_embeddings().weight[:] = float("nan")
    model.save_pretrained(tmp_path / "broken")
    tokenizer.save_pretrained(tmp_path / "broken")
    with pytest.raises(TrainingError, match=rf"flat/stage_1, step 1: found loss nan.*{batches[0].trace_ids[0]}"):
        train_segment(tmp_path / "broken", batches, SFTConfig(compile="off"), tmp_path / "a", **NAMES)
    assert not (tmp_path / "a" / "checkpoint").exists()


def test_an_altered_or_missing_parent_is_an_error(tiny_folder, batches, tmp_path):
    train_segment(tiny_folder, batches[:1], SFTConfig(compile="off"), tmp_path / "a", **NAMES)
    folder = tmp_path / "a" / "checkpoint"
    assert verified_checkpoint(folder)[1].parent_sha256 == weights_sha256(tiny_folder)
    record = json.loads((folder / "checkpoint.json").read_text())
    (folder / "checkpoint.json").write_text(json.dumps({**record, "weights_sha256": "0" * 64}))
    with pytest.raises(ModelError, match="changed after training"):
        verified_checkpoint(folder)
    (folder / "checkpoint.json").write_text(json.dumps({**record, "steps": "many"}))
    with pytest.raises(ModelError, match="field"):
        read_record(folder)
    (folder / "checkpoint.json").unlink()
    with pytest.raises(ModelError, match=r"found no checkpoint\.json"):
        verified_checkpoint(folder)


def test_the_schedule_warms_up_and_decays_linearly():
    config = SFTConfig(learning_rate=1.0, warmup_share=0.1, final_share=0.1)
    rates = [learning_rate_at(step, 100, config) for step in range(1, 101)]
    assert rates[0] == pytest.approx(0.1)
    assert max(rates) == rates[9] == 1.0
    assert rates[-1] == pytest.approx(0.1)
    assert rates[9:] == sorted(rates[9:], reverse=True)
    assert learning_rate_at(1, 1, config) == 1.0


def test_compiling_is_chosen_only_where_it_repays_itself(monkeypatch):
    assert choose_compile("on", 0, "cpu")
    assert not choose_compile("off", 1e30, "cpu")
    monkeypatch.setattr("shutil.which", lambda name: "/usr/bin/" + name)
    monkeypatch.setattr("sys.platform", "linux")
    assert choose_compile("auto", 1e15, "cpu")
    assert not choose_compile("auto", 1e12, "cpu")
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert not choose_compile("auto", 1e15, "cpu")


def test_the_loss_ignores_padding(tiny, batches):
    model, _ = tiny
    batch = batches[0]
    wide = Batch(
        batch.trace_ids,
        *(
            torch.nn.functional.pad(torch.from_numpy(x), (0, 7)).numpy()
            for x in (batch.input_ids, batch.pad_mask, batch.loss_mask)
        ),
    )
    with torch.no_grad():
        losses = [
            float(CompletionLoss(model)(torch.from_numpy(b.input_ids), torch.from_numpy(b.loss_mask)))
            for b in (batch, wide)
        ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-6)
