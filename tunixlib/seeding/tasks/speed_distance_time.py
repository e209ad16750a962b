"""Speed, distance and time: journeys of two parts, average speeds, ways there and back.

With Ada on board, a boat moves at 6 km/h for 4 hours and, after a stop, at 5 km/h for 3 hours. How far?  ->  39
"""

import re
from collections.abc import Callable

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.situations import STORY_PHRASINGS, Scene, Worked, check, compute
from tunixlib.seeding.tasks.text import NAMES, integers

_VEHICLES = ("train", "bus", "car", "truck", "van", "coach", "motorboat", "motorcycle", "ferry", "taxi")
_SLOW = ("boat", "canoe", "raft", "cart", "tractor", "wagon", "sled", "rowboat", "barge", "carriage")

_LEGS = (
    Scene(
        "{name}'s {vehicle} goes {v1} kilometers per hour for {t1} hours and then {v2} kilometers per "
        "hour for {t2} hours.",
        "How many kilometers is the whole trip?",
    ),
    Scene(
        "With {name} on board, a {vehicle} moves at {v1} km/h for {t1} hours and, after a stop, "
        "at {v2} km/h for {t2} hours.",
        "What is the total distance in kilometers?",
    ),
    Scene(
        "At a speed of {v1} km/h {name} travels by {vehicle} for {t1} hours, and at {v2} km/h for another {t2} hours.",
        "How far does {name} get, in kilometers?",
    ),
)
_AVERAGES = (
    Scene(
        "{name}'s {vehicle} covers {d1} kilometers in {t1} hours and then {d2} kilometers in {t2} hours.",
        "What is the average speed in kilometers per hour?",
    ),
    Scene(
        "By {vehicle}, {name} travels {d1} km in the first {t1} hours and {d2} km in the next {t2} hours.",
        "How many kilometers per hour is that on average?",
    ),
    Scene(
        "A {vehicle} needs {t1} hours for the first {d1} km. {name} then sees it go {d2} km in {t2} hours.",
        "What was its average speed in km/h?",
    ),
)
_RETURNS = (
    Scene(
        "{name}'s {vehicle} goes to a town at {v1} km/h in {t1} hours, "
        "waits {pause} hours and comes back at {v2} km/h.",
        "How many hours does everything take?",
    ),
    Scene(
        "Going at {v1} km/h, {name}'s {vehicle} reaches the coast in {t1} hours. "
        "It stays {pause} hours and returns at {v2} km/h.",
        "After how many hours is it back?",
    ),
    Scene(
        "A {vehicle} takes {name} to the lake at {v1} km/h in {t1} hours. It rests {pause} hours. "
        "The way back is at {v2} km/h.",
        "How many hours pass until it is back?",
    ),
)


def build(phrasing: str, scene: Scene, name: str, vehicle: str, t1: int, t2: int, **rest: int) -> Problem:
    """Distances of two legs, or one average speed, or the hours of a return trip with a pause."""
    write: Callable[..., Worked] = _legs if "v2" in rest else _average if "mean" in rest else _return
    steps, answer, shown = write(t1, t2, **rest)
    values = {"t1": t1, "t2": t2, **rest, **shown}
    return Problem(scene.tell(phrasing, name=name, vehicle=vehicle, **values), steps, str(answer))


def _legs(t1: int, t2: int, v1: int, v2: int) -> Worked:
    first, second = v1 * t1, v2 * t2
    steps = [
        compute("First part", v1, "*", t1),
        compute("Second part", v2, "*", t2),
        compute("Whole distance", first, "+", second),
    ]
    return steps, first + second, {}


def _average(t1: int, t2: int, mean: int, gap: int) -> Worked:
    d1, d2 = mean * t1 + gap, mean * t2 - gap
    steps = [
        compute("Whole distance", d1, "+", d2),
        compute("Whole time in hours", t1, "+", t2),
        compute("Average speed", d1 + d2, "/", t1 + t2),
        check(t1 + t2, "*", mean, f"the average is {mean}"),
    ]
    return steps, mean, {"d1": d1, "d2": d2}


def _return(t1: int, t2: int, pace: int, pause: int) -> Worked:
    """Both speeds divide the distance: ``pace * t1 * t2``."""
    v1, v2 = pace * t2, pace * t1
    steps = [
        compute("Distance one way", v1, "*", t1),
        compute("Hours for the way back", v1 * t1, "/", v2),
        compute("Hours on the road", t1, "+", t2),
        compute("With the pause", t1 + t2, "+", pause),
    ]
    return steps, t1 + t2 + pause, {"v1": v1, "v2": v2}


def solve(prompt: str) -> str:
    """Hours are marked by their word; what is asked decides the formula."""
    found = integers(prompt)
    if "average" in prompt:
        return str((sum(found) - _hours(prompt)) // _hours(prompt))
    if "back" in prompt:
        v1, t1, pause, v2 = found
        return str(t1 + v1 * t1 // v2 + pause)
    v1, t1, v2, t2 = found
    return str(v1 * t1 + v2 * t2)


def _hours(prompt: str) -> int:
    return sum(int(hours) for hours in re.findall(r"(\d+) hours", prompt))


_TRIP = {"name": NAMES, "vehicle": _VEHICLES}
_SLOW_TRIP = {"name": NAMES, "vehicle": _SLOW}
_HOURS = range(2, 6)

FAMILY = Family(
    name="speed_distance_time",
    category="reasoning",
    phrasings=STORY_PHRASINGS,
    levels=(
        Level(
            "easy",
            {"scene": _LEGS, **_SLOW_TRIP, "v1": range(2, 7), "t1": range(2, 5), "v2": range(2, 7), "t2": range(2, 5)},
            steps=3,
        ),
        Level(
            "easy",
            {"scene": _RETURNS, **_SLOW_TRIP, "t1": _HOURS, "t2": _HOURS, "pace": (1, 2), "pause": range(2, 6)},
            steps=4,
        ),
        Level(
            "medium",
            {
                "scene": _AVERAGES,
                **_SLOW_TRIP,
                "mean": range(4, 13),
                "t1": range(2, 5),
                "t2": range(2, 5),
                "gap": range(-4, 5),
            },
            steps=4,
        ),
        Level(
            "hard",
            {
                "scene": _AVERAGES,
                **_TRIP,
                "mean": range(30, 95, 5),
                "t1": _HOURS,
                "t2": _HOURS,
                "gap": range(-20, 25, 5),
            },
            steps=4,
        ),
        Level(
            "hard",
            {"scene": _RETURNS, **_TRIP, "t1": _HOURS, "t2": _HOURS, "pace": (10, 20), "pause": range(2, 6)},
            steps=4,
        ),
    ),
    build=build,
    solve=solve,
)
