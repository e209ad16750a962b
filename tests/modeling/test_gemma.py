"""Gemma ends turns with <end_of_turn>, has no system turn, and caps its attention scores."""

import pytest

from tunixlib.evaluation.generation import GenerationConfig, generate
from tunixlib.modeling.checkpoints import save_checkpoint
from tunixlib.modeling.models import load_checkpoint, load_tokenizer
from tunixlib.modeling.tokenization import check_batches, encode_prompt, encode_trace, end_token, make_batch, stop_ids
from tunixlib.traces import render_completion


@pytest.fixture
def tokenizer(gemma_folder):
    return load_tokenizer(str(gemma_folder))


def test_the_folder_is_laid_out_as_kaggle_mounts_it(gemma_folder):
    names = {path.name for path in gemma_folder.iterdir()}
    assert {"config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json"} <= names
    assert "model.safetensors.index.json" in names
    assert len([name for name in names if name.endswith(".safetensors")]) > 1


def test_a_prompt_starts_with_one_bos_and_has_no_system_turn(tokenizer):
    ids = encode_prompt(tokenizer, "What is 2 + 3?")
    assert ids.count(tokenizer.bos_token_id) == 1 and ids[0] == tokenizer.bos_token_id
    assert tokenizer.decode(ids) == "<bos><start_of_turn>user\nWhat is 2 + 3?<end_of_turn>\n<start_of_turn>model\n"


def test_a_completion_ends_on_the_end_of_turn_and_training_checks_it(tokenizer, traces):
    row = encode_trace(tokenizer, traces[0])
    end = tokenizer.convert_tokens_to_ids("<end_of_turn>")
    assert row.input_ids[-1] == end == end_token(tokenizer) != tokenizer.eos_token_id
    assert tokenizer.decode(row.input_ids[row.prompt_tokens : -1]) == render_completion(traces[0])
    check_batches([make_batch([row], tokenizer.pad_token_id)], end)


def test_a_checkpoint_of_gemma_stops_at_the_end_of_turn_and_at_eos(gemma_folder, tmp_path):
    model, tokenizer = load_checkpoint(gemma_folder)
    record = {"parent_sha256": "0" * 64, "dataset_sha256": "0" * 64, "arm": "flat", "stage": "stage_1", "steps": 1}
    save_checkpoint(model, tokenizer, tmp_path / "made", config={}, chosen={}, **record)
    again, kept = load_checkpoint(tmp_path / "made")
    both = {kept.eos_token_id, kept.convert_tokens_to_ids("<end_of_turn>")}
    assert set(again.generation_config.eos_token_id) == both == stop_ids(kept)
    assert again.generation_config.pad_token_id == kept.pad_token_id


@pytest.mark.parametrize("name", ["<end_of_turn>", "<eos>"])
def test_generation_stops_at_either_end_token(gemma_folder, name):
    """The head is bent so that the model writes this token next, whatever was asked."""
    import torch

    model, tokenizer = load_checkpoint(gemma_folder)
    wanted = tokenizer.convert_tokens_to_ids(name)
    head = torch.nn.Linear(model.config.hidden_size, model.config.vocab_size, bias=True)
    torch.nn.init.zeros_(head.weight)
    torch.nn.init.zeros_(head.bias)
    head.bias.data[wanted] = 1.0
    model.set_output_embeddings(head)
    found = generate(model, [encode_prompt(tokenizer, "Hi")], stop_ids(tokenizer), GenerationConfig(max_new_tokens=5))
    assert (found[0].tokens, found[0].finish_reason) == ([], "eos")


def test_attention_scores_are_capped_where_the_config_says_so(gemma_folder):
    """transformers' default attention leaves Gemma 2's cap out without a word."""
    model, _ = load_checkpoint(gemma_folder)
    capped = bool(getattr(model.config, "attn_logit_softcapping", None))
    assert model.config._attn_implementation == ("eager" if capped else "sdpa")


def test_the_weights_keep_the_dtype_of_their_folder_on_request(gemma_folder):
    assert str(load_checkpoint(gemma_folder, "auto")[0].dtype) == "torch.bfloat16"
