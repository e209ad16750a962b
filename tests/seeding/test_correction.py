"""Claims about errors put into true works: each kind on one example, each proof able to fail, each text read back."""

from dataclasses import replace

import pytest

from tunixlib.artifacts import read_json
from tunixlib.checking.steps import check_step, check_steps
from tunixlib.seeding.correction.baselines import called_wrong
from tunixlib.seeding.correction.figures import Figure, slips
from tunixlib.seeding.correction.forms import (
    Check,
    FormError,
    Mark,
    Shown,
    Verdict,
    check_of,
    parse_check,
    parse_mark,
    parse_prompt,
    parse_verdict,
    render_prompt,
)
from tunixlib.seeding.correction.injections import inject
from tunixlib.seeding.correction.retries import masked_spans, retry_steps
from tunixlib.seeding.correction.twins import KINDS, ProofError, Twin, prove
from tunixlib.seeding.correction.works import Line, UnfitError, read_work
from tunixlib.seeding.datasets import DATA_ROOT
from tunixlib.seeding.families import Problem
from tunixlib.traces import ReasoningTrace, render_completion
from tunixlib.trees import PROJECT_ROOT

QUESTION = "Pens cost $3 each and a cap costs $19. What do 6 pens and the cap cost after a coupon for $4?"
STEPS = [
    ("recall", "A coupon is taken off the total"),
    ("compute", "Pens: 6 * 3 = 18"),
    ("compute", "With the cap: 18 + 19 = 37"),
    ("compute", "After the coupon: 37 - 4 = 33 dollars"),
    ("verify", "Check: 33 + 4 = 37"),
]
WORK = read_work(Problem(QUESTION, STEPS, "$33"))


def line(text: str) -> Line:
    return Line.read("compute", text)


def lines(twin: Twin) -> list[str]:
    return [str(shown) for shown in twin.lines]


def with_line(at: int, text: str) -> tuple[Line, ...]:
    return (*WORK.lines[:at], line(text), *WORK.lines[at + 1 :])


def test_a_work_is_followed_from_line_to_line_and_its_closing_check_is_left_out():
    assert lines(WORK) == [content for _, content in STEPS[:4]]
    assert WORK.sources == ((None, None), (None, None), (1, None), (2, None))
    assert (WORK.tangled, WORK.calculations) == (frozenset(), [1, 2, 3])


@pytest.mark.parametrize(
    ("prompt", "steps", "answer", "reason"),
    [
        ("What is 2 + 3?\nNow.", [("compute", "2 + 3 = 5")], "5", "several lines"),
        ("Add 2, 3 and 4.", [("compute", "2 + 3 = 5"), ("compute", "so it is 9")], "9", "neither one calculation"),
        ("Add 2 and 3.", [("compute", "2 + 3 = 5")], "5", "fewer than two"),
        ("Add 2, 3 and 4.", [("compute", "2 + 3 = 5"), ("compute", "5 + 4 = 9")], "nine", "not the result"),
        ("Add 2, 3 and 4.", [("compute", "2 + 3 = 6"), ("compute", "6 + 4 = 10")], "10", "does not call true"),
        ("Add 2, 3 and 4.", [("compute", "2 + 3 = 5"), ("compute", "5 + 8 = 13")], "13", "from memory"),
        ("Add 2, 3 and 4.", [("compute", "2 + 3 = 5"), ("compute", "All 9: 5 + 4 = 9")], "9", "tells the result"),
    ],
)
def test_a_work_that_cannot_be_proven_or_followed_is_left_out_with_its_reason(prompt, steps, answer, reason):
    with pytest.raises(UnfitError, match=reason):
        read_work(Problem(prompt, steps, answer))


@pytest.mark.parametrize("text", ["7", "48", "4.60", "100", "0.05", "12.5", "990"])
def test_a_slip_looks_like_the_number_it_replaces(text):
    figure = Figure.read(text)
    assert str(figure) == text
    for slip in slips(figure, "any"):
        assert slip != figure and slip.places == figure.places and len(str(slip)) == len(text)
        assert len(str(slip.digits)) - len(str(slip.digits).rstrip("0")) == len(text) - len(
            text.rstrip("0").rstrip(".")
        )
    assert sorted(map(str, slips(Figure.read("48"), "any"))) == ["38", "46", "47", "49", "58", "84"]
    assert slips(figure, "one") == slips(figure, "one")


