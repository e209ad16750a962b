"""The weekday some days after or before another, by taking away whole weeks.

Today is Tuesday. What day of the week is it in 17 days?   ->   Friday
"""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.measures import STYLES, WEEKDAYS, Steps, say
from tunixlib.seeding.tasks.text import NAMES, plural

WORDINGS = {
    "later": (
        "{name} starts a trip on a {day}. What day of the week is it {n} days later?",
        "What day of the week comes {n} days after a {day}? {name} wants to know.",
        "Help {name} find the weekday {n} days after {day}.",
        "Today is {day}, and {name}'s party is in {n} days. So on which weekday is the party?",
    ),
    "earlier": (
        "{name} came home on a {day}. What day of the week was it {n} days earlier?",
        "What day of the week comes {n} days before a {day}? {name} asks.",
        "Help {name} find the weekday {n} days before {day}.",
        "Today is {day}, and {name} lost a tooth {n} days ago. So on which weekday was that?",
    ),
    "date": (
        "In {name}'s calendar, day {d} of the month is a {day}. On which weekday is day {e}?",
        "On which weekday is day {e} of a month in which day {d} is a {day}? {name} cannot find a calendar.",
        "Help {name} find the weekday of day {e} of the month when day {d} is a {day}.",
        "{name} has a test on day {e} of this month, and day {d} is a {day}. So which weekday is the test?",
    ),
}


def build(phrasing: str, kind: str, name: str, day: str, weeks: int, rest: int, first: int = 0) -> Problem:
    """``weeks`` whole weeks and ``rest`` days from ``day``; with ``first``, between two days of a month."""
    n = weeks * 7 + rest
    sign = -1 if kind == "earlier" else 1
    steps = _dates(first, n) if first else []
    steps += (_take_weeks if weeks < 20 else _take_many_weeks)(n)
    steps.append(("transform", _walk(day, sign, rest)))
    prompt = say(WORDINGS, kind, phrasing, name=name, day=day, n=n, d=first, e=first + n)
    return Problem(prompt, steps, _name(day, sign * rest))


def _name(day: str, shift: int) -> str:
    return WEEKDAYS[(WEEKDAYS.index(day) + shift) % 7]


def _walk(day: str, sign: int, rest: int) -> str:
    passed = ", ".join(_name(day, sign * k) for k in range(1, rest + 1))
    return f"{plural(rest, 'day')} {'before' if sign < 0 else 'after'} {day}: {passed}"


def _dates(first: int, n: int) -> Steps:
    return [("compute", f"Days between: {first + n} - {first} = {n}")]


def _take_weeks(n: int) -> Steps:
    weeks = n // 7
    return [
        ("compute", f"Whole weeks in {n} days: {weeks} * 7 = {weeks * 7}"),
        ("compute", f"Days left: {n} - {weeks * 7} = {n % 7}"),
    ]


def _take_many_weeks(n: int) -> Steps:
    tens, ones = n // 7 // 10 * 10, n // 7 % 10
    left = n - tens * 7
    return [
        ("compute", f"{tens} weeks: {tens} * 7 = {tens * 7}"),
        ("compute", f"Days left: {n} - {tens * 7} = {left}"),
        ("compute", f"{plural(ones, 'more week')}: {ones} * 7 = {ones * 7}"),
        ("compute", f"Days left: {left} - {ones * 7} = {n % 7}"),
    ]


def solve(prompt: str) -> str:
    """Count the days one by one, round and round the week."""
    days = [int(n) for n in re.findall(r"\d+", prompt)]
    here = next(i for i, day in enumerate(WEEKDAYS) if re.search(rf"\b{day}\b", prompt))
    wanted = days[0]
    if len(days) == 2:
        wanted = max(days) - min(days)
    turn = -1 if re.search(r"\b(earlier|before|ago)\b", prompt) else 1
    for _ in range(wanted):
        here += turn
    return WEEKDAYS[here % 7]


_REST = range(1, 7)
_FEW = range(1, 5)

FAMILY = Family(
    name="day_of_week",
    category="reasoning",
    phrasings=STYLES,
    levels=(
        Level(
            "easy",
            {"kind": ("later",), "name": NAMES, "day": WEEKDAYS, "weeks": range(1, 5), "rest": _FEW},
            steps=3,
        ),
        Level(
            "easy",
            {"kind": ("earlier",), "name": NAMES, "day": WEEKDAYS, "weeks": range(1, 5), "rest": _FEW},
            steps=3,
        ),
        Level(
            "easy",
            {"kind": ("date",), "name": NAMES, "day": WEEKDAYS, "weeks": (1, 2), "rest": _FEW, "first": range(1, 9)},
            steps=4,
        ),
        Level(
            "medium",
            {"kind": ("later", "earlier"), "name": NAMES, "day": WEEKDAYS, "weeks": range(5, 14), "rest": _REST},
            steps=3,
        ),
        Level(
            "hard",
            {
                "kind": ("later", "earlier"),
                "name": NAMES,
                "day": WEEKDAYS,
                "weeks": (*range(21, 30), *range(31, 40)),
                "rest": _REST,
            },
            steps=5,
        ),
    ),
    build=build,
    solve=solve,
)
