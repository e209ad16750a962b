"""Does it read the same from both ends? 14741 -> yes, level -> yes, lever -> no."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.transforms import quoted, spell

_WORDS = (
    "bib", "dad", "did", "eve", "eye", "gag", "gig", "mom", "mum", "nun", "pep", "pop", "pup", "sis", "tot", "wow",
    "deed", "noon", "peep", "sees", "toot", "civic", "kayak", "level", "madam", "radar", "refer", "rotor",
    "sagas", "solos", "stats", "bow", "day", "dig", "ear", "eat", "gas", "get", "mop", "mud", "net", "pen", "pot",
    "pub", "set", "ten", "wet", "dead", "need", "noun", "peel", "seas", "tool", "cabin", "lever", "magic", "modem",
    "motor", "radio", "rover", "kitty", "river", "solar", "start", "sales",
)  # fmt: skip


def build(phrasing: str, text: str = "", a: int = 0, middle: str = "", twist: int = 0) -> Problem:
    """Write the text backwards and compare. A number ends like it begins, unless ``twist`` changes its last digit."""
    text = text or f"{a}{middle}{a + twist}"
    back = text[::-1]
    same = back == text
    steps = [
        ("transform", f"Backwards, {spell(text)} is {spell(back)}"),
        ("compare", f"{text} and {back} are {'the same' if same else 'different'}"),
    ]
    return Problem(phrasing.format(text=text), steps, "yes" if same else "no")


def solve(prompt: str) -> str:
    """Compare the letters from outside to inside."""
    text = quoted(prompt)[0]
    return "yes" if all(text[i] == text[-1 - i] for i in range(len(text) // 2)) else "no"


FAMILY = Family(
    name="palindrome_check",
    category="synthetic",
    phrasings=(
        'Is "{text}" a palindrome? Answer yes or no.',
        'Does "{text}" read the same forwards and backwards? Say yes or no.',
        'Look at "{text}" in the order from last to first. Is it unchanged, yes or no?',
        'yes or no: "{text}" stays the same when it is turned around',
    ),
    levels=(
        Level("easy", {"text": _WORDS}, steps=2),
        Level("easy", {"a": range(1, 9), "middle": tuple("0123456789"), "twist": (0, 1)}, steps=2),
        Level(
            "medium", {"a": range(1, 9), "middle": tuple(2 * digit for digit in "0123456789"), "twist": (0, 1)}, steps=2
        ),
        Level(
            "hard",
            {"a": range(1, 9), "middle": tuple(f"{n}{n // 10}" for n in range(10, 100)), "twist": (0, 1)},
            steps=2,
        ),
    ),
    build=build,
    solve=solve,
)
