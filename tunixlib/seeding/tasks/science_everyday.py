"""Everyday science: sink or float, solid or liquid or gas, planets, heavy and light: `Does a cork float?` -> float."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import NAMES, decimal, integers, numbers
from tunixlib.seeding.tasks.words import sentence

# A thing, its material, and the grams in one cubic centimetre of it; water has 1.
_THINGS = {
    "a wine cork": ("cork", "0.2"), "a pine board": ("pine wood", "0.5"), "an ice cube": ("ice", "0.9"),
    "a wax candle": ("wax", "0.9"), "a balsa stick": ("balsa wood", "0.2"), "a spruce log": ("spruce wood", "0.5"),
    "a foam ball": ("plastic foam", "0.1"), "a bamboo stick": ("bamboo", "0.7"),
    "an iron nail": ("iron", "7.9"), "a gold ring": ("gold", "19.3"), "a silver coin": ("silver", "10.5"),
    "a copper coin": ("copper", "9"), "a lead weight": ("lead", "11.3"), "a granite pebble": ("granite", "2.7"),
    "a glass marble": ("glass", "2.5"), "an aluminum spoon": ("aluminum", "2.7"),
}  # fmt: skip
_WATERS = ("a lake", "a pond", "a river", "a swimming pool", "a bathtub full of water", "a big tank of water")
_SINK_ASKED = (
    "{name} drops {thing} into {water}. Does it sink or float?",
    "Does {thing} sink or float when {name} puts it into {water}?",
    "Predict what {thing} will do when {name} throws it into {water}: sink or float?",
    "Sink or float? {name} lays {thing} into {water}.",
)

# Melting and boiling points in °C at normal pressure, rounded.
_POINTS = {
    "water": (0, 100), "alcohol": (-114, 78), "mercury": (-39, 357), "lead": (327, 1749), "tin": (232, 2602),
    "zinc": (420, 907), "iron": (1538, 2862), "copper": (1085, 2562), "silver": (962, 2162), "acetone": (-95, 56),
    "sulfur": (115, 445), "bromine": (-7, 59),
}  # fmt: skip
_STATE_ASKED = (
    "Is {substance} at {degrees} °C a solid, a liquid or a gas?",
    "A sample of {substance} is at {degrees} °C and at normal pressure. Is it solid, liquid or gas?",
    "Name the state of {substance} at {degrees} °C: solid, liquid or gas.",
    "What state is {substance} in at {degrees} °C, solid, liquid or gas?",
)

_PLANETS = ("Mercury", "Venus", "Earth", "Mars", "Jupiter", "Saturn", "Uranus", "Neptune")
_PAIRS = tuple((a, b) for a in range(8) for b in range(8) if a != b)
_PLANET_ASKED = (
    "Which planet is {ask} the Sun, {a} or {b}?",
    "Compare {a} and {b}: which one is {ask} the Sun?",
    "{a} or {b}? Name the planet that is {ask} the Sun.",
    "I am drawing {a} and {b}. Which of them must be {ask} the Sun?",
)

_HEAVY = {"iron": "7.9", "gold": "19.3", "silver": "10.5", "lead": "11.3", "copper": "9"}
_LIGHT = {"ice": "0.9", "water": "1", "pine wood": "0.5", "cork": "0.2", "glass": "2.5", "aluminum": "2.7"}
_DECIMAL = _HEAVY | _LIGHT
_MASS_ASKED = (
    "Which is {ask}: {x} cm³ of {a} or {y} cm³ of {b}?",
    "Compare {x} cm³ of {a} with {y} cm³ of {b}. Which of the two is {ask}?",
    "{x} cm³ of {a} and {y} cm³ of {b} are weighed. Which material is {ask}?",
    "Find out which is {ask}, {x} cm³ of {a} or {y} cm³ of {b}.",
)


# The same in whole grams, for small numbers.
_ROUND_HEAVY = {"tin": "7", "zinc": "7", "iron": "8", "copper": "9"}
_ROUND_LIGHT = {"water": "1", "brick": "2", "clay": "2", "marble": "3", "aluminum": "3", "granite": "3"}
_WHOLE = _ROUND_HEAVY | _ROUND_LIGHT


def _clear_pairs(
    heavier: dict[str, str], lighter: dict[str, str], first: range, second: range, most: int = 1000
) -> tuple[tuple[str, int, str, int], ...]:
    """Volumes of a heavy and a light material whose masses differ by more than a quarter, none above ``most``."""
    return tuple(
        (heavy, x, light, y)
        for heavy, d in heavier.items()
        for light, e in lighter.items()
        for x in first
        for y in second
        if not 0.8 < (x * float(d)) / (y * float(e)) < 1.25 and max(x * float(d), y * float(e)) <= most
    )


def build(phrasing: str, kind: str, **parts: Any) -> Problem:
    """``phrasing`` is a number that picks the sentence for ``kind``: sink, state, planet, mass or grams."""
    makers: dict[str, Callable[..., Problem]] = {"sink": _sink, "state": _state, "planet": _planet, "mass": _mass}
    makers["grams"] = partial(_mass, densities=_WHOLE)
    return makers[kind](int(phrasing), **parts)


def _sink(style: int, name: str, thing: str, water: str) -> Problem:
    material, density = _THINGS[thing]
    floats = density.startswith("0.")
    steps = [
        ("recall", f"1 cm³ of water weighs 1 g, 1 cm³ of {material} about {density} g."),
        ("compare", f"{density} {'<' if floats else '>'} 1"),
        (
            "conclude",
            f"{sentence(material)} is {'lighter' if floats else 'heavier'} than water, so it will {_verdict(floats)}.",
        ),
    ]
    return Problem(_SINK_ASKED[style].format(name=name, thing=thing, water=water), steps, _verdict(floats))


def _verdict(floats: bool) -> str:
    return "float" if floats else "sink"


def _state(style: int, substance: str, zone: str, distance: int) -> Problem:
    melts, boils = _POINTS[substance]
    degrees = {"solid": melts - distance, "liquid": melts + distance, "gas": boils + distance}[zone]
    relation = {
        "solid": f"{degrees} < {melts}, below the melting point",
        "liquid": f"{melts} < {degrees} < {boils}, between the two points",
        "gas": f"{degrees} > {boils}, above the boiling point",
    }[zone]
    steps = [
        ("recall", f"{sentence(substance)} melts at {melts} °C and boils at {boils} °C."),
        ("compare", relation),
        ("conclude", f"So {substance} is {'a gas' if zone == 'gas' else zone} at {degrees} °C."),
    ]
    return Problem(_STATE_ASKED[style].format(substance=substance, degrees=degrees), steps, zone)


def _planet(style: int, pair: tuple[int, int], ask: str) -> Problem:
    a, b = pair
    nearer = a < b
    answer = _PLANETS[a if nearer == (ask == "closer to") else b]
    steps = [
        ("recall", f"Counted from the Sun, {_PLANETS[a]} is planet {a + 1} and {_PLANETS[b]} is planet {b + 1}."),
        ("compare", f"{a + 1} {'<' if nearer else '>'} {b + 1}"),
        ("conclude", f"So {answer} is {ask} the Sun."),
    ]
    return Problem(_PLANET_ASKED[style].format(a=_PLANETS[a], b=_PLANETS[b], ask=ask), steps, answer)


def _mass(
    style: int, pair: tuple[str, int, str, int], swapped: bool, ask: str, densities: dict[str, str] = _DECIMAL
) -> Problem:
    heavy, x, light, y = pair
    rows = [(heavy, x, densities[heavy]), (light, y, densities[light])]
    (a, x, d), (b, y, e) = reversed(rows) if swapped else rows
    left, right = numbers(d)[0] * x, numbers(e)[0] * y
    answer = a if (left > right) == (ask == "heavier") else b
    steps = [
        ("recall", f"1 cm³ of {a} weighs about {d} g, 1 cm³ of {b} about {e} g."),
        ("compute", f"{sentence(a)}: {x} * {d} = {decimal(left)}"),
        ("compute", f"{sentence(b)}: {y} * {e} = {decimal(right)}"),
        ("compare", f"{decimal(left)} {'>' if left > right else '<'} {decimal(right)}, so {answer} is {ask}."),
    ]
    return Problem(_MASS_ASKED[style].format(x=x, a=a, y=y, b=b, ask=ask), steps, answer)


def solve(prompt: str) -> str:
    """Tell the question by its words and look its answer up in the tables of nature."""
    if "float" in prompt:
        return _verdict(any(float(density) < 1 for thing, (_, density) in _THINGS.items() if thing in prompt))
    if "°C" in prompt:
        (degrees,) = integers(prompt)
        melts, boils = next(points for substance, points in _POINTS.items() if f" {substance} " in prompt)
        return "solid" if degrees < melts else "gas" if degrees > boils else "liquid"
    if "the Sun" in prompt:
        found = [planet for planet in _PLANETS if planet in prompt]
        return found[0 if "closer" in prompt else -1]
    densities = _WHOLE | _DECIMAL
    masses = {material: int(x) * float(densities[material]) for x, material in _portions(prompt)}
    return (max if "heavier" in prompt else min)(masses, key=lambda material: masses[material])


def _portions(prompt: str) -> list[tuple[str, str]]:
    materials = "|".join(_WHOLE | _DECIMAL)
    return re.findall(rf"(\d+) cm³ of ({materials})", prompt)


_ASKED = {"swapped": (False, True), "ask": ("heavier", "lighter")}
_ZONES = ("solid", "liquid", "gas")

FAMILY = Family(
    name="science_everyday",
    category="reasoning",
    phrasings=tuple(map(str, range(len(_MASS_ASKED)))),
    levels=(
        Level("easy", {"kind": ("planet",), "pair": _PAIRS, "ask": ("closer to", "farther from")}, steps=3),
        Level("easy", {"kind": ("sink",), "name": NAMES, "thing": tuple(_THINGS), "water": _WATERS}, steps=3),
        Level(
            "easy",
            {
                "kind": ("grams",),
                "pair": _clear_pairs(_ROUND_HEAVY, _ROUND_LIGHT, range(2, 7), range(2, 10), 50),
                **_ASKED,
            },
            steps=4,
        ),
        Level(
            "medium",
            {"kind": ("state",), "substance": ("water", "alcohol"), "zone": _ZONES, "distance": range(5, 37)},
            steps=3,
        ),
        Level(
            "hard",
            {
                "kind": ("state",),
                "substance": tuple(name for name in _POINTS if name not in ("water", "alcohol")),
                "zone": _ZONES,
                "distance": range(5, 61),
            },
            steps=3,
        ),
        Level(
            "hard",
            {"kind": ("mass",), "pair": _clear_pairs(_HEAVY, _LIGHT, range(2, 11), range(10, 101, 10)), **_ASKED},
            steps=4,
        ),
    ),
    build=build,
    solve=solve,
)