def test_every_kind_of_error_has_its_place_its_lines_and_its_answer():
    found = {kind: inject(WORK, kind, "key") for kind in KINDS}
    assert all(found.values())
    changed, carried, copied = (found[kind] for kind in KINDS[:3])
    other, dropped, answer = (found[kind] for kind in KINDS[3:])
    assert check_steps(lines(changed)).first_false == changed.at and changed.answer == "$33"
    assert [i for i, (a, b) in enumerate(zip(changed.lines, WORK.lines, strict=True)) if a != b] == [changed.at]
    assert check_steps(lines(carried)).false == 1 and carried.answer != "$33"
    assert f"{carried.lines[-1].equation.result}" in carried.answer
    assert check_steps(lines(copied)).false == 0 and copied.answer != "$33"
    assert check_steps(lines(other)).false == 0
    assert other.lines[other.at].equation.op != WORK.lines[other.at].equation.op
    assert len(dropped.lines) == 3 and dropped.answer == "$33" and dropped.missing in [x.equation for x in WORK.lines]
    assert answer.lines == WORK.lines and answer.at is None and answer.answer[0] == "$" and answer.answer != "$33"


def test_a_wrong_value_is_carried_on_through_labels_operands_and_answer():
    question = "It rains 4 mm for 8 days and then 7 mm more. How many mm fall in 5 such times?"
    steps = [("compute", "4 * 8 = 32"), ("compute", "To the 32 mm: 32 + 7 = 39"), ("compute", "Five: 5 * 39 = 195 mm")]
    work = read_work(Problem(question, steps, "195 mm"))
    shown, answer = work.recomputed(0, line("4 * 8 = 33"))
    assert [str(one) for one in shown] == ["4 * 8 = 33", "To the 33 mm: 33 + 7 = 40", "Five: 5 * 40 = 200 mm"]
    assert answer == "200 mm"


def test_a_value_that_also_stands_in_the_question_is_not_followed():
    steps = [("compute", "Two cups: 4 * 2 = 8"), ("compute", "8 + 8 = 16")]
    work = read_work(Problem("A cup costs $4, a plate $8. What do 2 cups and a plate cost?", steps, "$16"))
    assert work.tangled == {0}
    assert work.recomputed(0, line("Two cups: 4 * 2 = 9")) is None


@pytest.mark.parametrize(
    ("twin", "message"),
    [
        (Twin("propagated", WORK.lines, "$33", 1), "must change something"),
        (Twin("changed_result", with_line(1, "Pens: 6 * 3 = 16"), "$31", 1), "found the answer"),
        (Twin("changed_result", with_line(1, "Pens: 6 * 3 = 16"), "$33", 2), "lines before it"),
        (Twin("changed_result", with_line(1, "Pens: 5 * 3 = 15"), "$33", 1), r"calls lines \[\] false"),
        (Twin("propagated", with_line(3, "After the coupon: 37 - 4 = 32 dollars"), "$32", 3), "no later line rests"),
        (Twin("propagated", with_line(1, "Pens: 6 * 3 = 16"), "$31", 1), "no later line rests"),
        (Twin("miscopied_operand", with_line(3, "After the coupon: 37 - 3 = 34"), "$34", 3), "from nowhere in lines"),
        (Twin("wrong_operation", with_line(3, "After the coupon: 37 + 5 = 42"), "$42", 3), "another operation"),
        (Twin("wrong_answer", with_line(3, "After the coupon: 37 - 4 = 32"), "$32", None), "but lines differ"),
        (Twin("dropped_step", WORK.lines[:1] + WORK.lines[2:], "$33", 2, WORK.lines[1].equation), "come from nowhere"),
    ],
)  # fmt: skip
def test_a_twin_without_exactly_the_stated_error_is_refused(twin, message):
    with pytest.raises(ProofError, match=message):
        prove(WORK, twin)


def test_an_unknown_kind_of_error_is_refused_by_name():
    with pytest.raises(ValueError, match="'typo', expected one of changed_result, propagated"):
        inject(WORK, "typo", "key")


