"""Claims about grades and scorecards."""

import pytest

from tunixlib.artifacts import canonical_json
from tunixlib.evaluation.scoring import grade, rescore, scorecard

GOOD = "<reasoning>\nAdd: 2 + 3 = 5\nSo five.\n</reasoning>\n<answer>5</answer>"
FALSE_WORK = "<reasoning>\n2 + 3 = 6\n2 + 2 = 4\n</reasoning>\n<answer>5</answer>"


def short(completion, expected="5", finish_reason="eos"):
    found = grade(completion, expected, finish_reason)
    fields = ("final_answer", "extraction_rule", "correct", "lenient_correct", "well_formed")
    return tuple(found[field] for field in fields)


@pytest.mark.parametrize(
    ("completion", "finish_reason", "expected"),
    [
        (GOOD, "eos", ("5", "tagged", True, True, True)),
        (GOOD, "length", ("5", "tagged", True, True, False)),
        (GOOD + "\n", "eos", ("5", "tagged", True, True, False)),
        ("The answer: <answer> 5.0 </answer> or 7", "eos", ("5.0", "tagged", True, True, False)),
        ("<answer>6</answer> no, 5", "eos", ("6", "tagged", False, False, False)),
        ("2 + 3 = 5", "eos", ("5", "last_number", False, True, False)),
        ("It is 5, not 6", "eos", ("6", "last_number", False, False, False)),
        ("<answer>5", "length", ("5", "last_number", False, True, False)),
        ("five", "eos", ("", "none", False, False, False)),
        ("", "length", ("", "none", False, False, False)),
    ],
)
def test_a_grade_tells_strict_from_lenient(completion, finish_reason, expected):
    assert short(completion, finish_reason=finish_reason) == expected


def test_nothing_found_is_wrong_even_where_nothing_is_expected():
    assert short("no idea", expected="") == ("", "none", False, False, False)


def test_each_step_has_a_verdict():
    assert grade(GOOD, "5", "eos")["steps"] == [
        {"text": "Add: 2 + 3 = 5", "verdict": "true"},
        {"text": "So five.", "verdict": "unchecked"},
    ]
    assert [step["verdict"] for step in grade(FALSE_WORK, "5", "eos")["steps"]] == ["false", "true"]


def row(name, completion, expected="5", finish_reason="eos", section="core", tokens=10):
    return {
        "id": name,
        "prompt": "What is 2 + 3?",
        "expected_answer": expected,
        "section": section,
        "category": "synthetic",
        "difficulty": "easy",
        "family": "addition",
        "completion": completion,
        "finish_reason": finish_reason,
        "tokens": tokens,
        **grade(completion, expected, finish_reason),
    }


@pytest.fixture
def rows():
    return [
        row("a", GOOD, tokens=20),
        row("b", FALSE_WORK, tokens=21),
        row("c", GOOD, expected="9", section="edge_case", tokens=20),
        row("d", "so 5 " * 30, finish_reason="length", section="edge_case", tokens=64),
    ]


def counts(rate):
    return rate["k"], rate["n"]


def test_a_scorecard_counts_what_was_written(rows):
    card = scorecard(rows, "flat", "eval-core")
    assert (card["checkpoint"], card["eval_set"], card["n"]) == ("flat", "eval-core", 4)
    assert {name: counts(card[name]) for name in card if isinstance(card[name], dict) and "k" in card[name]} == {
        "accuracy": (2, 4),
        "lenient_accuracy": (3, 4),
        "format_rate": (3, 4),
        "eos_rate": (3, 4),
        "step_truth": (3, 4),
        "step_coverage": (4, 6),
        "all_steps_true": (2, 4),
        "right_answer_false_work": (1, 4),
        "answer_follows": (2, 3),
        "invented": (0, 4),
        "repetition": (1, 4),
    }
    assert card["mean_completion_tokens"] == 31.25
    assert card["accuracy"] == {"k": 2, "n": 4, "rate": 0.5, "low": 0.150039, "high": 0.849961}


def test_sections_categories_and_difficulties_have_their_own_rates(rows):
    card = scorecard(rows, "flat", "eval-core")
    assert set(card["by_section"]) == {"core", "edge_case"}
    assert counts(card["by_section"]["core"]["accuracy"]) == (2, 2)
    assert counts(card["by_section"]["edge_case"]["accuracy"]) == (0, 2)
    assert counts(card["by_section"]["edge_case"]["step_truth"]) == (1, 1)
    assert set(card["by_section"]["core"]) == {"n", "accuracy", "lenient_accuracy", "format_rate", "step_truth"}
    assert card["by_category"]["synthetic"]["n"] == card["by_difficulty"]["easy"]["n"] == 4


