"""What steps claim about letters, words and lists, and what of it is true, false or left alone."""

import pytest

from tunixlib.checking.spelling import Said, words_of
from tunixlib.checking.steps import check_step, check_steps
from tunixlib.checking.strings import MAX_LENGTH

TRUE = """
The letters of lamp: l, a, m, p
The letters of lamp are l, a, m, p.
The letters in the word lamp are l-a-m-p
The first word is apple: a, p, p, l, e
lamp is spelled l, a, m, p
lamp reversed is pmal
"lamp" spelled backwards is "pmal"
The reverse of lamp is pmal
Reversing lamp gives pmal.
Backwards, l-e-v-e-l is l-e-v-e-l
Backwards, 1-a is a-1 and lamp reversed is pmal
The last letter of lamp is p
The second to last letter of "lamp" is m
lamp starts with l and storm with s
The word queen starts with q
so storm ends with rm
"lamp" has 4 letters
The word lamp has four letters.
a appears once in lamp
The letter "e" occurs 3 times in "cheese"
p appears twice in apple
lamp in uppercase is LAMP
so LAMP in lowercase is lamp
Join sea and lion: sea-lion
Join sea and lion: sea_lion
Join sea and lion: sealion
28, 23, 22 is from largest to smallest
2, 3.5 and 12 is from smallest to largest
-3, -2, 5 are in increasing order
From small to large: 3, 5, 9
Sorted in descending order: 9, 5, 5
In alphabetical order: apple, cup, lamp
c comes before l in the alphabet, so cup is first
lamp comes after cup in alphabetical order
so 16 is below 36
4 * 4 = 16 is below 36
Since 9 is greater than 7, stop
"""

FALSE = """
The letters of lamp: l, a, p, m
The first word is apple: a, p, l, e
lamp is spelled l, a, m, b
lamp reversed is plam
The reverse of lamp is lamp
Backwards, l-e-v-e-r is l-e-v-e-l
The last letter of lamp is l
storm starts with h
so storm ends with st
"lamp" has 5 letters
a appears twice in lamp
The letter "e" occurs 2 times in "cheese"
lamp in uppercase is Lamp
Join sea and lion: sea-loin
Join sea and lion: sea
Join river and cabin: river-and-cabin
28, 22, 23 is from largest to smallest
From smallest to largest: 3, 5, 4
In alphabetical order: apple, lamp, cup
l comes before c in the alphabet
so 36 is below 16
4 * 4 = 16 is above 36
"""

UNCHECKED = """
The letters in order: A, B, C, D
Join baker and salt: Baker-Salt
The letters are l, a, m, p
From last to first: p, m, a, l
The last of these is p
The last letter of the word is p
The word starts with b
egg starts with a vowel
lamp starts with something
Ben has 5 letters.
a appears 3 times in the text
In order: l, m, e
Words in that order: melon, earth
In reverse alphabetical order: lamp, cup
From most to least useful: 3, 5, 4
10 - 3 is less than 5
3 is less than 2 dozen
3 km is more than 500 m
1/2 is less than 1/4
Sum of 3 and 4 is below 5
10 is less than 5% of 300
lamp reversed is something else entirely
Join the club: now
Add cabin: river-cabin
The letters of lamp: l, a, m, p, and so on, more
"""


def rows(table: str) -> list[str]:
    return table.strip().splitlines()


@pytest.mark.parametrize("text", rows(TRUE))
def test_a_true_claim_about_text_is_called_true(text: str) -> None:
    assert check_step(text).verdict == "true", check_step(text).claims


@pytest.mark.parametrize("text", rows(FALSE))
def test_a_false_claim_about_text_is_called_false(text: str) -> None:
    assert check_step(text).verdict == "false", check_step(text).claims


@pytest.mark.parametrize("text", rows(UNCHECKED))
def test_a_wording_with_more_than_one_meaning_is_left_alone(text: str) -> None:
    assert check_step(text).verdict == "unchecked", check_step(text).claims