def test_the_same_key_gives_the_same_twin_and_a_place_can_be_asked_for():
    assert inject(WORK, "propagated", "one") == inject(WORK, "propagated", "one")
    assert {inject(WORK, "changed_result", "one", at=at).at for at in (1, 2, 3)} == {1, 2, 3}
    assert inject(WORK, "propagated", "one", at=3) is None, "no later line rests on the last one"


def test_the_check_of_a_dropped_step_derives_it_first():
    shown = (WORK.lines[0], *WORK.lines[2:])
    marks, verdict = check_of(WORK, Twin("dropped_step", shown, "$33", 1, WORK.lines[1].equation))
    assert [str(mark) for mark in marks] == [
        "Line 1: nothing to compute: right",
        "Line 2: first 6 * 3 = 18, then 18 + 19 = 37, shown 37: wrong",
        "Line 3: 37 - 4 = 33, shown 33: right",
        "Answer: $33, shown $33: right",
    ]
    assert str(verdict) == "line 2 is wrong: $33"


@pytest.mark.parametrize("kind", [None, *KINDS])
def test_every_check_reads_back_and_no_step_of_it_is_false(kind):
    marks, verdict = check_of(WORK, inject(WORK, kind, "key") if kind else None)
    steps = [str(mark) for mark in marks]
    truth = check_steps(steps, QUESTION)
    assert (truth.false, truth.true) == (0, sum("=" in step for step in steps))
    completion = render_completion(ReasoningTrace.build("q", [("verify", step) for step in steps], str(verdict)))
    assert parse_check(completion) == Check(tuple(marks), verdict, 0)
    assert verdict.wrong == (kind is not None) and verdict.answer == "$33"


def test_a_true_derivation_beside_a_wrong_shown_value_is_a_true_step():
    assert check_step("Line 2: 12 * 4 = 48, shown 46: wrong").verdict == "true"
    assert check_step("Line 2: 12 * 4 = 46, shown 46: right").verdict == "false"


def test_a_prompt_reads_back_and_anything_else_is_refused():
    prompt = render_prompt("What is 2 + 3 + 4?", ["2 + 3 = 5", "Line 9: 5 + 4 = 9"], "9")
    assert (
        prompt
        == "Check this work.\nQuestion: What is 2 + 3 + 4?\nLine 1: 2 + 3 = 5\nLine 2: Line 9: 5 + 4 = 9\nAnswer: 9"
    )
    assert parse_prompt(prompt) == Shown("What is 2 + 3 + 4?", ("2 + 3 = 5", "Line 9: 5 + 4 = 9"), "9")
    odd = render_prompt("a\u2028b?", ["c\u2028d\x0be"], "f")
    assert parse_prompt(odd) == Shown("a\u2028b?", ("c\u2028d\x0be",), "f")
    huge = prompt.replace("Line 2:", f"Line {'9' * 5000}:")
    for wrong in (prompt + "\n", prompt.replace("Line 2:", "Line 3:"), huge, "What is 2 + 3?", ""):
        with pytest.raises(FormError, match="expected a shown work"):
            parse_prompt(wrong)
    for question, shown, answer in (("", ["1"], "1"), ("q", ["a\nb"], "1"), ("q", [], "1"), ("q", ["1"], " ")):
        with pytest.raises(FormError, match="expected"):
            render_prompt(question, shown, answer)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("right: 17", Verdict(False, None, "17")),
        ("right: 3:05 PM", Verdict(False, None, "3:05 PM")),
        ("line 12 is wrong: $4", Verdict(True, 12, "$4")),
        ("the answer is wrong: 4", Verdict(True, None, "4")),
        ("Right: 17", None), ("right", None), ("right: ", None), ("line 0 is wrong: 4", None),
        ("line 2 is wrong", None), ("wrong: 4", None), ("17", None), ("", None), ("right: 1\n2", None),
    ],
)  # fmt: skip
def test_a_verdict_is_read_strictly(text, verdict):
    assert parse_verdict(text) == verdict
    assert verdict is None or str(verdict) == text


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("Line 2: 3 * 4 = 12, shown 13: wrong", Mark(2, "3 * 4 = 12", "13", False)),
        ("Answer: $5, shown $5: right", Mark(None, "$5", "$5", True)),
        ("Line 1: nothing to compute: right", Mark(1, "", "", True)),
        ("Answer: nothing to compute: right", None), ("Line 2: 3 * 4 = 12", None), ("3 * 4 = 12: right", None),
        ("Line 2: 3 * 4 = 12, shown 13: maybe", None), ("Line 0: 1 + 1 = 2, shown 2: right", None),
    ],
)  # fmt: skip
def test_a_mark_is_read_strictly(text, mark):
    assert parse_mark(text) == mark
    assert mark is None or str(mark) == text


