"""What time it is some minutes and hours after or before another time.

It is 3:25 PM. What time will it be 50 minutes later?   ->   4:15 PM
"""

import re
from collections.abc import Sequence

from tunixlib.seeding.families import Difficulty, Family, Level, Problem
from tunixlib.seeding.tasks.measures import Steps, clock, read_clock
from tunixlib.seeding.tasks.text import plural

LATER = {"rel": "after", "adverb": "later", "be": "will it be", "show": "will it show"}
EARLIER = {"rel": "before", "adverb": "earlier", "be": "was it", "show": "did it show"}


def build(phrasing: str, kind: str, hour: int, early: int, late: int, hours: int) -> Problem:
    """Later: from minute ``late`` over the full hour to minute ``early``; earlier: the other way round."""
    sign = -1 if kind == "earlier" else 1
    start = hour * 60 + (late if sign > 0 else early)
    span = 60 - late + early
    target = start + sign * (hours * 60 + span)
    steps = (_earlier if sign < 0 else _later)(start, hours, span, target)
    length = (f"{plural(hours, 'hour')} and " if hours else "") + plural(span, "minute")
    words = EARLIER if sign < 0 else LATER
    return Problem(phrasing.format(start=clock(start), span=length, **words), steps, clock(target))


def _face(minutes: int) -> int:
    return (minutes // 60 - 1) % 12 + 1


def _later(start: int, hours: int, span: int, target: int) -> Steps:
    hour, minutes = _face(start), start % 60 + span
    steps = [("compute", f"Hours: {hour} + {hours} = {hour + hours}")] if hours else []
    steps.append(("compute", f"Minutes: {start % 60} + {span} = {minutes}"))
    steps.append(("compute", f"Past the full hour: {minutes} - 60 = {minutes - 60}"))
    reached = hour + hours + 1
    if reached <= 12:
        return [*steps, ("compute", f"Hour: {reached - 1} + 1 = {reached}, so it is {clock(target)}")]
    steps.append(("compute", f"Hour: {reached - 1} + 1 = {reached}"))
    return [*steps, ("convert", f"After noon: {reached} - 12 = {reached - 12}, so it is {clock(target)}")]


def _earlier(start: int, hours: int, span: int, target: int) -> Steps:
    hour, minutes = _face(start), start % 60 + 60
    steps = [("compute", f"Hours: {hour} - {hours} = {hour - hours}")] if hours else []
    return [
        *steps,
        ("compute", f"Borrow an hour: {start % 60} + 60 = {minutes}"),
        ("compute", f"Minutes: {minutes} - {span} = {minutes - span}"),
        ("compute", f"Hour: {hour - hours} - 1 = {hour - hours - 1}, so it was {clock(target)}"),
    ]


def solve(prompt: str) -> str:
    """Add the hours and minutes of the span to the clock time, or take them away."""
    (start,) = read_clock(prompt)
    span = sum(int(n) * (60 if unit == "hour" else 1) for n, unit in re.findall(r"(\d+) (hour|minute)", prompt))
    backwards = re.search(r"\b(before|earlier)\b", prompt)
    return clock(start - span if backwards else start + span)


_LATE, _EARLY = range(30, 60, 5), range(0, 30, 5)
_ANY_LATE = tuple(minute for minute in range(30, 60) if minute % 5)


def _level(difficulty: Difficulty, kind: str, hour: Sequence[int], hours: tuple[int, ...], steps: int) -> Level:
    return Level(difficulty, {"kind": (kind,), "hour": hour, "early": _EARLY, "late": _LATE, "hours": hours}, steps)


FAMILY = Family(
    name="clock_addition",
    category="reasoning",
    phrasings=(
        "What time is it {span} {rel} {start}?",
        "It is {start}. What time {be} {span} {adverb}?",
        "Find the time {span} {rel} {start}.",
        "The kitchen clock shows {start}. What {show} {span} {adverb}?",
        "{start} is on my watch. Tell me the time {span} {adverb}.",
    ),
    levels=(
        _level("easy", "later", (*range(1, 11), *range(13, 23)), (0,), steps=3),
        _level("easy", "earlier", (*range(2, 12), *range(14, 24)), (0,), steps=3),
        _level("easy", "later", (*range(1, 8), *range(13, 20)), (1, 2, 3), steps=4),
        _level("medium", "earlier", (*range(5, 12), *range(17, 24)), (1, 2, 3), steps=4),
        _level("medium", "later", (8, 9, 10, 11), (4, 5, 6), steps=5),
        Level(
            "hard",
            {
                "kind": ("later", "earlier"),
                "hour": (*range(5, 9), *range(17, 21)),
                "early": range(0, 30),
                "late": _ANY_LATE,
                "hours": (1, 2, 3),
            },
            steps=4,
        ),
    ),
    build=build,
    solve=solve,
)
