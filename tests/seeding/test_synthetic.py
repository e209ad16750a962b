"""Claims about the families of one operation and of everyday facts: hand-written prompts, word lists, fact tables."""

from importlib import import_module

import pytest

from tunixlib.seeding.tasks.words import ADJECTIVES, GROUPS, NOUNS, spelled, split_number, uneven, with_article


def family(name):
    return import_module(f"tunixlib.seeding.tasks.{name}").FAMILY


# The wording is not that of the phrasings: the check reads the question, it does not repeat the template.
HAND_WRITTEN = [
    ("addition", "Please add 57 to 68.", "125"),
    ("subtraction", "Remove 28 from 63.", "35"),
    ("multiplication", "7 shelves with 23 books each: how many books?", "161"),
    ("division_exact", "Share 138 nuts among 6 birds.", "23"),
    ("halves_and_doubles", "Give me half of 74.", "37"),
    ("halves_and_doubles", "Give me twice 74.", "148"),
    ("rounding", "Now round 345 to the nearest ten.", "350"),
    ("rounding", "Now round 8.49 to the nearest whole number.", "8"),
    ("place_value", "Read the hundreds digit of 4027.", "0"),
    ("compare_numbers", "Is 0.7 or 0.65 larger?", "0.7"),
    ("compare_numbers", "Is -7 or -3 smaller?", "-7"),
    ("even_or_odd", "Parity of 34 + 57?", "odd"),
    ("reverse_word", 'Mirror "lamp".', "pmal"),
    ("count_letter", 'In "cheese", count "e".', "3"),
    ("first_or_last_letter", 'Give the second to last letter of "green apple".', "l"),
    ("alphabetical_order", 'Which is middle: "tree", "lamp" or "cup"?', "lamp"),
    ("uppercase_or_lowercase", 'Lower "GREEN LAMP".', "green lamp"),
    ("string_concat_or_repeat", 'Join "sun" and "rain" with a hyphen.', "sun-rain"),
    ("string_concat_or_repeat", 'Print "ha" 3 times.', "hahaha"),
    ("simple_logic", "Every oak is a tree. No tree is a bird. Is an oak a bird?", "no"),
    ("simple_logic", "If it is not hot, Ben does not swim. Ben swims. Is it hot?", "yes"),
    ("number_words", "Say 4016 in words.", "four thousand sixteen"),
    ("number_words", "Show nine hundred seventeen in digits.", "917"),
    ("remainder_of_division", "52 over 7 leaves what?", "3"),
    ("fraction_of_number", "Take three quarters of 80 apples.", "60"),
    ("answer_with_just_the_number", "Only the number of days in 6 weeks.", "42"),
    ("answer_with_just_the_number", "Number only: 91 - 57", "34"),
    ("square_numbers", "The square of 1.2?", "1.44"),
    ("square_numbers", "Take 5 squared. Add 3 to it.", "28"),
    ("animal_facts", "Legs of 3 spiders and 2 dogs?", "32"),
    ("animal_facts", "Would a whale be a fish?", "no"),
    ("geography_facts", "Which of Lima, Hanoi and Oslo is in Asia?", "Hanoi"),
    ("geography_facts", "Do Paris and Nairobi share a continent?", "no"),
    ("geography_facts", "Where is the capital of Kenya?", "Africa"),
    ("science_everyday", "Does an ice cube float?", "float"),
    ("science_everyday", "In which state is mercury at -40 °C?", "solid"),
    ("science_everyday", "Is Mars or Venus farther from the Sun?", "Mars"),
    ("science_everyday", "Is 5 cm³ of iron or 100 cm³ of pine wood heavier?", "pine wood"),
    ("classification_odd_one_out", "Odd one: oak, birch, trout, pine", "trout"),
    ("opposites_and_synonyms", 'Give the opposite of "hot": wet, cold or rich.', "cold"),
    (
        "cause_and_effect",
        "Al drops a wine glass on a stone floor. It follows that the glass breaks?",
        "the glass breaks",
    ),
]


@pytest.mark.parametrize(("name", "prompt", "answer"), HAND_WRITTEN)
def test_the_check_answers_a_prompt_that_nobody_generated(name, prompt, answer):
    assert family(name).solve(prompt) == answer


