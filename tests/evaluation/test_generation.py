"""Claims about greedy generation: many rows at once write what one row alone writes."""

import random

import pytest
import torch
from transformers import (
    Gemma2Config,
    Gemma2ForCausalLM,
    Gemma3ForCausalLM,
    Gemma3TextConfig,
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from tunixlib.evaluation.cache import GROUPED, grouped
from tunixlib.evaluation.generation import Generated, GenerationConfig, generate

VOCABULARY = 97
SHAPE = {
    "vocab_size": VOCABULARY,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "max_position_embeddings": 256,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 0,
    "initializer_range": 0.3,
}
MODELS = {
    "qwen3": lambda: Qwen3ForCausalLM(Qwen3Config(**SHAPE)),
    "llama, eager attention": lambda: LlamaForCausalLM(LlamaConfig(**SHAPE, attn_implementation="eager")),
    "mistral, window of 8": lambda: MistralForCausalLM(MistralConfig(**SHAPE, sliding_window=8)),
    "gemma2, window of 8": lambda: Gemma2ForCausalLM(Gemma2Config(**SHAPE, sliding_window=8)),
    "gemma3, window of 8": lambda: Gemma3ForCausalLM(Gemma3TextConfig(**SHAPE, sliding_window=8)),
}


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Threads only wait for each other at this size."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module", params=MODELS)
def model(request):
    torch.manual_seed(7)
    return MODELS[request.param]()


def prompts(count, seed, longest=24):
    """Random prompts; id 0, which is padding and a stop token at once, occurs inside them."""
    draw = random.Random(seed)
    return [[draw.randrange(VOCABULARY) for _ in range(draw.randint(1, longest))] for _ in range(count)]


def alone(model, prompt, stops, max_new_tokens):
    """The reference: no cache, no padding, no batch. Returns the completion and the smallest lead of a chosen token."""
    tokens, leads = list(prompt), []
    with torch.inference_mode():
        for _ in range(max_new_tokens):
            best = model.eval()(torch.tensor([tokens]), use_cache=False).logits[0, -1].topk(2)
            leads.append(float(best.values[0] - best.values[1]))
            tokens.append(int(best.indices[0]))
            if tokens[-1] in stops:
                return Generated(tokens[len(prompt) : -1], "eos"), min(leads)
    return Generated(tokens[len(prompt) :], "length"), min(leads)


def test_batches_write_what_each_prompt_alone_writes(model):
    stops, given = {0, 3, 5, 8, 13, 21}, prompts(24, seed=11)
    expected, leads = zip(*(alone(model, prompt, stops, 14) for prompt in given), strict=True)
    assert {reason for _, reason in expected} == {"eos", "length"}
    assert len({tuple(tokens) for tokens, _ in expected}) > 12
    for batch_size in (1, 5, 64):
        found = generate(model, given, stops, GenerationConfig(max_new_tokens=14, batch_size=batch_size))
        differ = [i for i in range(len(given)) if found[i] != expected[i]]
        assert [(given[i], found[i], expected[i]) for i in differ if leads[i] >= 1e-4] == []
        assert len(differ) <= 1


@pytest.fixture(scope="module")
def qwen():
    torch.manual_seed(1)
    return Qwen3ForCausalLM(Qwen3Config(**SHAPE))


def calls(model, given, stops, config):
    """The batch sizes and cached slots of every forward of a generation."""
    seen = []

    def look(_, args, kwargs):
        seen.append((*kwargs["input_ids"].shape, kwargs["past_key_values"].get_seq_length(), kwargs["logits_to_keep"]))

    hook = model.register_forward_pre_hook(look, with_kwargs=True)
    found = generate(model, given, stops, config)
    hook.remove()
    return found, seen


def test_without_a_stop_token_every_completion_has_exactly_the_new_tokens_asked_for(qwen):
    found = generate(qwen, prompts(7, seed=2), set(), GenerationConfig(max_new_tokens=11))
    assert [(len(tokens), reason) for tokens, reason in found] == [(11, "length")] * 7


