"""What holds of all work: seeded steps are never false, a corrupted digit is seen, no text raises or slows it down."""

import random
import sys
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunixlib.checking.steps import check_step
from tunixlib.checking.work import Work, check_work
from tunixlib.seeding.families import Problem
from tunixlib.seeding.tasks import trained_families, unseen_families

FAMILIES = (*trained_families(), *unseen_families())
PER_LEVEL = 2


@cache
def problems() -> tuple[tuple[str, Problem], ...]:
    return tuple((family.name, problem) for family in FAMILIES for _, problem in family.walk("work", PER_LEVEL))


def work_of(problem: Problem, steps: list[str] | None = None) -> Work:
    return check_work(problem.prompt, steps or [content for _, content in problem.steps], problem.answer)


def test_seeded_work_is_never_false_and_its_answer_never_fails_to_follow() -> None:
    assert len({name for name, _ in problems()}) == len(FAMILIES) > 90
    for name, problem in problems():
        work = work_of(problem)
        assert work.truth.false == 0, (name, problem, work)
        assert work.answer_follows is not False, (name, problem)


def test_few_seeded_traces_seem_to_invent_a_number() -> None:
    works = [work_of(problem) for _, problem in problems()]
    # What is left: recalled facts, and counts of things that are named but not numbered.
    assert sum(work.invents for work in works) / len(works) < 0.05


def digits_of(text: str) -> list[int]:
    """Where the digits of decided arithmetic stand in a step."""
    places: set[int] = set()
    for claim in check_step(text).claims:
        if claim.verdict == "true" and claim.left and claim.right:
            start, end = claim.left.tokens[0].start, claim.right.tokens[-1].end
            places |= {at for at in range(start, end) if text[at].isdigit()}
    return sorted(places)


def corruptions(chance: random.Random) -> Iterator[tuple[Problem, int, list[str]]]:
    """Each checkable step of each problem with one of its digits replaced by another one."""
    for _, problem in problems():
        steps = [content for _, content in problem.steps]
        for index, content in enumerate(steps):
            places = digits_of(content)
            if places:
                at = chance.choice(places)
                digit = chance.choice([other for other in "0123456789" if other != content[at]])
                yield problem, index, [*steps[:index], content[:at] + digit + content[at + 1 :], *steps[index + 1 :]]


def test_one_corrupted_digit_in_a_checkable_step_is_found_in_99_of_100_cases() -> None:
    missed, cases = [], 0
    for problem, index, steps in corruptions(random.Random("one digit")):
        cases += 1
        work = work_of(problem, steps)
        if work.truth.steps[index].verdict != "false" and not work.invented[index]:
            missed.append(steps[index])
    assert cases > 1000
    assert len(missed) <= cases / 100, (len(missed), cases, missed[:20])


PIECES = [*"0123456789+-*/^%()=<>≈.,: \"'-²½", " = ", " is ", " letters ", "lamp", " reversed is ", "Join ", " and "]
PIECES += [
    "a, b, c",
    "From last to first: ",
    "The letters are ",
    " of these is ",
    "cm",
    " from smallest to largest",
    "\n",
]
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=40).map("".join))


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.lists(TEXTS, max_size=4), st.one_of(st.none(), TEXTS))
def test_any_work_is_judged(prompt: str, steps: list[str], answer: str | None) -> None:
    work = check_work(prompt, steps, answer)
    assert len(work.truth.steps) == len(work.invented) == len(steps)
    assert work.answer_follows in (True, False, None)


HOSTILE = {
    "letters": "The letters are a" + ", a" * 3000,
    "words": "lamp reversed is " * 500,
    "groups": ": " + "a-a and " * 1000,
    "lists": "1, " * 3000 + "is from smallest to largest",
    "quotes": '"' * 4000,
    "commas": "a, " * 3000,
    "numbers": "7 + 1 = 8, " * 400,
    "invented": "".join(f"{n} * 3 = {3 * n}, " for n in range(1000, 1300)),
    "hundreds": "hundred " * 800,
    "fractions": "1/3 " * 1500,
    "not": "not " * 2000,
}


def calls(prompt: str, steps: list[str], answer: str) -> int:
    """How many functions, those of C included, a judgement calls: its cost without a clock."""
    count = 0

    def listen(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(listen)
    try:
        check_work(prompt, steps, answer)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("name", HOSTILE)
def test_twice_the_text_costs_no_more_than_twice_the_calls(name: str) -> None:
    text = HOSTILE[name]
    one = calls(text, [text, "4 * 3 = 12"], text)
    two = calls(text * 2, [text * 2, "4 * 3 = 12"], text * 2)
    assert two <= 2.2 * one + 200


def test_twice_the_steps_cost_no_more_than_twice_the_calls() -> None:
    steps = [f"{n} * 17 = {17 * n} letters, so lamp starts with l" for n in range(1000, 1200)]
    assert calls("x", steps * 2, "5") <= 2.2 * calls("x", steps, "5") + 200
