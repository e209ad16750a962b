"""Claims about the measures of shown works: every outcome and failure class on a hand-written completion."""

import pytest

from tunixlib.evaluation.correction_failures import FAILURES, failure_counts, failures
from tunixlib.evaluation.correction_scores import (
    OUTCOMES,
    balanced_accuracy,
    correction_scorecard,
    d_prime,
    judge,
    judge_rows,
)
from tunixlib.seeding.correction.forms import FormError, render_prompt

QUESTION = "A pen costs $3. What do 4 pens and a $5 cap cost?"
WRONG = render_prompt(QUESTION, ["Pens: 4 * 3 = 13", "With the cap: 13 + 5 = 18"], "$18")
CLEAN = render_prompt(QUESTION, ["Pens: 4 * 3 = 12", "With the cap: 12 + 5 = 17"], "$17")

GOOD = ("Line 1: 4 * 3 = 12, shown 13: wrong", "Line 2: 12 + 5 = 17, shown 18: wrong", "Answer: $17, shown $18: wrong")
FINE = ("Line 1: 4 * 3 = 12, shown 12: right", "Line 2: 12 + 5 = 17, shown 17: right", "Answer: $17, shown $17: right")
COPIED = (
    "Line 1: 4 * 3 = 13, shown 13: right",
    "Line 2: 13 + 5 = 18, shown 18: right",
    "Answer: $18, shown $18: right",
)


def item(verdict, *steps, wrong=True, number=1, kind="propagated"):
    completion = "<reasoning>\n" + "\n".join(steps) + f"\n</reasoning>\n<answer>{verdict}</answer>"
    twin = "wrong" if wrong else "clean"
    expected = "line 1 is wrong: $17" if wrong else "right: $17"
    row = {"id": f"x/{number:04d}/{twin}", "prompt": WRONG if wrong else CLEAN, "expected_answer": expected}
    return judge({**row, "section": kind, "category": twin, "completion": completion})


@pytest.mark.parametrize(
    ("verdict", "wrong", "outcome"),
    [
        ("line 1 is wrong: $17", True, "repaired"),
        ("line 1 is wrong: 17", True, "repaired"),
        ("line 1 is wrong: $18", True, "localised"),
        ("line 2 is wrong: $17", True, "detected"),
        ("the answer is wrong: $17", True, "detected"),
        ("right: $18", True, "assured"),
        ("right: $17", False, "accepted"),
        ("right: $99", False, "accepted"),
        ("line 1 is wrong: $17", False, "alarmed"),
        ("17", True, "unparseable"),
        ("I think it is right", False, "unparseable"),
    ],
)
def test_the_verdict_decides_the_outcome(verdict, wrong, outcome):
    assert item(verdict, *GOOD, wrong=wrong).outcome == outcome


def test_a_completion_cut_short_has_no_verdict():
    row = {"id": "x", "prompt": WRONG, "expected_answer": "line 1 is wrong: $17", "section": "propagated"}
    assert judge({**row, "completion": "<reasoning>\nLine 1: 4 * 3 = 12, sho"}).outcome == "unparseable"


def test_rows_of_another_evaluation_set_are_refused():
    row = {"id": "eval-core/0001", "prompt": "What is 2 + 3?", "expected_answer": "5", "section": "core"}
    with pytest.raises(FormError, match="item eval-core/0001: found the expected answer '5', expected a verdict"):
        judge_rows([{**row, "completion": ""}])
    with pytest.raises(FormError, match="expected a shown work"):
        judge_rows([{**row, "expected_answer": "right: 5", "completion": ""}])
    with pytest.raises(ValueError, match="found no items"):
        correction_scorecard([])


def test_the_scorecard_counts_each_rate_among_the_works_it_is_about():
    items = [item("line 1 is wrong: $17", *GOOD, number=n) for n in range(5)]
    items += [item("line 1 is wrong: $18", *GOOD, number=5), item("line 2 is wrong: $17", *GOOD, number=6)]
    items += [item("right: $18", *COPIED, number=7, kind="other"), item("18", number=8), item("right: $17", number=9)]
    items += [item("right: $17", *FINE, wrong=False, number=n) for n in range(8)]
    items += [item("line 2 is wrong: $17", *FINE, wrong=False, number=8), item("", wrong=False, number=9)]
    card = correction_scorecard(items)
    counts = {
        name: (card[name]["k"], card[name]["n"]) for name in card if isinstance(card[name], dict) and "k" in card[name]
    }
    assert counts == {
        "detection": (7, 10), "localisation": (6, 10), "repair": (5, 10), "answer_repair": (7, 10),
        "false_assurance": (2, 10), "false_alarms": (1, 10), "acceptance": (8, 10), "unparseable": (2, 20),
    }  # fmt: skip
    assert card["outcomes"] == dict(zip(OUTCOMES, (5, 1, 1, 2, 8, 1, 2), strict=True))
    assert (card["detection"]["low"], card["detection"]["high"]) == (0.396778, 0.892209)
    assert card["balanced_accuracy"]["value"] == 0.75 and card["balanced_accuracy"]["informedness"] == 0.5
    assert card["by_kind"]["other"]["detection"]["n"] == 1 and card["by_kind"]["other"]["balanced_accuracy"] == {}


