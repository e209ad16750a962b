"""Models of many makers go the whole way: encode, train, save, load, write, stop at the end of the turn."""

import pytest
import torch
from modeling.architectures import KINDS, save_architecture

from tunixlib.artifacts import read_jsonl
from tunixlib.evaluation.generation import GenerationConfig, generate
from tunixlib.modeling.models import load_checkpoint, load_tokenizer
from tunixlib.modeling.tokenization import encode_prompt, encode_trace, end_token, make_batch, stop_ids
from tunixlib.traces import render_completion
from tunixlib.training.config import SFTConfig, TrainingError
from tunixlib.training.sft import train_segment

NAMES = {"arm": "flat", "stage": "stage_1", "dataset_sha256": "d" * 64}


def prompt_text(folder):
    tokenizer = load_tokenizer(str(folder))
    return tokenizer.decode(encode_prompt(tokenizer, "Hi"))


@pytest.mark.parametrize("name", KINDS)
def test_every_architecture_learns_to_end_its_turn_and_stops_there(name, tmp_path, traces):
    folder = save_architecture(tmp_path / "base", name)
    tokenizer = load_tokenizer(str(folder))
    row = encode_trace(tokenizer, traces[0])
    end = tokenizer.convert_tokens_to_ids(KINDS[name].end)
    assert row.input_ids[-1] == end == end_token(tokenizer)
    assert tokenizer.decode(row.input_ids[row.prompt_tokens : -1]) == render_completion(traces[0])
    config = SFTConfig(learning_rate=0.01, warmup_share=0.0, precision="float32", compile="off", weight_decay=0.0)
    # One answer, a word and the end of the turn, so that a few steps suffice to learn it by heart.
    short = make_batch([type(row)("0" * 16, (*row.input_ids[: row.prompt_tokens + 1], end), row.prompt_tokens)], 0)
    train_segment(folder, [short] * 12, config, tmp_path / "made", **NAMES)
    losses = [found["loss"] for _, found in read_jsonl(tmp_path / "made" / "metrics.jsonl")]
    assert losses[-1] < losses[0] / 4
    model, kept = load_checkpoint(tmp_path / "made" / "checkpoint")
    assert set(model.generation_config.eos_token_id) == stop_ids(kept) == {end, kept.eos_token_id}
    prompts = [encode_prompt(kept, traces[0].prompt), encode_prompt(kept, "Hi")]
    found = generate(model, prompts, stop_ids(kept), GenerationConfig(max_new_tokens=8))
    assert (found[0].tokens, found[0].finish_reason) == ([row.input_ids[row.prompt_tokens]], "eos")


def test_a_default_system_turn_stays_and_its_date_is_the_same_every_day(tmp_path):
    assert prompt_text(save_architecture(tmp_path / "a", "qwen2")).startswith("<|im_start|>system\nYou are helpful.")
    assert "Today Date: 26 Jul 2024\n" in prompt_text(save_architecture(tmp_path / "b", "llama3"))


def test_a_template_that_refuses_system_turns_is_never_given_one(tmp_path):
    text = prompt_text(save_architecture(tmp_path, "gemma2"))
    assert text.endswith("<start_of_turn>user\nHi<end_of_turn>\n<start_of_turn>model\n")


@pytest.mark.parametrize("name", ["qwen3", "qwen3-thinking"])
def test_thoughts_of_the_models_own_are_closed_before_the_completion_begins(name, tmp_path):
    text = prompt_text(save_architecture(tmp_path, name))
    assert text.endswith("<|im_start|>assistant\n<think>\n\n</think>\n\n")


def test_logits_that_a_model_changes_behind_its_head_are_refused_before_training(tmp_path, monkeypatch, traces):
    from modeling import architectures

    granite = architectures.Kind(
        "GraniteConfig", {"logits_scaling": 8.0}, architectures.CHATML, "<|im_end|>", "<|im_end|>"
    )
    monkeypatch.setitem(KINDS, "granite", granite)
    folder = save_architecture(tmp_path / "base", "granite")
    batch = make_batch([encode_trace(load_tokenizer(str(folder)), traces[0])], 0)
    config = SFTConfig(precision="float32", compile="off")
    with pytest.raises(TrainingError, match="model type granite changes its logits"):
        train_segment(folder, [batch], config, tmp_path / "made", **NAMES)


def test_dropout_of_the_config_is_off_so_that_the_same_call_gives_the_same_weights(tmp_path, traces):
    folder = save_architecture(tmp_path / "base", "gpt2")
    rows = [encode_trace(load_tokenizer(str(folder)), trace) for trace in traces[:4]]
    made = []
    for micro_batch in (4, 1):
        config = SFTConfig(precision="float32", compile="off", micro_batch=micro_batch)
        train_segment(folder, [make_batch(rows, 0)], config, tmp_path / str(micro_batch), **NAMES)
        made.append(load_checkpoint(tmp_path / str(micro_batch) / "checkpoint")[0].state_dict())
    for name in made[0]:
        assert torch.allclose(made[0][name], made[1][name], atol=1e-5), name
