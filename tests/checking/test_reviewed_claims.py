"""What a hostile reader found: true statements called false, and false arithmetic that a word hid."""

import pytest

from tunixlib.checking.spelling import Said
from tunixlib.checking.steps import check_step

NOTES_AND_FACTORS = [
    ("10 + 5 (bonus 5) = 15", "unchecked"),
    ("10 + 5(bonus 5) = 15", "unchecked"),
    ("50 + 10 (20% of 50) = 60", "unchecked"),
    ("$40 - $6 (15%) = $34", "unchecked"),
    ("$40 - $6(15%) = $34", "unchecked"),
    ("3 eggs + 4 eggs (from step 2) = 7 eggs", "unchecked"),
    ("10 (step 2) + 5 = 15", "unchecked"),
    ("15 = 10 (step 2) + 5", "unchecked"),
    ("$15 = 10 dollars (step 2) + 5 dollars", "unchecked"),
    ("1010 (base 2) = 10", "unchecked"),
    ("10 = 1010 (base 2)", "unchecked"),
    ("14 = 2 (3 + 4)", "unchecked"),
    ("2 (3 + 4) = 14", "unchecked"),
    ("2(3 + 4) = 14", "true"),
    ("2(3 + 4) = 15", "false"),
    ("14 = 2(3 + 4)", "true"),
    ("(1 + 1)(3 + 4) = 14", "true"),
    ("2(3) = 6", "true"),
    ("Total (3 + 4) = 8", "false"),
    ("3 + 4 = 7 (apples)", "true"),
    ("3 + 4 = 8 (apples)", "false"),
]

NOT_PLAIN = [
    ("2 : 3 = 4 : 6", "unchecked"),
    ("2: 3 = 4: 6", "unchecked"),
    ("Ratio: 2 : 3 = 4 : 6", "unchecked"),
    ("Step 2: 3 + 4 = 8", "false"),
    ("2: 3 + 4 = 8", "false"),
    ("? + 3 = 7", "unchecked"),
    ("? - 3 = 7", "unchecked"),
    ("□ + 3 = 7", "unchecked"),
    ("3 □ 4 = 7", "unchecked"),
    ("★ + 3 = 7", "unchecked"),
    ("✅ 3 + 4 = 7", "true"),
    ("What is it? 3 + 4 = 8", "false"),
    ("3 + 4 = 8 ✓", "false"),
    ("9 AM + 5 hours = 2 PM", "unchecked"),
    ("9 + 5 = 2 o'clock", "unchecked"),
    ("I am sure: 3 + 4 = 8", "false"),
    ("17 = 2 (mod 5)", "unchecked"),
    ("17 = 2 mod 5", "unchecked"),
    ("3 = 17 mod 5", "false"),
    ("1 box = 12", "unchecked"),
    ("3 packs = 18", "unchecked"),
    ("18 = 3 packs", "unchecked"),
    ("3 packs < 18", "true"),
    ("7 apples = 7", "unchecked"),
    ("5 apples = 6 apples", "false"),
    ("2 * 3 packs = 18", "false"),
    ("It is false that 3 + 4 = 8", "unchecked"),
    ("It isn't true that 3 + 4 = 8", "unchecked"),
    ("Wrong: 3 + 4 = 8", "unchecked"),
    ("3 + 4 = 8, but that is wrong", "unchecked"),
    ("3 + 4 = 8, which isn't right", "unchecked"),
    ("3 + 4 = 8 apples (wrong)", "unchecked"),
    ("That was wrong, so 3 + 4 = 8", "false"),
    ("3 + 4 = 8, so the guess is wrong", "false"),
]

NO_ESCAPE = [
    ("Round trip: 2 * 37 = 70", "false"),
    ("A round costs 3 * 4 = 10 dollars", "false"),
    ("The nearest shop: 2 * 37 = 70", "false"),
    ("Whole class: 27 / 2 = 13", "false"),
    ("First floor: 27 / 2 = 13", "false"),
    ("Plan: 2 m + 50 cm = 52 cm", "false"),
    ("The model is 1 m = 10 cm", "false"),
    ("To the nearest ten: 2 * 37 = 70", "unchecked"),
    ("It rounds to 2 * 37 = 70", "unchecked"),
    ("2 * 37 = 70 (rounded)", "unchecked"),
    ("Rounding: 2 * 37 = 70", "unchecked"),
    ("Whole boxes: 27 / 2 = 13", "unchecked"),
    ("We round: 27 / 2 = 14", "unchecked"),
    ("Round down: 27 / 2 = 13", "unchecked"),
    ("27 / 2 = 13 whole", "unchecked"),
    ("Whole children: 27 / 2 = 13", "unchecked"),
    ("The whole number part: 27 / 2 = 13", "unchecked"),
    ("27 / 2 = 13 with 1 left over", "unchecked"),
    ("On the map 1 cm = 5 km", "unchecked"),
    ("Drawn to scale: 1 cm = 5 km", "unchecked"),
]


@pytest.mark.parametrize(("text", "verdict"), NOTES_AND_FACTORS)
def test_a_parenthesis_beside_an_operand_is_a_factor_only_where_it_touches(text, verdict):
    assert check_step(text).verdict == verdict, check_step(text).claims


@pytest.mark.parametrize(("text", "verdict"), NOT_PLAIN)
def test_ratios_blanks_clocks_packs_and_denials_are_not_called_false(text, verdict):
    assert check_step(text).verdict == verdict, check_step(text).claims


@pytest.mark.parametrize(("text", "verdict"), NO_ESCAPE)
def test_no_everyday_word_hides_false_arithmetic(text, verdict):
    assert check_step(text).verdict == verdict, check_step(text).claims


@pytest.mark.parametrize(
    ("prompt", "verdict"),
    [
        ("A phone plan costs $5. How long is 1 m?", "false"),
        ("A model train is 1 m long.", "false"),
        ("Weighed on a scale", "false"),
        ("A map has the scale 1 cm to 5 km.", "unchecked"),
        ("A drawing with a scale of 1 to 10", "unchecked"),
        ("On a treasure map", "unchecked"),
        ("Each cm stands for 5 km", "unchecked"),
    ],
)
def test_only_a_drawing_with_a_scale_in_the_prompt_leaves_a_conversion_open(prompt, verdict):
    assert check_step("1 m = 10 cm", Said(prompt)).verdict == verdict
