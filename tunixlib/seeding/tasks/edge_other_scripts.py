"""Questions in other languages, worked in English: "¿Cuánto es 17 más 28?" -> 45."""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.transforms import TWO_DIGIT, add_steps, multiply_steps, subtract_steps

# Each language asks in its own sentence, with its own words for plus, minus and times.
_LANGUAGES = {
    "¿Cuánto es {a} {word} {b}?": ("Spanish", "más", "menos", "por"),
    "Combien font {a} {word} {b} ?": ("French", "plus", "moins", "fois"),
    "Wie viel ist {a} {word} {b}?": ("German", "plus", "minus", "mal"),
    "Quanto é {a} {word} {b}?": ("Portuguese", "mais", "menos", "vezes"),
    "Quanto fa {a} {word} {b}?": ("Italian", "più", "meno", "per"),
    "Hoeveel is {a} {word} {b}?": ("Dutch", "plus", "min", "keer"),
    "Сколько будет {a} {word} {b}?": ("Russian", "плюс", "минус", "умножить на"),
    "{a} {word} {b} は いくつですか?": ("Japanese", "たす", "ひく", "かける"),
    "{a} {word} {b} 等于多少?": ("Chinese", "加", "减", "乘以"),
}
_SIGNS = ("+", "-", "*")
_ENGLISH = dict(zip(_SIGNS, ("plus", "minus", "times"), strict=True))


def build(phrasing: str, sign: str, a: int, b: int) -> Problem:
    """Translate the question, then compute it."""
    language, *words = _LANGUAGES[phrasing]
    word = words[_SIGNS.index(sign)]
    result = {"+": a + b, "-": a - b, "*": a * b}[sign]
    steps = [("compute", f"{a} {sign} {b} = {result}")]
    if b > 9 or (sign == "*" and a > 9):
        steps = {"+": add_steps, "-": subtract_steps, "*": multiply_steps}[sign](a, b)
    meaning = [("convert", f"Translated from {language}: {a} {_ENGLISH[sign]} {b}")]
    return Problem(phrasing.format(a=a, word=word, b=b), meaning + steps, str(result))


def solve(prompt: str) -> str:
    """Look up the word between the two numbers."""
    found = re.search(r"(\d+) (.+) (\d+)", prompt)
    if found is None:
        raise ValueError(f"found no sum in {prompt!r}, expected two numbers with a word between them")
    a, b = int(found[1]), int(found[3])
    if found[2] in ("más", "plus", "mais", "più", "плюс", "たす", "加"):
        return str(a + b)
    return str(
        a * b if found[2] in ("por", "fois", "mal", "vezes", "per", "keer", "умножить на", "かける", "乘以") else a - b
    )


FAMILY = Family(
    name="edge_other_scripts",
    category="edge_case",
    phrasings=tuple(_LANGUAGES),
    levels=(
        Level("easy", {"sign": ("+",), "a": range(11, 41), "b": range(2, 10)}, steps=2),
        Level("medium", {"sign": ("-",), "a": range(11, 60), "b": range(2, 10)}, steps=2),
        Level("medium", {"sign": ("*",), "a": range(2, 10), "b": range(2, 10)}, steps=2),
        Level("hard", {"sign": ("-",), "a": range(100, 300), "b": TWO_DIGIT}, steps=3),
        Level("hard", {"sign": ("*",), "a": TWO_DIGIT, "b": range(3, 10)}, steps=4),
    ),
    build=build,
    solve=solve,
)
