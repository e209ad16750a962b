"""Ill-posed questions whose numbers contradict each other: "impossible"."""

from typing import NamedTuple

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import NAMES
from tunixlib.seeding.tasks.transforms import counts


class _Scene(NamedTuple):
    """A story and question about ``a`` < ``b``, and the three steps that find the contradiction."""

    story: str
    question: str
    first: tuple[str, str]
    second: tuple[str, str]
    last: str


_SCENES = (
    _Scene(
        "{name} draws a square with one side of {a} cm and another side of {b} cm.",
        "What is the perimeter of the square?",
        ("recall", "All four sides of a square are equal"),
        ("compare", "{a} < {b}, so these two sides are not equal"),
        "No square has these sides, so this is impossible",
    ),
    _Scene(
        "{name} draws a triangle with sides of {a} cm, {a} cm and {long} cm.",
        "What is the perimeter of the triangle?",
        ("compute", "Two sides together: {a} + {a} = {double}"),
        ("compare", "{double} < {long}, so they do not reach around the third side"),
        "No triangle has these sides, so this is impossible",
    ),
    _Scene(
        "{name} has exactly {a} apples and eats {b} of these apples.",
        "How many apples are left?",
        ("compare", "{b} > {a}, so more are eaten than there are"),
        ("compute", "Missing apples: {b} - {a} = {d}"),
        "Nobody can eat apples that are not there, so this is impossible",
    ),
    _Scene(
        "{name} thinks of a number that is greater than {b} and also less than {a}.",
        "Which number is it?",
        ("compare", "The limits stand as {a} < {b}"),
        ("recall", "A number above {b} is also above {a}"),
        "It cannot be below {a} as well, so this is impossible",
    ),
    _Scene(
        "{name} teaches a class of {a} children. In this class {b} of the children are girls.",
        "How many of the children are boys?",
        ("recall", "The girls are a part of the {a} children"),
        ("compare", "{b} > {a}, so the part would be larger than the whole"),
        "The two counts contradict each other, so this is impossible",
    ),
)


def build(phrasing: str, scene: _Scene, name: str, a: int, d: int) -> Problem:
    """Compare the numbers with the rule that they break."""
    values = {"name": name, "a": a, "b": a + d, "d": d, "double": 2 * a, "long": 2 * a + d}
    kinds = (scene.first[0], scene.second[0], "conclude")
    texts = (scene.first[1], scene.second[1], scene.last)
    steps = [(kind, text.format(**values)) for kind, text in zip(kinds, texts, strict=True)]
    story, question = scene.story.format(**values), scene.question
    return Problem(phrasing.format(story=story, question=question), steps, "impossible")


def solve(prompt: str) -> str:
    """Test the condition that the kind of story must fulfil."""
    found = counts(prompt)
    if "triangle" in prompt:
        holds = sum(sorted(found)[:2]) > max(found)
    elif "square" in prompt:
        holds = found[0] == found[1]
    elif "greater than" in prompt:
        holds = found[1] - found[0] > 1
    else:
        holds = found[0] >= found[1]
    return "possible" if holds else "impossible"


FAMILY = Family(
    name="edge_contradiction",
    category="edge_case",
    phrasings=(
        "{story} {question}",
        "{story} {question} Say impossible if it cannot be.",
        "{question} This is the story: {story}",
        "Look closely. {story} {question}",
        "My homework says: {story} {question}",
    ),
    levels=(
        Level("easy", {"scene": _SCENES, "name": NAMES, "a": range(3, 11), "d": range(2, 10)}, steps=3),
        Level("medium", {"scene": _SCENES, "name": NAMES, "a": range(11, 50), "d": range(2, 30)}, steps=3),
    ),
    build=build,
    solve=solve,
)
