"""Claims about the form of completions: every rule on an example, and a template that answers nothing beside them."""

import pytest

from tunixlib.evaluation.canned import CANNED_COMPLETION, CANNED_STEPS, canned_rows
from tunixlib.evaluation.reports import trace_table, wins_sentence
from tunixlib.evaluation.scoring import grade
from tunixlib.evaluation.step_words import content_tokens
from tunixlib.evaluation.trace_metrics import duplicate_share, is_computed, topic_drift, trace_metrics
from tunixlib.evaluation.trace_summary import MEASURES, mean, summarise, wins

PROMPT = "Ada has $20 and buys 3 pens at $4 each. How many dollars are left?"


def row(*steps, answer="8", expected="8", prompt=PROMPT, finish_reason="eos", tokens=30):
    completion = "<reasoning>\n" + "\n".join(steps) + f"\n</reasoning>\n<answer>{answer}</answer>"
    item = {"id": "q", "prompt": prompt, "expected_answer": expected, "section": "core", "category": "reasoning"}
    made = {**item, "difficulty": "easy", "family": "buying", "completion": completion, "finish_reason": finish_reason}
    return {**made, "tokens": tokens, **grade(completion, expected, finish_reason)}


def of(*steps, **options):
    return trace_metrics(row(*steps, **options))


def test_a_worked_trace_has_its_steps_computation_and_a_true_check():
    found = of("Cost: 3 * 4 = 12", "Left: 20 - 12 = 8", "Check: 8 + 12 = 20")
    assert found == {
        "well_formed": True,
        "all_true": True,
        "steps": 3,
        "formula_first": True,
        "decomposition": True,
        "verification": True,
        "false_verification": False,
        "empty_verification": False,
        "setup_language": False,
        "topic_drift": 0.0,
        "repetition": 0.0,
        "stops": True,
        "stop_reason": "eos",
        "tokens": 30,
    }


def test_all_true_needs_a_checkable_step_and_no_false_one():
    assert of("So it is", "3 * 4 = 12")["all_true"]
    assert not of("So it is")["all_true"]
    assert not of("3 * 4 = 12", "20 - 12 = 9")["all_true"]


def test_a_completion_without_tags_has_no_steps_and_nothing_to_say_about_checks():
    text = "First, 3 * 4 = 12. Check: 20 - 12 = 8."
    bare = {"prompt": PROMPT, "completion": text, "finish_reason": "length", **grade(text, "8", "length")}
    found = trace_metrics(bare)
    assert (found["steps"], found["formula_first"], found["setup_language"]) == (0, False, False)
    assert [found[key] for key in ("false_verification", "empty_verification", "topic_drift", "tokens")] == [None] * 4
    assert (found["stops"], found["stop_reason"]) == (False, "length")


@pytest.mark.parametrize(
    ("first", "formula"),
    [
        ("3 * 4 = 12", True),
        ("Volume is length times width times height", True),
        ("48 ≈ 50", True),
        ("Divide the sum, divided by 4", True),
        ("The number 3 stands there 4 times in a row", False),
        ("Rosa has the most: 30", False),
    ],
)
def test_formula_first_is_a_sign_or_an_operation_in_words(first, formula):
    assert of(first, "20 - 12 = 8")["formula_first"] is formula


@pytest.mark.parametrize(
    ("step", "computed"),
    [
        ("Left: 20 - 12 = 8", True),
        ("3 pens × $4 = $12", True),
        ("17 plus 9 = 26", True),
        ("25% of 80 = 20", True),
        ("1/2 = 0.5", True),
        ("1 gallon = 4 pints", False),
        ("In order: 3, 5", False),
        ("9 < 18 and 9 < 28", False),
        ("20 - 12 = what is left", False),
        ("", False),
    ],
)
def test_a_computed_step_is_an_operation_on_numbers_with_a_number_as_its_result(step, computed):
    assert is_computed(step) is computed


def test_decomposition_counts_different_computed_steps_that_are_no_checks():
    assert of("3 * 4 = 12", "20 - 12 = 8")["decomposition"]
    assert not of("3 * 4 = 12", "3 * 4 = 12")["decomposition"]
    assert not of("20 - 12 = 8", "Check: 8 + 12 = 20")["decomposition"]


