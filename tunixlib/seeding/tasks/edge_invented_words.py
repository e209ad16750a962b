"""Problems about things that do not exist: each blorp has 3 zings, how many zings do 4 blorps have?"""

from itertools import product
from math import prod

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.transforms import counts

_WHOLES = ("blorp", "darb", "fend", "gorp", "lorp", "mim", "plim", "quon", "snorf", "trun", "vark", "wug")
_PARTS = ("bip", "clom", "drim", "fleb", "jub", "klee", "nib", "ponk", "rin", "tove", "yarp", "zing")

# How many parts each whole has, and how many wholes there are.
_TABLE = tuple((each, number) for each in range(2, 10) for number in range(3, 10))


def build(phrasing: str, whole: str, part: str, pair: tuple[int, int]) -> Problem:
    """Multiply: the words do not change the sum."""
    each, number = pair
    steps = [
        ("given", f"1 {whole} has {each} {part}s, and there are {number} of them"),
        ("compute", f"{number} * {each} = {number * each}"),
    ]
    fields = {"whole": whole, "wholes": f"{whole}s", "parts": f"{part}s", "each": each, "number": number}
    return Problem(phrasing.format(**fields), steps, str(number * each))


def solve(prompt: str) -> str:
    """Add the first number as often as the second says."""
    each, number = counts(prompt)
    return str(sum([each] * number))


FAMILY = Family(
    name="edge_invented_words",
    category="edge_case",
    phrasings=(
        "Each {whole} has {each} {parts}. How many {parts} do {number} {wholes} have?",
        "If every {whole} carries {each} {parts}, how many {parts} do {number} {wholes} carry together?",
        "On a far planet a {whole} grows {each} {parts}. Count the {parts} of {number} {wholes}.",
        "One {whole} needs {each} {parts}. I want to build {number} {wholes}. How many {parts} must I find?",
    ),
    levels=(
        Level("easy", {"whole": _WHOLES, "part": _PARTS, "pair": tuple(p for p in _TABLE if prod(p) <= 50)}, steps=2),
        Level("medium", {"whole": _WHOLES, "part": _PARTS, "pair": tuple(p for p in _TABLE if prod(p) > 50)}, steps=2),
        Level(
            "hard", {"whole": _WHOLES, "part": _PARTS, "pair": tuple(product(range(3, 10), (11, 12, 20, 25)))}, steps=2
        ),
    ),
    build=build,
    solve=solve,
)
