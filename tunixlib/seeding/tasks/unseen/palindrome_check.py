"""Does it read the same from both ends? 14741 -> yes, level -> yes, lever -> no."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.transforms import quoted, spell

_WORDS = (
    "civic", "deed", "kayak", "level", "madam", "noon", "peep", "radar", "redder", "refer", "rotator", "rotor", "sagas",
    "sees", "solos", "stats", "tenet", "toot", "minim", "tot", "eye", "dad", "mom", "wow", "nun", "pup", "pop", "did",
    "cubic", "dead", "kebab", "lever", "modem", "noun", "peel", "radio", "ladder", "reefs", "rotates", "motor", "sages",
    "seas", "solar", "start", "tents", "tool", "mines", "pool", "ear", "day", "mop", "bow", "gas", "pub", "pot", "dig",
)  # fmt: skip


def build(phrasing: str, text: str = "", a: int = 0, middle: int = 0, twist: int = 0) -> Problem:
    """Write the text backwards and compare. A number ends like it begins, unless ``twist`` changes its last digit."""
    text = text or f"{a}{middle:02d}{middle // 10}{a + twist}"
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
        Level("medium", {"a": range(1, 9), "middle": range(10, 100), "twist": (0, 1)}, steps=2),
    ),
    build=build,
    solve=solve,
)