def test_a_completion_without_a_verdict_keeps_what_can_be_read():
    check = parse_check("<reasoning>\nLine 1: 1 + 1 = 2, shown 2: right\nHm.\n</reasoning>\n<answer>2</answer>")
    assert check == Check((Mark(1, "1 + 1 = 2", "2", True),), None, 1)
    assert parse_check("") == Check((), None, 0)


def test_without_density_nothing_is_written_wrong_and_with_it_each_wrong_line_is_corrected():
    assert retry_steps(WORK, 0.0, "key") == ([(kind, content) for kind, content in STEPS[:4]], [])
    steps, wrong = retry_steps(WORK, 1.0, "key")
    assert wrong == [2, 4, 6]
    for number, clean in zip(wrong, WORK.lines[1:], strict=True):
        assert steps[number - 1][1] != str(clean)
        assert steps[number] == ("verify", f"Correction: {clean}")
        assert check_step(steps[number][1]).verdict == "true"


def test_masked_characters_are_exactly_the_wrong_lines():
    steps, wrong = retry_steps(WORK, 1.0, "key")
    trace = ReasoningTrace.build(QUESTION, steps, "$33", {"wrong_steps": wrong})
    text = render_completion(trace)
    assert [text[start:end] for start, end in masked_spans(trace)] == [steps[number - 1][1] for number in wrong]
    two = ReasoningTrace.build("q", [("x", "a"), ("y", "b\nc"), ("z", "d")], "e", {"wrong_steps": [2]})
    assert [render_completion(two)[start:end] for start, end in masked_spans(two)] == ["b\n  c"]
    assert masked_spans(two.model_copy(update={"meta": {}})) == []
    with pytest.raises(ValueError, match="names step 9, which is not there"):
        masked_spans(trace.model_copy(update={"meta": {"wrong_steps": [9]}}))


def test_a_changed_operation_of_the_same_value_is_no_error():
    work = read_work(Problem("Take 2 times 2, then add 3.", [("compute", "2 * 2 = 4"), ("compute", "4 + 3 = 7")], "7"))
    same = replace(work.lines[0], equation=replace(work.lines[0].equation, op="+"))
    with pytest.raises(ProofError, match="found the answer '7'"):
        prove(work, Twin("wrong_operation", (same, work.lines[1]), "7", 0))


PEN = "A pen costs $3. What do 4 pens and a $5 cap cost?"


@pytest.mark.parametrize(
    ("lines", "answer", "numbers", "arithmetic"),
    [
        (["4 * 3 = 12", "12 + 5 = 17"], "$17", False, False),
        (["4 * 3 = 12", "13 + 5 = 18"], "$18", True, True),  # a number from nowhere
        (["4 * 3 = 13", "13 + 5 = 18"], "$18", False, True),  # a false calculation, carried on
        (["4 * 3 = 12", "12 + 5 = 17"], "$19", True, True),  # another answer than the last result
        (["4 + 3 = 7", "7 + 5 = 12"], "$12", False, False),  # a wrong operation, computed rightly
    ],
)
def test_rule_baselines_see_numbers_from_nowhere_and_false_calculations_only(lines, answer, numbers, arithmetic):
    found = called_wrong(render_prompt(PEN, lines, answer))
    assert found == {"numbers": numbers, "arithmetic": arithmetic}


def test_what_the_rule_baselines_find_is_said_where_the_runs_are_explained():
    rules = read_json(DATA_ROOT / "eval-correction" / "manifest.json")["rule_baselines"]
    text = (PROJECT_ROOT / "submission_runs" / "README.md").read_text(encoding="utf-8")
    for found in rules.values():
        assert "{k} of {n} wrong works".format(**found["detection"]) in text
        assert found["false_alarms"]["k"] == 0