def test_a_scorecard_without_any_step_is_canonical_json_without_null():
    card = scorecard([row("a", "5")], "base", "eval-core")
    assert card["step_truth"] == {"k": 0, "n": 0}
    assert "null" not in canonical_json(card)


def test_repetition_is_more_than_three_tenths_of_the_runs_of_four_words():
    three_of_ten, four_of_eleven = "a b c d e f g a b c d e f", "a b c d e f g a b c d e f g"
    assert counts(scorecard([row("a", three_of_ten)], "base", "x")["repetition"]) == (0, 1)
    assert counts(scorecard([row("a", four_of_eleven)], "base", "x")["repetition"]) == (1, 1)
    assert counts(scorecard([row("a", "a a a")], "base", "x")["repetition"]) == (0, 1)


TABLE = ("right_all_true", "right_false_work", "wrong_all_true", "wrong_false_work", "no_checkable")


def table(rows):
    card = scorecard(rows, "flat", "eval-core")
    return [card[name] for name in TABLE]


def test_answers_and_work_are_counted_in_a_table_that_adds_up(rows):
    assert table(rows) == [1, 1, 1, 0, 1]
    assert table([row("a", FALSE_WORK, expected="9"), row("b", GOOD), row("c", "5")]) == [1, 0, 0, 1, 1]
    unchecked = "<reasoning>\nSo five.\n</reasoning>\n<answer>5</answer>"
    assert table([row("a", unchecked)]) == [0, 0, 0, 0, 1]


def test_an_answer_follows_when_the_last_step_states_it_and_counts_only_where_that_can_be_told():
    follows = "<reasoning>\n2 + 3 = 5\n</reasoning>\n<answer>5</answer>"
    other = "<reasoning>\n2 + 3 = 5\n</reasoning>\n<answer>6</answer>"
    untold = "<reasoning>\nSo it is.\n</reasoning>\n<answer>6</answer>"
    card = scorecard([row("a", follows), row("b", other), row("c", untold), row("d", "5")], "flat", "x")
    assert counts(card["answer_follows"]) == (1, 2)


def test_an_invented_operand_is_counted_once_per_completion():
    invents = "<reasoning>\n2 + 3 = 5\n5 * 9 = 45\n45 + 38 = 83\n</reasoning>\n<answer>5</answer>"
    assert counts(scorecard([row("a", invents), row("b", GOOD)], "flat", "x")["invented"]) == (1, 2)


def test_what_a_step_says_of_a_quoted_word_is_graded_with_the_prompt():
    text = "<reasoning>\nThe letters are l, a, p, m\n</reasoning>\n<answer>pmal</answer>"
    prompt = 'Write "lamp" backwards.'
    assert [grade(text, "pmal", "eos", asked)["steps"][0]["verdict"] for asked in (prompt, "")] == [
        "false",
        "unchecked",
    ]
    row_of = {**row("a", text), "prompt": prompt, **grade(text, "pmal", "eos", prompt), "expected_answer": "pmal"}
    assert rescore([row_of]) == []
    assert len(rescore([{**row_of, "steps": grade(text, "pmal", "eos")["steps"]}])) == 1


def test_no_rows_are_no_scorecard():
    with pytest.raises(ValueError, match="found no prediction rows of flat on eval-core"):
        scorecard([], "flat", "eval-core")


def test_grading_again_agrees_with_honest_rows(rows):
    assert rescore(rows) == []


def test_grading_again_finds_each_changed_grade(rows):
    rows[2]["correct"] = True
    rows[1]["steps"] = [{"text": "2 + 3 = 6", "verdict": "true"}, rows[1]["steps"][1]]
    del rows[3]["well_formed"]
    found = rescore(rows)
    assert len(found) == 3
    assert found[0].startswith("row 2 (b) says steps is [{'text': '2 + 3 = 6', 'verdict': 'true'}")
    assert found[1] == "row 3 (c) says correct is True, grading it again gives False"
    assert found[2] == "row 4 (d) says well_formed is None, grading it again gives False"


def test_grading_again_names_a_row_that_cannot_be_graded(rows):
    del rows[0]["completion"]
    assert rescore(rows) == ["row 1 has no text in completion; evaluate the checkpoint again"]
