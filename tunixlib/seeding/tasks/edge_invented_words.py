"""Problems about things that do not exist: each blorp has 3 zings, how many zings do 4 blorps have?"""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.transforms import counts

_WHOLES = (
    "blorp",
    "darb",
    "fendle",
    "gorp",
    "kipper-lop",
    "mimlet",
    "plim",
    "quonk",
    "snorf",
    "trundel",
    "vark",
    "wug",
)
_PARTS = ("bip", "clank", "drimple", "flooz", "jub", "klee", "nib-nab", "ponk", "rindle", "tove", "yarp", "zing")


def build(phrasing: str, whole: str, part: str, each: int, number: int) -> Problem:
    """Multiply, then check by dividing: the words do not change the sum."""
    total = each * number
    steps = [
        ("given", f"1 {whole} has {each} {part}s, and there are {number} of them"),
        ("compute", f"{number} * {each} = {total}"),
        ("verify", f"Check: {total} / {number} = {each}"),
    ]
    fields = {"whole": whole, "wholes": f"{whole}s", "parts": f"{part}s", "each": each, "number": number}
    return Problem(phrasing.format(**fields), steps, str(total))


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
        Level("easy", {"whole": _WHOLES, "part": _PARTS, "each": range(2, 10), "number": range(3, 10)}, steps=3),
        Level("medium", {"whole": _WHOLES, "part": _PARTS, "each": range(3, 10), "number": (11, 12, 20, 25)}, steps=3),
    ),
    build=build,
    solve=solve,
)
