"""Questions whose text lacks a number that the answer needs: "cannot be determined"."""

from typing import NamedTuple

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import NAMES
from tunixlib.seeding.tasks.transforms import THINGS, counts


class _Scene(NamedTuple):
    """A story with one number, its question, and two ways in which it could go on."""

    story: str
    question: str
    one: str
    other: str


_SCENES = (
    _Scene(
        "{name} has {n} {things} and gives some of them to a friend.",
        "How many {things} does {name} keep?",
        "If {name} gives away 2: {n} - 2 = {minus_2}",
        "If {name} gives away 5: {n} - 5 = {minus_5}",
    ),
    _Scene(
        "{name} buys {n} {things}, all at the same price.",
        "How many dollars does {name} pay?",
        "At 1 dollar each: {n} * 1 = {n}",
        "At 2 dollars each: {n} * 2 = {double}",
    ),
    _Scene(
        "{name} has {n} {things} and finds a few more in a drawer.",
        "How many {things} does {name} have now?",
        "If {name} finds 2: {n} + 2 = {plus_2}",
        "If {name} finds 5: {n} + 5 = {plus_5}",
    ),
    _Scene(
        "{name} has {n} {things} more than a cousin.",
        "How many {things} does {name} have?",
        "If the cousin has 2: 2 + {n} = {plus_2}",
        "If the cousin has 5: 5 + {n} = {plus_5}",
    ),
    _Scene(
        "{name} opens {n} boxes. Every box holds the same number of {things}.",
        "How many {things} does {name} find in all?",
        "With 1 in each box: {n} * 1 = {n}",
        "With 2 in each box: {n} * 2 = {double}",
    ),
    _Scene(
        "{name} has {n} {things}. Some are red and the rest are blue.",
        "How many of the {things} are red?",
        "If 2 are blue: {n} - 2 = {minus_2} are red",
        "If 5 are blue: {n} - 5 = {minus_5} are red",
    ),
)


def build(phrasing: str, scene: _Scene, name: str, n: int, things: str) -> Problem:
    """Work out two continuations that both fit the text and disagree."""
    values = {"minus_2": n - 2, "minus_5": n - 5, "plus_2": n + 2, "plus_5": n + 5, "double": 2 * n}
    story, question, one, other = (part.format(name=name, n=n, things=things, **values) for part in scene)
    steps = [
        ("compute", one),
        ("compute", other),
        ("conclude", "Both results fit the text, so a number is missing"),
    ]
    return Problem(phrasing.format(story=story, question=question), steps, "cannot be determined")


def solve(prompt: str) -> str:
    """Every question here needs two numbers; a text with one number cannot be answered."""
    found = counts(prompt)
    return "cannot be determined" if len(found) < 2 else str(sum(found))


FAMILY = Family(
    name="edge_missing_information",
    category="edge_case",
    phrasings=(
        "{story} {question}",
        "{question} All we know: {story}",
        "{story} {question} If the text does not tell, say so.",
        "Think before you answer. {story} {question}",
        "Riddle: {story} {question}",
    ),
    levels=(
        Level("easy", {"scene": _SCENES, "name": NAMES, "n": range(6, 21), "things": THINGS}, steps=3),
        Level("medium", {"scene": _SCENES, "name": NAMES, "n": range(21, 60), "things": THINGS}, steps=3),
    ),
    build=build,
    solve=solve,
)