@pytest.mark.parametrize(
    ("step", "check"),
    [
        ("Check: 8 + 12 = 20", True),
        ("Let me check this: 8 + 12 = 20", True),
        ("3) Verify that 8 + 12 = 20", True),
        ("Now, let's double-check: 8 + 12 = 20", True),
        ("To verify, 8 + 12 = 20", True),
        ("Checking: 8 + 12 = 20", True),
        ("Verification: 8 + 12 = 20", True),
        ("Checkers cost 3 * 4 = 12", False),
        ("Check-in fee: 8 + 12 = 20", False),
        ("Checkout total: 8 + 12 = 20", False),
        ("Rosa writes a check of $8", False),
        ("The total is 8, no check needed", False),
    ],
)
def test_a_check_step_opens_with_the_word(step, check):
    assert of("20 - 12 = 8", step)["verification"] is check


@pytest.mark.parametrize(
    ("steps", "false", "empty"),
    [
        (("20 - 12 = 8", "Check: 8 + 12 = 20"), False, False),
        (("20 - 12 = 8", "Check: 8 + 12 = 21"), True, False),
        (("20 - 12 = 9", "Check: 9 + 12 = 21"), True, False),
        (("20 - 12 = 9", "Check: 8 + 12 = 20, so 9 is wrong"), False, False),
        (("20 - 12 = 9", "Check: 8 + 12 = 20, that does not match 9"), False, False),
        (("20 - 12 = 9", "Check: 8 + 12 = 20, the mistake is in step 1"), False, False),
        (("20 - 12 = 9", "Check: he did not lose any, 9 + 11 = 20"), True, False),
        (("20 - 12 = 9", "Check: there is no mistake, 9 + 11 = 20"), True, False),
        (("20 - 12 = 9", "Check: on the wrong bus, 9 + 11 = 20"), True, False),
        (("20 - 12 = 9", "Check: the answer fits"), True, True),
        (("Check: 8 + 12 = 20", "20 - 12 = 9"), False, False),
        (("Check: it fits", "Check: 8 + 12 = 20"), False, True),
    ],
)
def test_a_check_is_false_when_it_is_untrue_or_confirms_what_went_wrong_before(steps, false, empty):
    found = of(*steps)
    assert (found["false_verification"], found["empty_verification"]) == (false, empty)


@pytest.mark.parametrize(
    ("step", "setup"),
    [
        ("Let me restate the problem", True),
        ("First, find the cost: 3 * 4 = 12", True),
        ("Step 1: 3 * 4 = 12", True),
        ("Plan: multiply, then subtract", True),
        ("To solve this we subtract", True),
        ("Cost: 3 * 4 = 12", False),
        ("The first letter is a", False),
        ("1 gallon = 8 pints", False),
    ],
)
def test_setup_language_opens_a_step(step, setup):
    assert of(step)["setup_language"] is setup


def test_topic_drift_is_the_share_of_words_and_numbers_that_come_from_nowhere():
    assert topic_drift(PROMPT, ["Pens: 3 * 4 = 12", "Left of the dollars: 20 - 12 = 8"]) == 0.0
    assert topic_drift(PROMPT, ["Pens: 3 * 5 = 15"]) == pytest.approx(1 / 3)  # pen, 3; 5 is invented
    assert topic_drift(PROMPT, ["Melons are fruits", "Melons: 8"]) == pytest.approx(3 / 4)  # the second melon is known
    assert topic_drift("Two cats have how many legs?", ["2 * 4 = 8"]) == 0.5  # "two" is 2
    assert topic_drift(PROMPT, []) is None and topic_drift(PROMPT, ["So it is."]) is None


def test_content_tokens_have_one_spelling_and_know_results_from_what_is_stated():
    found = content_tokens("Costs of 1,200 Pens: 1,200 * 3 = 3,600 dollars")
    assert (found.stated, found.all - found.stated) == ({"1200", "pen", "3", "dollar"}, {"3600"})


def test_repetition_is_the_share_of_runs_of_four_words_that_occurred_before():
    assert duplicate_share("a b c d e") == 0.0
    assert duplicate_share("a b c d a b c d") == pytest.approx(1 / 5)
    assert duplicate_share("a b c") == 0.0


def test_a_mean_has_students_interval():
    """Student's ten patients (Biometrika 6, 1908, 1-25): hours of sleep gained; R's t.test(sleep) gives the ends."""
    found = mean([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4])
    assert found == {"n": 10, "mean": 1.58, "low": 0.700114, "high": 2.459886}


def test_without_variation_a_mean_has_no_interval():
    assert mean([]) == {"n": 0}
    assert mean([3]) == {"n": 1, "mean": 3.0}
    assert mean([4, 4, 4]) == {"n": 3, "mean": 4.0}


