"""Taking the initials of a name: Ada Marie Lopez -> A.M.L."""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import NAMES

_MIDDLE = ("Alex", "Blake", "Casey", "Drew", "Eden", "Frankie", "Jules", "Kai", "Lee", "Marie", "Noel", "Robin", "Sky")
_LAST = (
    "Abbott", "Adler", "Bauer", "Bianchi", "Costa", "Cruz", "Diaz", "Dubois", "Evans", "Ersoy", "Fischer", "Ford",
    "Garcia", "Greene", "Hansen", "Hill", "Ito", "Ivanov", "Jansen", "Jones", "Khan", "Kowal", "Lopez", "Laine",
    "Moreau", "Mendes", "Novak", "Nielsen", "Okafor", "Olsen", "Patel", "Park", "Quist", "Rossi", "Reed", "Silva",
    "Stone", "Tanaka", "Torres", "Urban", "Vogel", "Vega", "Weber", "West", "Young", "Yilmaz", "Zhou", "Ziegler",
)  # fmt: skip
_SHORT = tuple(name for name in _LAST if len(name) < 6)
_FORMS = (
    "with full stops",
    "without full stops",
    "in small letters without full stops",
    "with spaces but without full stops",
)


def build(phrasing: str, first: str, last: str, form: str, middle: str = "") -> Problem:
    """Take the first letters, then write them in the form that is asked for."""
    name = " ".join(part for part in (first, middle, last) if part)
    letters = [part[0] for part in name.split(" ")]
    result = {_FORMS[0]: ".".join(letters) + ".", _FORMS[3]: " ".join(letters)}.get(form, "".join(letters))
    result = result.lower() if form == _FORMS[2] else result
    steps = [
        ("transform", f"First letters of {name}: {', '.join(letters)}"),
        ("transform", f"Written {form}: {result}"),
    ]
    return Problem(phrasing.format(name=name, form=form), steps, result)


def solve(prompt: str) -> str:
    """Find the run of capitalized words and keep its capitals."""
    found = re.search(r"[A-Z][a-z]+(?: [A-Z][a-z]+)+", prompt)
    if found is None:
        raise ValueError(f"found no name in {prompt!r}, expected at least two capitalized words in a row")
    capitals = re.sub("[^A-Z]", "", found[0])
    if "without" not in prompt:
        return ".".join(capitals) + "."
    if "spaces" in prompt:
        return " ".join(capitals)
    return capitals.lower() if "small" in prompt else capitals


FAMILY = Family(
    name="transform_initials",
    category="golden_style",
    phrasings=(
        "Write the initials of {name} {form}.",
        "What are the initials of {name}, written {form}?",
        "{name} signs with initials {form}. What does the signature look like?",
        "The full name is {name}. Give the initials {form}.",
        "Shorten the name {name} to its initials {form}.",
    ),
    levels=(
        Level("easy", {"first": NAMES, "last": _SHORT, "form": _FORMS}, steps=2),
        Level("medium", {"first": NAMES, "middle": _MIDDLE, "last": _LAST, "form": _FORMS}, steps=2),
    ),
    build=build,
    solve=solve,
)
