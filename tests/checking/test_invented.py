"""Which operands come from nowhere."""

from fractions import Fraction

import pytest

from tunixlib.checking.invented import KnownNumbers
from tunixlib.checking.steps import check_step, check_steps


def invented(prompt, *steps):
    known = KnownNumbers(prompt)
    return [known.invented(step) for step in check_steps(steps, prompt).steps]


PENS = "A pen costs 3 dollars. How much are 4 pens?"


@pytest.mark.parametrize(
    ("prompt", "steps", "found"),
    [
        (PENS, ["4 * 3 = 12"], [()]),
        (PENS, ["4 * 5 = 20"], [(5,)]),
        (PENS, ["4 * 3 = 12", "12 + 9 = 21"], [(), (9,)]),
        (PENS, ["12 + 9 = 21", "21 + 9 = 30"], [(9,), ()]),
        (PENS, ["4 * 3 = 13", "13 + 4 = 17"], [(), ()]),
        (PENS, ["7 * 3 = 21"], [()]),
        (PENS, ["Think.", "So it is 9.", "9 + 3 = 12"], [(), (), (9,)]),
        (PENS, ["55 < 66"], [(55, 66)]),
        ("Compare 34 and 39", ["3 < 9"], [(3, 9)]),
        ("Compare 34 and 39", ["The ones digits differ: 4 < 9", "34 < 39"], [(), ()]),
        ("Compare 34 and 39", ["34 < 60"], [(60,)]),
        ("8 / 0", ["4 * 0 = 0"], [(4,)]),
        (PENS, ["x = 9", "9 + 3 = 12"], [(), ()]),
        ("Add fifty-three and 1/4.", ["53 + 1/4 = 53.25"], [()]),
        ("20% off 50 dollars", ["0.8 * 50 = 40"], [()]),
        ("Two hours", ["2 * 3600 = 7200"], [(3600,)]),
        ("Two hours in seconds", ["2 * 3600 = 7200"], [()]),
        ("Two hours", ["2 hours * 3600 = 7200 seconds"], [()]),
        ("Half of 118", ["100 / 2 = 50 and 18 / 2 = 9", "50 + 9 = 59"], [(), ()]),
        ("Is 9 a factor of 27?", ["3 * 9 = 27"], [()]),
        ("Is 9 a factor of 28?", ["5 * 9 = 45"], [(5,)]),
        ("246 days", ["30 * 7 = 210", "246 - 210 = 36", "5 * 7 = 35"], [(), (), ()]),
        ("246 days", ["33 * 7 = 231"], [(33,)]),
        ("Share 252 among 9", ["180 / 9 = 20 and 252 - 180 = 72"], [()]),
        ("The root of 36", ["Try 4: 4 * 4 = 16", "5 * 5 = 25 is below 36", "6 * 6 = 36"], [(), (), ()]),
        ("He has 36", ["If he gives away 5: 36 - 5 = 31"], [()]),
        ("He has 36", ["He gives away 5: 36 - 5 = 31"], [(5,)]),
        ("Round 18.03", ["Halfway between 18 and 19: 18 + 0.5 = 18.5"], [()]),
        ("17 / 5", ["17 / 5 = 3 remainder 2", "17 - 3 = 14"], [(), ()]),
        ("4/7 and 2/35", ["35 / 7 = 5", "4 * 5 = 20, so 4/7 = 20/35", "20/35 + 2/35 = 22/35"], [(), (), ()]),
        ("The average of 7, 13 and 10", ["7 + 13 + 10 = 30", "30 / 3 = 10"], [(), ()]),
        ("The average of 27, 13 and 40", ["80 / 6 = 13.33"], [(80, 6)]),
    ],
)
def test_an_operand_is_invented_when_neither_prompt_nor_results_nor_rule_gives_it(prompt, steps, found):
    assert invented(prompt, *steps) == found


def test_the_rule_of_one_unknown_asks_for_a_true_equation_and_known_others():
    assert invented("27 and 9", "4 * 9 = 27") == [(4,)]
    assert invented("27 and 9", "9 + 6 + 12 = 27") == [()]
    assert invented("27 and 9", "9 + 5 + 13 = 27") == [(5, 13)]
    assert invented("27 and 9", "9 + 5 = 14") == [(5,)]
    assert invented("27 and 9", "9 + 3 = 12") == [(3,)]


def test_signs_do_not_matter_and_each_operand_is_listed_once():
    assert invented("From -5 to 8", "5 + 8 = 13", "6 + 6 - -6 = 18") == [(), (6,)]


def test_decimals_are_exact():
    assert invented("1.5 liters", "1.50 * 3.25 = 4.875") == [(Fraction(13, 4),)]


def test_a_claim_about_text_has_no_operands():
    assert KnownNumbers("x").invented(check_step("a appears 33 times in banana")) == ()
