"""Claims about the text transformations, the edge cases and the unseen families, with answers found by hand."""

import re
import unicodedata

import pytest

from tunixlib.seeding.tasks import trained_families, unseen_families

FAMILIES = {family.name: family for family in trained_families() + unseen_families()}

BY_HAND = [
    ("transform_sort_words", "Put the words pear, apple, fig in alphabetical order.", "apple, fig, pear"),
    ("transform_sort_words", "Sort these words alphabetically: stone, sand, soup.", "sand, soup, stone"),
    ("transform_replace_letter", 'Replace every "a" with "o" in "banana".', "bonono"),
    ("transform_remove_vowels", 'Write "green planet" without its vowels.', "grn plnt"),
    ("transform_title_case", 'How does "the old house" look when each word begins with a capital?', "The Old House"),
    ("transform_swap_words", 'Swap the first and the third word of "rain candle lion".', "lion candle rain"),
    ("transform_dates", "Change 2024-03-05 to the form day, month name, year.", "5 March 2024"),
    ("transform_dates", "Change 2024-12-15 to the form month name, day, comma, year.", "December 15, 2024"),
    ("transform_dates", "Change 5 March 2024 to the form year-month-day in digits.", "2024-03-05"),
    ("transform_initials", "Write the initials of Ada Marie Lopez with full stops.", "A.M.L."),
    ("transform_initials", "Write the initials of Ada Lopez in small letters without full stops.", "al"),
    ("transform_join_with_hyphen", "Join the words red, apple, tree with hyphens.", "red-apple-tree"),
    ("transform_extract_field", 'Read "name=Ada; age=7; city=Oslo" and give the value of: age.', "7"),
    ("edge_division_by_zero", "What is 7 / 0?", "undefined"),
    ("edge_division_by_zero", "What is 44 / (53 - 53)?", "undefined"),
    ("edge_missing_information", "Ada buys 9 pens, all at the same price. How much?", "cannot be determined"),
    ("edge_contradiction", "Ada draws a square with one side of 3 cm and another side of 5 cm.", "impossible"),
    ("edge_contradiction", "Ada draws a triangle with sides of 3 cm, 3 cm and 8 cm.", "impossible"),
    ("edge_odd_punctuation", "so,,, what is 17-5 ??!", "12"),
    ("edge_all_caps_or_lowercase", "HELP!! ADA HAS 12 PENS AND LOSES 5!! HOW MANY PENS NOW??", "7"),
    ("edge_empty_input", 'The note from Ada reads "". Count its words.', "0"),
    ("edge_empty_input", 'The note from Ada reads "". Reverse it.', "empty"),
    ("edge_huge_numbers", "What is 4382915064 + 7?", "4382915071"),
    ("edge_huge_numbers", "What is 17 million + 5 million?", "22 million"),
    ("edge_other_scripts", "¿Cuánto es 17 más 28?", "45"),
    ("edge_other_scripts", "12 乘以 5 等于多少?", "60"),
    ("edge_other_digits", "What is १७ + २८? Answer in ordinary digits.", "45"),
    ("edge_just_the_number", "Ada has 40 pens and hands out 12 of them. Just the number, please.", "28"),
    ("edge_irrelevant_details", "Ada is 9 years old. Ada has 12 pens and buys 5 more. How many pens?", "17"),
    ("edge_negative_numbers", "The thermometer shows -4 degrees. Then the temperature falls by 8 degrees.", "-12"),
    ("edge_identity", "Trick question: what is 0 / 36?", "0"),
    ("edge_long_list", "Count the words of this list: apple, fig, pear", "3"),
    ("edge_units_in_text", "Ada: 45 pens, then gets twenty-three more. Write the new number in digits.", "68"),
    ("edge_repeated_question", "What is 17 + 28? What is 17 + 28?", "45"),
    ("edge_invented_words", "Each blorp has 3 zings. How many zings do 4 blorps have?", "12"),
    (
        "book_pages",
        "Of the 240 pages of a diary, Ada knows the first 30. At 15 pages a day, how many days remain?",
        "14",
    ),
    ("fence_posts", "Ada builds a straight fence of 20 metres with a post every 4 metres and one at each end.", "6"),
    ("handshakes_small", "At the party of Ada there are 6 people.", "15"),
    ("chickens_and_cows", "10 heads and 28 legs belong to chickens and cows. How many chickens are there?", "6"),
    ("chickens_and_cows", "10 heads and 28 legs belong to chickens and cows. How many cows are there?", "4"),
    ("water_tank", "The pool takes 180 litres. Every minute it gains 12 litres and loses 3.", "20"),
    ("stairs_and_floors", "Ada walks up from floor 2 to floor 6. Between two floors there are 15 stairs.", "60"),
    ("ticket_sales", "The zoo sold 3 adult tickets at $8 and 4 child tickets at $5.", "$44"),
    ("roman_numerals", "Which number is the Roman numeral XLVII?", "47"),
    ("caesar_shift_by_one", 'Take "cat" and put for each letter the next letter in the alphabet.', "dbu"),
    ("palindrome_check", 'Is "14741" a palindrome? Answer yes or no.', "yes"),
    ("palindrome_check", 'Is "lever" a palindrome? Answer yes or no.', "no"),
    ("vowel_count", 'How many vowels (a, e, i, o, u) are there in "green planet"?', "4"),
    ("middle_number", "What is the median of 12, 5, 9?", "9"),
    ("next_leap_year", "Which is the first leap year after 2024?", "2028"),
    ("temperature_conversion", "25 C for the tea: which value in F?", "77"),
    ("clock_hands_angle", "The tower clock shows 9 o'clock.", "90"),
    ("family_relations", "What is the brother of Ada's mother to Ada?", "uncle"),
    ("seasons_hemisphere", "July, Chile: winter, spring, summer or autumn?", "winter"),
    (
        "snail_in_well",
        "The snail wants to leave a pit 9 feet deep. It gains 3 feet by day and loses 1 feet by night.",
        "4",
    ),
    ("queue_position", "Ada is 5th from the front of a queue and 8th from the back.", "12"),
    ("compass_turns", "Start: north. Ada turns right, then right, then left. End: ?", "east"),
]