def test_the_interval_of_shares_stays_between_0_and_1():
    low, high = mean([0.0, 0.0, 0.0, 0.4], shares=True), mean([1.0, 1.0, 1.0, 0.6], shares=True)
    assert (low["low"], high["high"]) == (0.0, 1.0)
    assert 0 < low["high"] < 1 and 0 < high["low"] < 1
    assert mean([0.0, 0.0, 0.0, 0.4])["low"] < 0
    repeated = summarise([row("a b c d " * 9), *[row("3 * 4 = 12")] * 5])["repetition"]
    assert repeated["low"] == 0.0 < repeated["mean"] < repeated["high"] <= 1.0


def test_a_summary_has_accuracy_and_every_measure_with_its_count():
    rows = [row("3 * 4 = 12", "Check: 12 / 4 = 4"), row("So it is", answer="9"), row("3 * 4 = 12", tokens=50)]
    found = summarise(rows)
    assert list(found) == ["accuracy", *(measure.key for measure in MEASURES)]
    assert (found["accuracy"]["k"], found["formula_first"]["k"], found["formula_first"]["n"]) == (2, 2, 3)
    assert (found["false_verification"]["k"], found["false_verification"]["n"]) == (1, 1)
    assert found["tokens"]["mean"] == pytest.approx(110 / 3, abs=1e-6)
    assert found["topic_drift"]["n"] == 2  # the middle one states nothing
    with pytest.raises(ValueError, match="found no prediction rows"):
        summarise([])


def test_the_template_is_well_formed_true_and_wrong():
    rows = canned_rows([row("a"), row("a", expected="0")])
    assert [(found["well_formed"], found["correct"]) for found in rows] == [(True, False), (True, True)]
    assert [step["verdict"] for step in rows[0]["steps"]] == ["unchecked", "true", "true", "true"]
    assert [step["text"] for step in rows[0]["steps"]] == list(CANNED_STEPS)
    assert rows[0]["completion"] == CANNED_COMPLETION and "tokens" not in rows[0]


def test_the_template_gets_full_marks_for_form_by_the_same_code():
    found = summarise(canned_rows([row("a", expected="8")] * 3))
    assert found["accuracy"]["k"] == 0 and found["tokens"] == {"n": 0}
    for key in ("well_formed", "all_true", "formula_first", "decomposition", "verification", "setup_language", "stops"):
        assert (found[key]["k"], found[key]["n"]) == (3, 3)
    assert found["false_verification"]["k"] == found["empty_verification"]["k"] == found["repetition"]["mean"] == 0


def test_the_template_wins_where_it_is_strictly_better_by_the_way_a_measure_is_praised():
    plain = summarise([row("So it is"), row("So it is")])
    canned = summarise(canned_rows([row("a"), row("a")]))
    assert wins(canned, plain) == [
        "all steps true", "steps per trace", "formula first", "two computed steps", "check step", "setup language",
    ]  # fmt: skip
    assert wins(plain, plain) == []
    checked = summarise([row("20 - 12 = 9", "Check: it fits")] * 2)
    assert "false check" in wins(canned, checked) and "empty check" in wins(canned, checked)


def test_the_table_has_accuracy_first_and_the_template_last():
    found = {"canned": summarise(canned_rows([row("a")])), "flat": summarise([row("3 * 4 = 12")])}
    lines = trace_table(found, "canned").split("\n")
    assert lines[0] == "| measure | flat | canned |"
    assert lines[2] == "| **accuracy** | 100.0 % [20.7, 100.0] | 0.0 % [0.0, 79.3] |"
    assert lines[5] == "| steps per trace | 1.0 | 4.0 |"
    assert lines[-1] == "| tokens | 30.0 | – |"
    assert len(lines) == 3 + len(MEASURES)


def test_the_sentence_says_where_the_template_is_ahead_or_that_it_is_nowhere():
    assert wins_sentence("flat", ["check step", "formula first"], "0 of 120") == (
        "The canned template, which answers 0 of 120 items, is ahead of flat on: check step, formula first."
    )
    assert wins_sentence("flat", [], "0 of 120").endswith("ahead of flat on no measure of form.")


@pytest.mark.parametrize("piece", ["7", "7 ", "= ", "7 + ", "check ", "a b c d ", "\n", "% of ", "we we we "])
def test_no_text_makes_the_measures_raise(piece):
    found = trace_metrics(row(piece * 3000, answer="8"))
    assert found["steps"] in (0, 1) and found["stop_reason"] == "eos"
