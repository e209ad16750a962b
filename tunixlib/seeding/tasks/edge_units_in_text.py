"""Numbers in words mixed with digits: "twenty-three pens and 45 pens"."""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import NAMES
from tunixlib.seeding.tasks.transforms import THINGS, TWO_DIGIT, add_steps, counts, number_word, subtract_steps

_SPELLED = (
    ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    ("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_VALUES = {word: i + 10 * row for row, words in enumerate(_SPELLED) for i, word in enumerate(words, 1)}
_VALUES |= {word: 10 * i for i, word in enumerate(_TENS, 2)}


def build(phrasing: str, sign: str, name: str, things: str, a: int, b: int) -> Problem:
    """Turn the word into digits, then compute."""
    more, word = sign == "+", number_word(b)
    result = a + b if more else a - b
    steps = [("compute", f"{a} {sign} {b} = {result}")]
    if b > 9:
        steps = add_steps(a, b) if more else subtract_steps(a, b)
    change = f"then gets {word} more" if more else f"then sells {word} of them"
    prompt = phrasing.format(name=name, things=things, a=a, change=change)
    return Problem(prompt, [("convert", f"{word} is {b}"), *steps], str(result))


def solve(prompt: str) -> str:
    """One number is in digits; the words of the other are looked up and added."""
    (digits,) = counts(prompt)
    spelled = sum(_VALUES.get(word, 0) for word in re.findall(r"[a-z]+", prompt))
    return str(digits - spelled if "sells" in prompt else digits + spelled)


_WHO = {"name": NAMES, "things": THINGS}

FAMILY = Family(
    name="edge_units_in_text",
    category="edge_case",
    phrasings=(
        "{name} has {a} {things}, {change}. How many {things} does {name} have now?",
        "There are {a} {things} in the box of {name}, who {change}. How many {things} is that?",
        "What is the final number of {things} if {name} starts with {a}, {change}?",
        "{name}: {a} {things}, {change}. Write the new number in digits.",
    ),
    levels=(
        Level("easy", {"sign": ("+",), **_WHO, "a": range(11, 41), "b": range(2, 10)}, steps=2),
        Level("medium", {"sign": ("-",), **_WHO, "a": range(41, 100), "b": TWO_DIGIT[:25]}, steps=3),
        Level("hard", {"sign": ("-",), **_WHO, "a": range(100, 200), "b": TWO_DIGIT}, steps=3),
    ),
    build=build,
    solve=solve,
)
