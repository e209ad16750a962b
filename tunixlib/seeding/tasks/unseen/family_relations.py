"""Names of relatives: the brother of Ada's mother is her uncle."""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import NAMES

# (relative of relative): the first step of the way, the second, the word for both together.
_WAYS = (
    ("mother", "brother", "uncle"),
    ("mother", "sister", "aunt"),
    ("mother", "mother", "grandmother"),
    ("mother", "father", "grandfather"),
    ("father", "brother", "uncle"),
    ("father", "sister", "aunt"),
    ("father", "mother", "grandmother"),
    ("father", "father", "grandfather"),
    ("brother", "son", "nephew"),
    ("brother", "daughter", "niece"),
    ("sister", "son", "nephew"),
    ("sister", "daughter", "niece"),
    ("son", "son", "grandson"),
    ("son", "daughter", "granddaughter"),
    ("daughter", "son", "grandson"),
    ("daughter", "daughter", "granddaughter"),
    ("uncle", "son", "cousin"),
    ("uncle", "daughter", "cousin"),
    ("aunt", "son", "cousin"),
    ("aunt", "daughter", "cousin"),
)
_KINDS = {"mother": "parent", "father": "parent", "brother": "sibling", "sister": "sibling"}
_KINDS |= {"son": "child", "daughter": "child", "uncle": "parent's sibling", "aunt": "parent's sibling"}
_UPWARDS = {"mother": 1, "father": 1, "brother": 0, "sister": 0, "son": -1, "daughter": -1, "uncle": 1, "aunt": 1}


def build(phrasing: str, way: tuple[str, str, str], name: str) -> Problem:
    """Say what the first relative is, then what the second becomes."""
    one, other, word = way
    kind = _KINDS[one]
    article = "an" if word[0] in "au" else "a"
    steps = [
        ("recall", f"A {one} is a {kind}"),
        ("recall", f"The {other} of a {kind} is {article} {word}"),
    ]
    return Problem(phrasing.format(name=name, one=one, other=other), steps, word)


def solve(prompt: str) -> str:
    """Count generations up and down; the second relative decides between male and female."""
    found = re.search(r"the (\w+) of \w+'s (\w+)", prompt)
    if found is None:
        raise ValueError(f"found no relative in {prompt!r}, expected: the brother of Ada's mother")
    other, one = found.groups()
    male = other in ("brother", "father", "son")
    height = _UPWARDS[one] + _UPWARDS[other]
    if one in ("uncle", "aunt"):
        return "cousin"
    names = {2: "grandfather grandmother", 1: "uncle aunt", -1: "nephew niece", -2: "grandson granddaughter"}
    return names[height].split()[0 if male else 1]


FAMILY = Family(
    name="family_relations",
    category="reasoning",
    phrasings=(
        "What is the {other} of {name}'s {one} to {name}?",
        "{name} meets the {other} of {name}'s {one}. Which relative is this?",
        "In one word, who is the {other} of {name}'s {one} for {name}?",
        "Family tree: find the {other} of {name}'s {one}. Name the relation to {name}.",
    ),
    levels=(Level("easy", {"way": _WAYS, "name": NAMES}, steps=2),),
    build=build,
    solve=solve,
)
