"""Claims about the families of word problems and their writers of steps."""

import re
from fractions import Fraction

import pytest

from tunixlib.checking.steps import check_steps
from tunixlib.seeding.tasks import situations, trained_families
from tunixlib.seeding.tasks.text import money

NAMES = (
    "addition_chain",
    "age_problem",
    "average_of_numbers",
    "change_from_payment",
    "change_over_time",
    "compare_more_less",
    "fraction_addition",
    "groups_and_left_over",
    "mixed_operations",
    "multiplication_two_digit",
    "percent_discount",
    "percent_of_number",
    "ratio_recipe",
    "savings_over_weeks",
    "sharing_equally",
    "shopping_total",
    "speed_distance_time",
    "three_step_word_problem",
    "tip_or_tax",
    "two_step_word_problem",
    "unit_price",
    "work_rate_simple",
)
FAMILIES = {family.name: family for family in trained_families() if family.name in NAMES}


@pytest.fixture(params=NAMES)
def family(request):
    return FAMILIES[request.param]


def test_there_is_a_level_of_three_steps_and_one_of_four_or_more(family):
    steps = {level.steps for level in family.levels}
    assert min(steps) == 3
    assert 4 <= max(steps) <= 6


def test_every_step_states_something_that_is_checked_and_true(family):
    for _, problem in family.walk("words", 60):
        truth = check_steps([content for _, content in problem.steps])
        assert [step.verdict for step in truth.steps] == ["true"] * len(problem.steps), problem


def test_steps_are_short(family):
    for _, problem in family.walk("words", 60):
        for _, content in problem.steps:
            assert 4 <= len(content.split()) <= 14, content


def test_the_last_step_shows_the_answer(family):
    for _, problem in family.walk("words", 60):
        shown = problem.answer.removeprefix("$")
        assert re.search(rf"(?<![\d.]){re.escape(shown)}(?![\d.]*\d)", problem.steps[-1][1]), problem


def test_equations_are_exact():
    assert situations.equation(3, "*", 4) == "3 * 4 = 12"
    assert situations.equation(5, "/", 2) == "5 / 2 = 2.5"
    assert situations.equation(8, "-", Fraction("7.15"), money) == "8 - 7.15 = 0.85"


def test_a_check_says_what_it_confirms():
    assert situations.check(14, "+", 36, "the change is 36") == ("verify", "Check: 14 + 36 = 50, so the change is 36")
    assert situations.check(14, "+", 36) == ("verify", "Check: 14 + 36 = 50")


def test_amounts_and_percents_are_read_by_their_signs():
    prompt = "Add 15% to a $12.50 bill, then 20 percent to $3."
    assert situations.dollar_amounts(prompt) == [Fraction("12.5"), Fraction(3)]
    assert situations.percents(prompt) == [15, 20]


@pytest.mark.parametrize(
    ("name", "prompt", "answer"),
    [
        ("shopping_total", "Ada buys 3 mugs at $4 each and 2 caps at $5 each, plus $6 for delivery. Total?", "$28"),
        ("change_from_payment", "Ada pays for one cap for $3.75 and one mug for $1.50 with a $10 bill.", "$4.75"),
        ("sharing_equally", "Ada shares 3 bags of 20 nuts among 7 friends. How many are left over?", "4"),
        (
            "age_problem",
            "Ben and Ada are 30 years old together, and Ben is 4 years older than Ada. How old is Ben?",
            "17",
        ),
        ("mixed_operations", "Calculate 12 ÷ 3 + 4 × (6 + 6) - 2.", "50"),
        ("fraction_addition", "What is 1/4 + 1/12?", "1/3"),
        (
            "change_over_time",
            "A bus has 20 people. First 6 get on, then 9 get off, and finally 4 get on. How many?",
            "21",
        ),
        (
            "unit_price",
            "Sun Store sells 4 mugs for $12. Fox Shop sells 5 mugs for $10. Where is it cheaper?",
            "Fox Shop",
        ),
    ],
)
def test_known_prompts_have_known_answers(name, prompt, answer):
    assert FAMILIES[name].solve(prompt) == answer
