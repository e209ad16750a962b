"""A fraction of a number: `What is 3/4 of 80?` -> `80 / 4 = 20`, `3 * 20 = 60`."""

from fractions import Fraction
from math import gcd

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import integers

_FRACTIONS = tuple((top, bottom) for bottom in range(3, 13) for top in range(2, bottom) if gcd(top, bottom) == 1)
_NARROW = ("two thirds", "three quarters", "two fifths", "three fifths", "four fifths")
_SPOKEN = {
    "two thirds": (2, 3),
    "three quarters": (3, 4),
    "two fifths": (2, 5),
    "three fifths": (3, 5),
    "four fifths": (4, 5),
    "five sixths": (5, 6),
    "three eighths": (3, 8),
    "five eighths": (5, 8),
    "seven eighths": (7, 8),
    "three tenths": (3, 10),
    "seven tenths": (7, 10),
    "nine tenths": (9, 10),
}
_THINGS = ("", " apples", " pages", " euros", " students", " marbles", " chairs", " stamps", " tickets", " meters")

# In words and in digits; an easy whole is at most 50, a medium one at most 100.
_EASY = (*_NARROW, *(pair for pair in _FRACTIONS if pair[1] <= 5))
_MEDIUM = (*(words for words in _SPOKEN if words not in _NARROW), *(pair for pair in _FRACTIONS if 5 < pair[1] <= 10))


def build(phrasing: str, fraction: tuple[int, int] | str, part: int, things: str) -> Problem:
    """``part`` is the whole divided by the denominator; ``things`` is empty or a noun after a space."""
    top, bottom = _SPOKEN[fraction] if isinstance(fraction, str) else fraction
    shown = fraction if isinstance(fraction, str) else f"{top}/{bottom}"
    steps = [
        ("compute", f"One part of {bottom}: {bottom * part} / {bottom} = {part}"),
        ("compute", f"Then {top} parts: {top} * {part} = {top * part}"),
    ]
    return Problem(phrasing.format(f=shown, n=f"{bottom * part}{things}"), steps, str(top * part))


def solve(prompt: str) -> str:
    """The exact product of the fraction, in digits or words, and the last number of the prompt."""
    spoken = next((pair for words, pair in _SPOKEN.items() if words in prompt.lower()), None)
    found = integers(prompt)
    share = Fraction(*spoken) if spoken else Fraction(found[0], found[1])
    return str(share * found[-1])


FAMILY = Family(
    name="fraction_of_number",
    category="synthetic",
    phrasings=(
        "What is {f} of {n}?",
        "Find {f} of {n}.",
        "How many are {f} of {n}?",
        "Calculate {f} of {n}.",
        "If you take {f} of {n}, how many is that?",
        "Please work out {f} of {n}.",
    ),
    levels=(
        Level("easy", {"fraction": _EASY, "part": range(2, 11), "things": _THINGS}, steps=2),
        Level("medium", {"fraction": _MEDIUM, "part": range(2, 11), "things": _THINGS}, steps=2),
        Level("hard", {"fraction": _FRACTIONS, "part": range(11, 31), "things": _THINGS}, steps=2),
    ),
    build=build,
    solve=solve,
)
