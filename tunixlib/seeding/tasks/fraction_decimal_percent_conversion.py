"""One share in three forms: fraction, decimal, percent.

Write 3/20 as a percentage.   ->   15%
"""

import re
from fractions import Fraction
from math import gcd

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.measures import STYLES, Steps, say
from tunixlib.seeding.tasks.text import NAMES, decimal

WORDINGS = {
    "to_percent": (
        "{top} out of {bottom} is a share. What percentage is it?",
        "What percentage is {top}/{bottom}?",
        "Write {top}/{bottom} as a percentage.",
        "How many percent is the fraction {top}/{bottom}? Answer with the % sign.",
    ),
    "to_decimal": (
        "A scale shows {top}/{bottom} kg. What is that fraction as a decimal number?",
        "What is {top}/{bottom} as a decimal number?",
        "Write {top}/{bottom} as a decimal number.",
        "My calculator only knows decimal numbers. How do I type {top}/{bottom}?",
    ),
    "from_percent": (
        "A shop takes {percent}% off. Which fraction in lowest terms is that?",
        "What is {percent}% as a fraction in lowest terms?",
        "Write {percent}% as a fraction in lowest terms.",
        "Someone told me {percent}%. Which fraction in lowest terms is that?",
    ),
    "from_decimal": (
        "A number line shows {number}. What is it as a fraction in lowest terms?",
        "What is {number} as a fraction in lowest terms?",
        "Write {number} as a fraction in lowest terms.",
        "I typed {number}. Which fraction in lowest terms is that?",
    ),
    "hits": (
        "{name} {did} {top} of {bottom} {things}. What percentage is that?",
        "What percentage of the {things} is it when {name} {did} {top} of {bottom}?",
        "Find the percentage: {name} {did} {top} of {bottom} {things}.",
        "{name} {did} {top} {things} out of {bottom}. How many percent is that? Answer with the % sign.",
    ),
    "misses": (
        "{name} {did} {top} of {bottom} {things}. What percentage of the {things} were not {did}?",
        "What percentage of the {things} were not {did} when {name} {did} {top} of {bottom}?",
        "Find the percentage of the {things} that were not {did}: {name} {did} {top} of {bottom}.",
        "{name} {did} {top} {things} out of {bottom}. How many percent were not {did}? Answer with the % sign.",
    ),
}
ACTS = (
    ("solved", "riddles"), ("hit", "targets"), ("won", "games"), ("sold", "tickets"), ("answered", "questions"),
    ("read", "pages"), ("planted", "seeds"), ("saved", "penalties"), ("caught", "balls"), ("learned", "words"),
)  # fmt: skip


def build(phrasing: str, kind: str, share: tuple[int, int], name: str = "", act: tuple[str, str] = ("", "")) -> Problem:
    """``share`` is top and bottom of a fraction; its bottom divides 100, or 100 divides it."""
    top, bottom = share
    if kind in ("from_percent", "from_decimal"):
        steps, answer = _reduce(top, kind)
    else:
        steps, answer = _expand(top, bottom, kind)
    number = decimal(Fraction(top, 100))
    fields = {"top": top, "bottom": bottom, "percent": top, "number": number, "name": name}
    return Problem(say(WORDINGS, kind, phrasing, **fields, did=act[0], things=act[1]), steps, answer)


def _expand(top: int, bottom: int, kind: str) -> tuple[Steps, str]:
    if bottom < 100:
        factor = 100 // bottom
        hundredths = top * factor
        first = ("compute", f"From {bottom} to hundredths: 100 / {bottom} = {factor}")
        second = ("compute", f"Hundredths: {top} * {factor} = {hundredths}")
    else:
        factor = bottom // 100
        hundredths = top // factor
        first = ("compute", f"From {bottom} to hundredths: {bottom} / 100 = {factor}")
        second = ("compute", f"Hundredths: {top} / {factor} = {hundredths}")
    as_decimal = decimal(Fraction(hundredths, 100))
    if kind == "to_decimal":
        return [first, second, ("convert", f"As a decimal: {hundredths} / 100 = {as_decimal}")], as_decimal
    steps = [first, second, ("convert", f"{hundredths} hundredths: {hundredths}/100 = {hundredths}%")]
    if kind == "misses":
        steps.append(("compute", f"The rest: 100% - {hundredths}% = {100 - hundredths}%"))
        return steps, f"{100 - hundredths}%"
    return steps, f"{hundredths}%"


def _reduce(hundredths: int, kind: str) -> tuple[Steps, str]:
    common = gcd(hundredths, 100)
    shown = f"{hundredths}%" if kind == "from_percent" else decimal(Fraction(hundredths, 100))
    return [
        ("convert", f"In hundredths: {shown} = {hundredths}/100"),
        ("recall", f"Largest number that divides {hundredths} and 100: {common}"),
        ("compute", f"Top: {hundredths} / {common} = {hundredths // common}"),
        ("compute", f"Bottom: 100 / {common} = {100 // common}"),
    ], f"{hundredths // common}/{100 // common}"


def solve(prompt: str) -> str:
    """Take the share as an exact number and write it in the form asked for."""
    if "lowest terms" in prompt:
        value, percent = re.findall(r"(\d+(?:\.\d+)?)(%?)", prompt)[0]
        return str(Fraction(value) / (100 if percent else 1))
    top, bottom = (int(n) for n in re.findall(r"\d+", prompt))
    if re.search(r"decimal", prompt):
        return decimal(Fraction(top, bottom))
    if " not " in prompt:
        top = bottom - top
    return f"{decimal(Fraction(100 * top, bottom))}%"


_BOTTOMS = (4, 5, 10, 20, 25, 50)
_SMALL = tuple((p, q) for q in (2, *_BOTTOMS) for p in range(1, min(q, 11)) if q > 4 or p % 2)
_COUNTED = tuple((p, q) for q in _BOTTOMS for p in range(2, min(q, 11)))
_LARGE = tuple((k * p, k * 100) for k in (2, 3, 4, 5) for p in range(2, 100))
_REDUCIBLE = tuple((p, 100) for p in range(2, 100) if gcd(p, 100) > 1)

FAMILY = Family(
    name="fraction_decimal_percent_conversion",
    category="reasoning",
    phrasings=STYLES,
    levels=(
        Level("easy", {"kind": ("hits",), "share": _COUNTED, "name": NAMES, "act": ACTS}, steps=3),
        Level("easy", {"kind": ("to_percent", "to_decimal"), "share": _SMALL}, steps=3),
        Level("easy", {"kind": ("misses",), "share": _COUNTED, "name": NAMES, "act": ACTS}, steps=4),
        Level("medium", {"kind": ("from_percent", "from_decimal"), "share": _REDUCIBLE}, steps=4),
        Level("hard", {"kind": ("hits",), "share": _LARGE, "name": NAMES, "act": ACTS}, steps=3),
    ),
    build=build,
    solve=solve,
)
