"""Claims about prediction files: one graded row for each item, in order, bytes that can be graded again."""

import pytest
import torch
from transformers import Qwen3Config, Qwen3ForCausalLM

from tunixlib.artifacts import canonical_json, read_jsonl
from tunixlib.evaluation.generation import GenerationConfig
from tunixlib.evaluation.predictions import check_disjoint, evaluate_checkpoint
from tunixlib.evaluation.scoring import rescore, scorecard
from tunixlib.seeding.gate import LeakError


class Letters:
    """A tokenizer whose tokens are the 95 printable characters of ASCII."""

    def decode(self, tokens, skip_special_tokens, clean_up_tokenization_spaces):
        assert not skip_special_tokens
        assert not clean_up_tokenization_spaces
        return "".join(chr(32 + token) for token in tokens)


def encode(tokenizer, prompt):
    return [ord(letter) - 32 for letter in prompt]


def item(name, prompt):
    fields = {"section": "core", "category": "synthetic", "difficulty": "easy", "family": "addition"}
    return {"id": name, "prompt": prompt, "expected_answer": "5", **fields}


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(3)
    shape = {
        "hidden_size": 16,
        "intermediate_size": 16,
        "num_hidden_layers": 1,
        "head_dim": 8,
        "initializer_range": 0.3,
    }
    heads = {"num_attention_heads": 2, "num_key_value_heads": 1}
    return Qwen3ForCausalLM(Qwen3Config(vocab_size=95, max_position_embeddings=128, **shape, **heads))


ITEMS = [item("x-2", "What is 2 + 3?"), item("x-1", "1 + 4 = ?"), item("x-3", "Add 5 and 0, please.")]


def test_rows_are_written_in_the_order_of_the_items_and_returned(model, tmp_path):
    path = tmp_path / "eval-core" / "flat.jsonl"
    rows = evaluate_checkpoint(model, Letters(), ITEMS, GenerationConfig(max_new_tokens=9), path, encode, set())
    assert [value for _, value in read_jsonl(path)] == rows
    assert path.read_text(encoding="utf-8") == "".join(canonical_json(row) + "\n" for row in rows)
    assert [row["id"] for row in rows] == ["x-2", "x-1", "x-3"]
    assert [(row["finish_reason"], row["tokens"], len(row["completion"])) for row in rows] == [("length", 9, 9)] * 3
    assert set(rows[0]) == {
        *("id", "prompt", "expected_answer", "section", "category", "difficulty"),
        *("completion", "finish_reason", "tokens"),
        *("final_answer", "extraction_rule", "correct", "lenient_correct", "well_formed", "steps"),
    }
    assert rescore(rows) == []
    assert scorecard(rows, "flat", "eval-core")["mean_completion_tokens"] == 9.0


def test_tokens_count_the_stop_token_and_the_completion_leaves_it_out(model, tmp_path):
    config = GenerationConfig(max_new_tokens=9)
    [first, *_] = evaluate_checkpoint(model, Letters(), ITEMS, config, tmp_path / "a.jsonl", encode, set())
    stop = first["completion"][4]
    cut = first["completion"].index(stop)
    [again, *_] = evaluate_checkpoint(model, Letters(), ITEMS, config, tmp_path / "b.jsonl", encode, {ord(stop) - 32})
    assert again["completion"] == first["completion"][:cut]
    assert (again["finish_reason"], again["tokens"]) == ("eos", cut + 1)


def test_repeated_ids_and_empty_sets_are_refused_before_anything_is_written(model, tmp_path):
    path = tmp_path / "a.jsonl"
    for items, message in ((ITEMS + ITEMS[:1], "id 'x-2' occurs 2 times"), ([], "found no evaluation items")):
        with pytest.raises(ValueError, match=message):
            evaluate_checkpoint(model, Letters(), items, GenerationConfig(), path, encode, set())
    assert not path.exists()


def test_a_question_that_was_trained_on_is_refused_even_in_other_dress():
    check_disjoint(ITEMS, ["What is 2 + 4?", "What is 2 - 3?"])
    with pytest.raises(LeakError, match=r"1 \+ 4 = \?"):
        check_disjoint(ITEMS, ["1 + 4 = ?"])
    with pytest.raises(LeakError, match=r"What is 2 \+ 3\?"):
        check_disjoint(ITEMS, ["Nothing like it", "what is  2 + 3"])