SHOWN = [
    (
        "division_exact",
        {"phrasing": "What is {a} / {b}?", "pair": (23, 6)},
        ["120 / 6 = 20 and 138 - 120 = 18", "18 / 6 = 3 and 20 + 3 = 23"],
    ),
    (
        "multiplication",
        {"phrasing": "What is {a} * {b}?", "pair": (23, 7)},
        ["20 * 7 = 140 and 3 * 7 = 21", "140 + 21 = 161"],
    ),
    (
        "multiplication",
        {"phrasing": "What is {a} * {b}?", "pair": (6, 7)},
        ["From the table of 7: 6 * 7 = 42", "The other way round: 42 / 7 = 6"],
    ),
    (
        "addition",
        {"phrasing": "What is {a} + {b}?", "tens": (20, 10), "ones": (3, 4)},
        ["Add the tens of 14: 23 + 10 = 33", "Add the ones, 4: 33 + 4 = 37"],
    ),
    (
        "compare_numbers",
        {
            "phrasing": "{ask}: {a}, {b}?",
            "kind": "decimal",
            "first": 7,
            "gap": -5,
            "swapped": False,
            "ask": "larger",
        },
        ["With two decimal places: 0.7 = 0.70", "0.70 > 0.65, so 0.7 is larger"],
    ),
    (
        "animal_facts",
        {"phrasing": "0", "kind": "two_kinds", "n": 3, "first": "spider", "m": 2, "second": "cat"},
        [
            "A spider has 8 legs and a cat has 4 legs.",
            "Legs of the spiders: 3 * 8 = 24",
            "Legs of the cats: 2 * 4 = 8",
            "Together: 24 + 8 = 32",
        ],
    ),
]


@pytest.mark.parametrize(("name", "parameters", "steps"), SHOWN)
def test_the_steps_read_as_a_teacher_would_write_them(name, parameters, steps):
    assert [content for _, content in family(name).build(**parameters).steps] == steps


def test_word_lists_hold_each_word_once():
    for words in (NOUNS, ADJECTIVES, [word for _, members in GROUPS.values() for word in members]):
        assert len(set(words)) == len(words)
    assert {len(members) for _, members in GROUPS.values()} == {8}


def test_no_noun_begins_with_another_noun():
    """Alphabetical order names the first letter in which two words differ."""
    assert [(a, b) for a in NOUNS for b in NOUNS if a != b and b.startswith(a)] == []


def test_no_capital_and_no_word_stands_in_two_rows_of_its_table():
    geography = import_module("tunixlib.seeding.tasks.geography_facts")
    opposites = import_module("tunixlib.seeding.tasks.opposites_and_synonyms")
    cities = [city for rows in geography._TABLE.values() for _, city in rows]
    words = [word for row in opposites._WORDS for word in row]
    assert len(cities) == 55 == len(set(cities))
    assert len(words) == 104 == len(set(words))


def test_yes_and_no_are_balanced_where_they_answer():
    """The larger share of the yes-or-no questions of a level is at most three fifths."""
    for name in ("simple_logic", "animal_facts", "geography_facts"):
        answers = {}
        for level, problem in family(name).walk("balance", 400):
            if problem.answer in ("yes", "no"):
                answers.setdefault(str(sorted(level.axes)), []).append(problem.answer == "yes")
        assert answers
        for found in answers.values():
            assert 0.4 <= sum(found) / len(found) <= 0.6, (name, len(found))


@pytest.mark.parametrize(("n", "parts"), [(47, (40, 7)), (248, (200, 48)), (6, (6, 0)), (1005, (1000, 5))])
def test_a_number_splits_into_its_leading_part_and_the_rest(n, parts):
    assert split_number(n) == parts


def test_small_text_tools_give_exact_words():
    assert uneven(18, 33) == (18, 19, 21, 22, 23, 24, 25, 26, 27, 28, 29, 31, 32)
    assert spelled("to me") == "t, o and m, e"
    assert [with_article(noun) for noun in ("oak", "rose", "ostrich")] == ["an oak", "a rose", "an ostrich"]
