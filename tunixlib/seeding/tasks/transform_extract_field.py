"""Reading one field of a record: "name=Ada; age=7; city=Oslo" -> age 7."""

import re
from collections import Counter

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import NAMES

_CITIES = ("Accra", "Berlin", "Cairo", "Delhi", "Lima", "Lyon", "Osaka", "Oslo", "Porto", "Quito", "Rome", "Turin")
_PETS = ("cat", "dog", "fish", "goat", "hen", "horse", "mouse", "pig", "pony", "sheep")
_COLORS = ("black", "blue", "brown", "gold", "green", "grey", "orange", "pink", "red", "white")
_THREE = ("name", "age", "city")
_FOUR = (*_THREE, "pet")
_FIVE = (*_FOUR, "color")
_PERSON = {"name": NAMES, "age": range(5, 50), "city": _CITIES}


def build(phrasing: str, field: str, **values: str | int) -> Problem:
    """Find the place of the field, then the value at that place."""
    names, texts = list(values), [str(value) for value in values.values()]
    place = names.index(field) + 1
    pairs = list(zip(names, texts, strict=True))
    record = {
        "signs": "; ".join(f"{name}={text}" for name, text in pairs),
        "bars": " | ".join(f"{name}: {text}" for name, text in pairs),
        "commas": ", ".join(f"{name} {text}" for name, text in pairs),
    }
    steps = [
        ("given", f"Fields in order: {', '.join(names)}; {field} is number {place}"),
        ("transform", f"Value number {place} of {', '.join(texts)} is {texts[place - 1]}"),
    ]
    return Problem(phrasing.format(field=field, **record), steps, texts[place - 1])


def solve(prompt: str) -> str:
    """The field that is asked for is named twice; its value follows where it is named first, in the record."""
    names = Counter(re.findall(r"\b(?:name|age|city|pet|color)\b", prompt))
    field = next(name for name, count in names.items() if count == 2)
    found = re.search(rf"\b{field}(?:=|: | )(\w+)", prompt)
    if found is None:
        raise ValueError(f"found no value of {field!r} in {prompt!r}, expected a record")
    return found[1]


FAMILY = Family(
    name="transform_extract_field",
    category="golden_style",
    phrasings=(
        'Read "{signs}" and give the value of: {field}.',
        'What does the record "{bars}" say under "{field}"?',
        "{commas}. From this line, extract only one value, the one after: {field}.",
        '"{signs}" is one row of a table. Which value stands in the column "{field}"?',
        'Row: {bars}. Copy the entry called "{field}".',
    ),
    levels=(
        Level("easy", {"field": _THREE, **_PERSON}, steps=2),
        Level("medium", {"field": _FOUR, **_PERSON, "pet": _PETS}, steps=2),
        Level("hard", {"field": _FIVE, **_PERSON, "pet": _PETS, "color": _COLORS}, steps=2),
    ),
    build=build,
    solve=solve,
)
