"""Reading Roman numerals: XLVII -> 47."""

import re

from tunixlib.seeding.families import Family, Level, Problem

_ONES = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
_TENS = ("", "X", "XX", "XXX", "XL", "L", "LX", "LXX", "LXXX", "XC")
_HUNDREDS = ("", "C", "CC", "CCC", "CD", "D", "DC", "DCC", "DCCC", "CM")
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


def build(phrasing: str, tens: int, ones: int, hundreds: int = 0) -> Problem:
    """Read the groups from left to right, then add them."""
    groups = [(_HUNDREDS[hundreds], hundreds * 100), (_TENS[tens], tens * 10), (_ONES[ones], ones)]
    groups = groups if hundreds else groups[1:]
    steps = [("recall", f"{letters} is {value}") for letters, value in groups]
    total = groups[0][1]
    for _, value in groups[1:]:
        steps.append(("compute", f"{total} + {value} = {total + value}"))
        total += value
    return Problem(phrasing.format(roman="".join(letters for letters, _ in groups)), steps, str(total))


def solve(prompt: str) -> str:
    """Add letter values, and take away each one that stands before a larger one."""
    found = re.search(r"\b[IVXLCDM]{2,}\b", prompt)
    if found is None:
        raise ValueError(f"found no Roman numeral in {prompt!r}, expected at least two of the letters IVXLCDM")
    values = [_VALUES[letter] for letter in found[0]]
    return str(sum(-now if now < after else now for now, after in zip(values, [*values[1:], 0], strict=True)))


FAMILY = Family(
    name="roman_numerals",
    category="synthetic",
    phrasings=(
        "Which number is the Roman numeral {roman}?",
        "A clock tower bears the inscription {roman}. Write it in our digits.",
        "The emperor counts {roman} soldiers. How many is that today?",
        "Chapter {roman} is which chapter in modern numbers?",
    ),
    levels=(
        Level("easy", {"tens": range(1, 10), "ones": range(1, 10)}, steps=3),
        Level("medium", {"hundreds": (1,), "tens": range(1, 10), "ones": range(1, 10)}, steps=5),
        Level("hard", {"hundreds": range(2, 10), "tens": range(1, 10), "ones": range(1, 10)}, steps=5),
    ),
    build=build,
    solve=solve,
)