@pytest.mark.parametrize(
    ("prompt", "steps", "verdicts"),
    [
        ('Write "lamp" backwards.', ["The letters are l, a, m, p", "From last to first: p, m, a, l"], "true true"),
        ('Write "lamp" backwards.', ["The letters are l, a, p, m", "From last to first: m, p, a, l"], "false true"),
        ('Write "lamp" backwards.', ["Reversed: pmal"], "true"),
        ('Write "lamp" backwards.', ["From last to first: p, m, a, l", "Backwards: pmal"], "true unchecked"),
        ('Write "lamp" backwards.', ["Reversed: lapm"], "false"),
        ('Write "to me" backwards.', ["Reversed: emot"], "unchecked"),
        ('Which letters of "lamp" are vowels?', ["The letters are a, a"], "unchecked"),
        ('Join "lamp" and "cup".', ["The letters are c, u, p"], "unchecked"),
        ('The last letter of "lamp"?', ["The letters of lamp: l, a, m, p", "The last of these is p"], "true true"),
        ('The last letter of "lamp"?', ["The letters of lamp: l, a, m, p", "The last of these is m"], "true false"),
        ('How many e in "eve"?', ["Spelled out: e, v, e", "e stands at places 1, 3: 1 + 1 = 2"], "true true"),
        ('How many e in "eve"?', ["Spelled out: e, v, e", "e stands at places 1, 2: 1 + 1 = 2"], "true false"),
        ('How many e in "eve"?', ["Spelled out: e, v, e", "v stands at place 2 only: 1"], "true true"),
        ('How many x in "eve"?', ["Spelled out: e, v, e", "None of them is x: 0"], "true true"),
        ('How many e in "eve"?', ["Spelled out: e, v, e", "None of them is e: 0"], "true false"),
        ('Write "BUSY DOC" in lowercase.', ["The letters are B, U, S, Y and D, O, C"], "true"),
        ('Write "BUSY DOC" in lowercase.', ["In lowercase they are busy doc"], "true"),
        ('Write "SHARK" in lowercase.', ["In lowercase they are s, h, a, r, k"], "true"),
        ('Write "SHARK" in lowercase.', ["In lowercase they are s, h, a, k"], "false"),
        ("Join a, b, c", ["Join sea and lion: sea-lion", "Add cub: sea-lion-cub"], "true true"),
        ("Join a, b, c", ["Join sea and lion: sea-lion", "Add cub and rat: sea-lion-cub-rat"], "true true"),
        ("Join a, b, c", ["Join sea and lion: sea-lion", "Add cub: sea-lion-cab"], "true false"),
        ('Write "vaf" 3 times.', ["2 copies: vafvaf"], "true"),
        ('Write "vaf" 3 times.', ["2 copies: vafvaff"], "false"),
        ("The map shows 3 cm.", ["1 cm = 5 km", "3 * 5 = 15"], "unchecked true"),
        ("The road is 3 cm long.", ["1 cm = 5 km"], "false"),
    ],
)
def test_a_claim_may_need_the_prompt_or_the_steps_before(prompt: str, steps: list[str], verdicts: str) -> None:
    assert [step.verdict for step in check_steps(steps, prompt).steps] == verdicts.split()


def test_a_claim_is_listed_as_it_is_written() -> None:
    claims = check_step("3 + 4 = 7, so lamp reversed is pmal.").claims
    assert [(claim.text, claim.verdict) for claim in claims] == [
        ("3 + 4 = 7", "true"),
        ("so lamp reversed is pmal", "true"),
    ]


def test_a_step_beyond_the_cap_is_not_read_for_words() -> None:
    text = "lamp reversed is plam. "
    assert check_step(text + "x" * (MAX_LENGTH - len(text))).verdict == "false"
    assert check_step(text + "x" * (MAX_LENGTH - len(text) + 1)).verdict == "unchecked"


def test_spelled_words_are_put_together() -> None:
    assert words_of("t, o and m, e") == words_of("t-o m-e") == ["to", "me"]
    assert words_of("lamp") == ["lamp"]


def test_only_a_single_quoted_text_is_what_a_prompt_asks_about() -> None:
    assert Said('Reverse "lamp". Only "lamp"!').quoted == "lamp"
    assert Said('Join "lamp" and "cup".').quoted == Said("Reverse lamp.").quoted == ""
    assert Said('How many "e" in "eve"?').quoted == "eve"
