"""Amounts that go up and down: passengers, temperatures, points, water.

Ada's bus leaves with 20 passengers. Then 6 get on, then 9 get off, and finally 4 get on. How many are on it?  ->  21
"""

import re
from itertools import product
from typing import NamedTuple

from tunixlib.seeding.families import Difficulty, Family, Level, Problem
from tunixlib.seeding.tasks.situations import Step, compute
from tunixlib.seeding.tasks.text import NAMES

_DOWN = re.compile(r"\b(?:off|falls|loses|flow out|taken out|borrowed|drive away|fly away|sold|eaten|go home)\b")


class Counter(NamedTuple):
    """Something counted: how it starts, how it goes up and down by {n}, and what is asked at the end."""

    start: str
    up: str
    down: str
    question: str


_COUNTERS = (
    Counter(
        "{name}'s bus starts with {start} passengers", "{n} get on", "{n} get off", "How many passengers are on it now?"
    ),
    Counter(
        "{name}'s thermometer shows {start} degrees",
        "it rises by {n} degrees",
        "it falls by {n} degrees",
        "How many degrees does it show at the end?",
    ),
    Counter("In a game {name} has {start} points", "{name} wins {n}", "{name} loses {n}", "What is the final score?"),
    Counter(
        "{name}'s tank holds {start} liters of water",
        "{n} liters flow in",
        "{n} liters flow out",
        "How many liters of water are in the tank now?",
    ),
    Counter(
        "{name}'s jar holds {start} coins", "{n} are put in", "{n} are taken out", "How many coins are in the jar now?"
    ),
    Counter(
        "{name}'s class shelf holds {start} books",
        "{n} are brought back",
        "{n} are borrowed",
        "How many books are on the shelf at the end?",
    ),
    Counter("{name} counts {start} parked cars", "{n} arrive", "{n} drive away", "How many cars are parked there now?"),
    Counter("{name} sees {start} ducks on a pond", "{n} land", "{n} fly away", "How many ducks are on the pond now?"),
    Counter(
        "{name}'s shop has {start} loaves of bread", "{n} are baked", "{n} are sold", "How many loaves are there now?"
    ),
    Counter(
        "At {name}'s party there are {start} guests", "{n} come in", "{n} go home", "How many guests are still there?"
    ),
)


def build(phrasing: str, counter: Counter, name: str, start: int, signs: str, **changes: int) -> Problem:
    """A running amount: one step for each change, in the order of time."""
    told: list[str] = []
    steps: list[Step] = []
    now = start
    for sign, n in zip(signs, changes.values(), strict=True):
        told.append((counter.up if sign == "+" else counter.down).format(name=name, n=n))
        steps.append(compute(told[-1][0].upper() + told[-1][1:], now, sign, n))
        now += n if sign == "+" else -n
    story = (
        f"{counter.start.format(name=name, start=start)}. First {', then '.join(told[:-1])}, and finally {told[-1]}."
    )
    return Problem(phrasing.format(story=story, question=counter.question), steps, str(now))


def solve(prompt: str) -> str:
    """The start, then every clause up or down by its words."""
    story = re.sub(r"[^.:?]*\?", "", prompt)
    first, *clauses = re.split(r"\. First |, then |, and finally ", story)
    total = _number(first)
    for clause in clauses:
        total += -_number(clause) if _DOWN.search(clause) else _number(clause)
    return str(total)


def _number(clause: str) -> int:
    (found,) = re.findall(r"\d+", clause)
    return int(found)


def _signs(count: int) -> tuple[str, ...]:
    """All orders of ups and downs with at least one of each."""
    orders = ("".join(signs) for signs in product("+-", repeat=count))
    return tuple(order for order in orders if len(set(order)) == 2)


def _level(difficulty: Difficulty, start: range, count: int, change: range) -> Level:
    axes = {"counter": _COUNTERS, "name": NAMES, "start": start, "signs": _signs(count)}
    return Level(difficulty, {**axes, **{f"c{i}": change for i in range(1, count + 1)}}, steps=count)


FAMILY = Family(
    name="change_over_time",
    category="reasoning",
    phrasings=(
        "{story} {question}",
        "{question} {story}",
        "Follow the changes. {story} {question}",
        "{story} After all this: {question}",
        "Keep track of the numbers: {story} {question}",
    ),
    levels=(
        _level("easy", range(20, 31), 3, range(2, 10)),
        _level("easy", range(20, 31), 4, range(2, 7)),
        _level("medium", range(31, 61), 3, range(2, 13)),
        _level("medium", range(40, 81), 4, range(2, 11)),
        _level("hard", range(60, 91), 5, range(2, 13)),
    ),
    build=build,
    solve=solve,
)
