"""Claims about prediction rows: one graded row for each item, in order, that can be graded again."""

import pytest

from tunixlib.evaluation.generation import Generated, GenerationConfig
from tunixlib.evaluation.predictions import predict, prediction
from tunixlib.evaluation.scoring import ITEM_FIELDS, rescore, scorecard
from tunixlib.modeling.tokenization import end_token


def item(name, prompt):
    fields = {"section": "core", "category": "synthetic", "difficulty": "easy", "family": "addition"}
    return {"id": name, "prompt": prompt, "expected_answer": "5", **fields}


ITEMS = [item("x-2", "What is 2 + 3?"), item("x-1", "1 + 4 = ?"), item("x-3", "Add 5 and 0, please.")]


def test_rows_come_in_the_order_of_the_items_and_can_be_graded_again(tiny):
    done = []
    rows = predict(*tiny, ITEMS, GenerationConfig(max_new_tokens=9), done.append)
    assert [row["id"] for row in rows] == ["x-2", "x-1", "x-3"]
    assert [{name: row[name] for name in ITEM_FIELDS} for row in rows] == ITEMS
    assert done[-1] == 3
    assert rescore(rows) == []
    assert scorecard(rows, "flat", "eval-core")["n"] == 3


@pytest.mark.parametrize(("reason", "tokens"), [("eos", 3), ("length", 2)])
def test_tokens_count_the_stop_token_and_the_completion_leaves_it_out(tiny, reason, tokens):
    _, tokenizer = tiny
    ids = tokenizer("12", add_special_tokens=False)["input_ids"]
    row = prediction(tokenizer, ITEMS[0], Generated(ids, reason))
    assert (row["completion"], row["tokens"], row["finish_reason"]) == ("12", tokens, reason)


def test_a_stray_special_token_stays_visible_and_spoils_the_form(tiny):
    _, tokenizer = tiny
    good = "<reasoning>\n2 + 3 = 5\n</reasoning>\n<answer>5</answer>"
    ids = tokenizer(good, add_special_tokens=False)["input_ids"]
    assert prediction(tokenizer, ITEMS[0], Generated(ids, "eos"))["well_formed"]
    spoiled = prediction(tokenizer, ITEMS[0], Generated([*ids, end_token(tokenizer)], "length"))
    assert spoiled["completion"] == good + "<|im_end|>"
    assert not spoiled["well_formed"]