@pytest.mark.parametrize(("name", "prompt", "answer"), BY_HAND)
def test_the_check_finds_the_answer_found_by_hand(name, prompt, answer):
    assert FAMILIES[name].solve(prompt) == answer


def test_every_transformation_edge_case_and_unseen_family_has_an_answer_found_by_hand():
    here = {name for name in FAMILIES if name.startswith(("transform_", "edge_"))}
    here |= {family.name for family in unseen_families()}
    assert {name for name, _, _ in BY_HAND} == here


def test_transformations_have_two_steps_and_edge_cases_two_to_four():
    for family in trained_families():
        steps = {level.steps for level in family.levels}
        if family.category == "golden_style":
            assert steps == {2}, family.name
        if family.category == "edge_case":
            assert steps <= {2, 3, 4}, family.name


def test_there_are_at_least_twelve_kinds_of_edge_cases_and_twelve_unseen_families():
    assert sum(family.category == "edge_case" for family in trained_families()) >= 12
    assert len(unseen_families()) >= 12


def test_a_division_by_a_number_is_not_called_undefined():
    assert FAMILIES["edge_division_by_zero"].solve("What is 12 / 4?") == "3"


def test_a_story_that_holds_together_is_not_called_impossible():
    solve = FAMILIES["edge_contradiction"].solve
    assert solve("Ada draws a triangle with sides of 3 cm, 3 cm and 5 cm.") == "possible"
    assert solve("Ada has exactly 8 apples and eats 5 of these apples.") == "possible"


def test_a_question_with_both_numbers_is_not_called_undetermined():
    assert FAMILIES["edge_missing_information"].solve("Ada has 9 pens and finds 3 more. How many pens?") == "12"


def folded(prompt: str) -> str:
    """Case, white space and punctuation dropped; the signs of a sum stay, since they make it another question."""
    return " ".join(re.findall(r"\w+|[-+*/]", unicodedata.normalize("NFKC", prompt).casefold()))


def test_edge_cases_ask_nothing_that_another_family_asks_even_without_case_and_punctuation():
    owners: dict[str, set[str]] = {}
    for family in trained_families() + unseen_families():
        for _, problem in family.walk("collisions", 100):
            owners.setdefault(folded(problem.prompt), set()).add(family.name)
    shared = {prompt: names for prompt, names in owners.items() if len(names) > 1}
    assert {prompt: names for prompt, names in shared.items() if any(name.startswith("edge_") for name in names)} == {}


def test_edge_cases_of_different_cores_differ_even_without_case_and_punctuation():
    """Else a question kept for evaluation could be trained on with other punctuation."""
    for family in trained_families():
        if family.category != "edge_case":
            continue
        trained = {folded(problem.prompt) for _, problem in family.walk("folded", 300)}
        for number in range(len(family.levels)):
            kept = min(50, family.eval_cores(number))
            asked = (family.evaluation_problem(number, index).prompt for index in range(kept))
            assert [prompt for prompt in asked if folded(prompt) in trained] == [], family.name