def test_always_right_scores_nothing():
    items = [item("right: $18", *COPIED, number=n) for n in range(50)]
    items += [item("right: $17", *FINE, wrong=False, number=n) for n in range(50)]
    card = correction_scorecard(items)
    assert (card["detection"]["rate"], card["false_assurance"]["rate"], card["false_alarms"]["rate"]) == (0, 1, 0)
    assert card["balanced_accuracy"]["value"] == 0.5 and card["balanced_accuracy"]["informedness"] == 0
    assert card["d_prime"]["value"] == 0 and card["d_prime"]["low"] < 0 < card["d_prime"]["high"]


def test_silence_about_right_works_is_no_correct_rejection():
    items = [item("line 1 is wrong: $17", *GOOD, number=n) for n in range(50)]
    items += [item("blah", wrong=False, number=n) for n in range(50)]
    card = correction_scorecard(items)
    assert (card["repair"]["k"], card["acceptance"]["k"], card["unparseable"]["k"]) == (50, 0, 50)
    assert card["d_prime"]["value"] == 0 and card["balanced_accuracy"]["value"] == 0.5


def test_d_prime_is_that_of_hautus_and_stays_finite():
    # 2 z(20.5 / 26), and its interval, by scipy.stats.norm.
    found = d_prime(20, 25, 5, 25)
    assert (found["value"], found["low"], found["high"]) == (1.602189, 0.81998, 2.384398)
    perfect = d_prime(10, 10, 0, 10)
    assert perfect["value"] == 3.381243 and perfect["low"] < 3.381243 < perfect["high"]
    assert d_prime(5, 10, 5, 10)["value"] == 0
    assert d_prime(1, 1, 0, 0) == {}


def test_the_interval_of_balanced_accuracy_joins_those_of_its_rates():
    found = balanced_accuracy(7, 10, 8, 10)
    assert found == {"value": 0.75, "low": 0.533238, "high": 0.869879, "informedness": 0.5}
    assert balanced_accuracy(0, 0, 1, 2) == {}


def test_a_good_check_has_no_failure():
    assert failures(item("line 1 is wrong: $17", *GOOD)) == ()
    assert failures(item("right: $17", *FINE, wrong=False)) == ()


@pytest.mark.parametrize(
    ("verdict", "steps", "wrong", "classes"),
    [
        ("right: $18", COPIED, True, {"ritual_check"}),
        ("right: $18", (), True, {"ritual_check"}),
        ("line 1 is wrong: $17", ("Line 1: looks off, shown 13: wrong", GOOD[1]), True, {"ritual_check"}),
        ("right: $17", (FINE[0],), False, {"ritual_check"}),
        ("right: $18", ("Line 1: 4 * 3 = 12, shown 13: right", *COPIED[1:]), True, {"recomputes_and_ignores"}),
        ("right: $17", GOOD, True, {"recomputes_and_ignores"}),
        ("line 1 is wrong: $17", (*GOOD[:2], "Answer: $17, shown $18: right"), True, {"recomputes_and_ignores"}),
        ("line 2 is wrong: $17", GOOD, True, {"detects_elsewhere"}),
        ("the answer is wrong: $17", GOOD, True, {"detects_elsewhere"}),
        ("line 1 is wrong: $17", FINE, False, {"corrects_a_true_step"}),
        ("the answer is wrong: $15", FINE, False, {"corrects_a_true_step"}),
        (
            "line 1 is wrong: $18",
            (GOOD[0], "Line 2: 13 + 5 = 18, shown 18: right", "Answer: $18, shown $18: right"),
            True,
            {"cascade"},
        ),
        (
            "line 1 is wrong: $19",
            ("Line 1: 4 * 3 = 14, shown 13: wrong", "Line 2: 14 + 5 = 19, shown 18: wrong"),
            True,
            {"cascade"},
        ),
        ("12", ("4 * 3 = 12",), True, set()),
        ("line 1 is wrong: $16", (*GOOD[:2], "Answer: $16, shown $18: wrong"), True, set()),
    ],
)
def test_each_failure_has_its_rule(verdict, steps, wrong, classes):
    assert set(failures(item(verdict, *steps, wrong=wrong))) == classes


def test_an_earlier_true_line_that_is_called_wrong_is_detected_elsewhere_and_corrects_a_true_step():
    prompt = render_prompt(QUESTION, ["Pens: 4 * 3 = 12", "With the cap: 12 + 5 = 18"], "$18")
    row = {"id": "x/1/wrong", "prompt": prompt, "expected_answer": "line 2 is wrong: $17", "section": "propagated"}
    said = "<reasoning>\n" + "\n".join(GOOD) + "\n</reasoning>\n<answer>line 1 is wrong: $17</answer>"
    assert failures(judge({**row, "completion": said})) == ("detects_elsewhere", "corrects_a_true_step")


def test_examples_are_the_first_by_id():
    items = [item("right: $18", *COPIED, number=n) for n in (9, 3, 7, 1)] + [
        item("line 1 is wrong: $17", *GOOD, number=2)
    ]
    counts = failure_counts(items, examples=2)
    assert tuple(counts) == FAILURES
    assert (counts["ritual_check"]["k"], counts["ritual_check"]["n"]) == (4, 5)
    assert counts["ritual_check"]["examples"] == ["x/0001/wrong", "x/0003/wrong"]
    assert counts["cascade"]["k"] == 0 and counts["cascade"]["examples"] == []