def test_a_stop_token_in_the_last_place_allowed_counts_as_eos(qwen):
    [(tokens, _)] = generate(qwen, [[5, 6, 7]], set(), GenerationConfig(max_new_tokens=4))
    assert tokens[3] not in tokens[:3]
    assert generate(qwen, [[5, 6, 7]], {tokens[3]}, GenerationConfig(max_new_tokens=4)) == [(tokens[:3], "eos")]
    assert generate(qwen, [[5, 6, 7]], {tokens[3]}, GenerationConfig(max_new_tokens=3)) == [(tokens[:3], "length")]


def test_rows_that_stopped_leave_and_waiting_rows_take_their_places(qwen):
    stops = set(range(30))
    found, seen = calls(qwen, prompts(30, seed=3), stops, GenerationConfig(max_new_tokens=12, batch_size=8))
    rows_fed = sum(rows for rows, *_ in seen)
    assert rows_fed == sum(len(tokens) + (reason == "eos") for tokens, reason in found)
    assert max(rows for rows, *_ in seen) == 8
    assert sum(width > 1 for _, width, *_ in seen) > 4


def test_slots_that_no_row_needs_any_more_are_given_up(qwen):
    given = [list(range(20, 60)), [2, 3]]
    [long, short] = [tokens for tokens, _ in generate(qwen, given, set(), GenerationConfig(max_new_tokens=6))]
    stop = long[1]
    assert stop != long[0]
    assert stop not in short
    _, seen = calls(qwen, given, {stop}, GenerationConfig(max_new_tokens=6))
    assert [(rows, slots) for rows, _, slots, _ in seen] == [(2, 0), (2, 40), (1, 3), (1, 4), (1, 5), (1, 6)]


def test_only_the_last_position_gets_logits(qwen):
    _, seen = calls(qwen, prompts(5, seed=4), set(), GenerationConfig(max_new_tokens=3))
    assert {keep for *_, keep in seen} == {1}


def test_the_batch_is_capped_by_the_tokens_it_may_cache(qwen):
    config = GenerationConfig(max_new_tokens=10, batch_size=64, max_cached_tokens=90)
    found, seen = calls(qwen, [[4] * 20] * 9, set(), config)
    assert max(rows for rows, *_ in seen) == 3
    assert len(found) == 9
    over = GenerationConfig(max_new_tokens=10, max_cached_tokens=5)
    assert len(generate(qwen, [[4] * 20] * 2, set(), over)) == 2


def test_progress_hears_every_finished_row(qwen):
    heard = []
    generate(qwen, prompts(20, seed=5), {1, 2, 3, 4}, GenerationConfig(max_new_tokens=6, batch_size=4), heard.append)
    assert heard == sorted(set(heard))
    assert heard[-1] == 20


def test_the_model_comes_back_as_it_was_given(qwen):
    qwen.train()
    generate(qwen, [[1, 2]], set(), GenerationConfig(max_new_tokens=2))
    assert qwen.training
    assert qwen.config._attn_implementation == "sdpa"
    with grouped(qwen):
        assert qwen.config._attn_implementation == GROUPED


def test_no_prompts_give_no_completions(qwen):
    assert generate(qwen, [], {0}, GenerationConfig()) == []


def test_what_cannot_be_generated_is_refused_with_its_place(qwen):
    with pytest.raises(ValueError, match="prompt 1 has no tokens"):
        generate(qwen, [[1], []], {0}, GenerationConfig())
    with pytest.raises(ValueError, match="prompt 0 has 250 tokens; with 7 new ones that is over the model's 256"):
        generate(qwen, [[1] * 250], {0}, GenerationConfig(max_new_tokens=7))
    with pytest.raises(ValueError, match="batch_size is 0, expected at least 1"):
        GenerationConfig(batch_size=0)
