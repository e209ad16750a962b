"""Days between two dates, or the date some days later, through the length of the month.

How many days pass from May 24 to June 9?   ->   16
"""

import re
from datetime import date, timedelta

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.measures import MONTHS, STYLES, say
from tunixlib.seeding.tasks.text import NAMES, plural

NAMED = tuple(MONTHS)

WORDINGS = {
    "between": (
        "{name} plants a seed on {start} and sees the first flower on {end}. How many days later is that?",
        "How many days pass from {start} to {end}, the day of {name}'s race?",
        "Count the days from {start}, when {name} borrows a book, to {end}, when the book is due.",
        "It is {start} today and {name}'s birthday is on {end}. How many more days is that?",
    ),
    "after": (
        "{name} leaves on {start} and comes back {n} later. What is the date then?",
        "What date is {n} after {start}? That is when {name} moves.",
        "Find the date {n} after {start} for {name}.",
        "{name} got a library book on {start} and may keep it for {n}. When must it go back?",
    ),
}
WORDINGS["two_months"] = WORDINGS["between"]


def build(phrasing: str, kind: str, name: str, month: int, first: int, last: int) -> Problem:
    """From day ``first`` of a month (0 is January) to day ``last`` of the next month, or of the one after it."""
    names = [NAMED[(month + k) % 12] for k in range(3)]
    end = names[2] if kind == "two_months" else names[1]
    length, left = MONTHS[names[0]], MONTHS[names[0]] - first
    steps = [
        ("recall", f"{names[0]} has {length} days"),
        ("compute", f"Days left in {names[0]}: {length} - {first} = {left}"),
    ]
    if kind == "two_months":
        steps.append(("recall", f"{names[1]} has {MONTHS[names[1]]} days"))
        steps.append(("compute", f"To the end of {names[1]}: {left} + {MONTHS[names[1]]} = {left + MONTHS[names[1]]}"))
        left += MONTHS[names[1]]
    days = left + last
    if kind == "after":
        steps.append(("compute", f"Days into {end}: {days} - {left} = {last}"))
        steps.append(("conclude", f"{plural(last, 'day')} into {end} is {end} {last}"))
    else:
        steps.append(("compute", f"To {end} {last}: {left} + {last} = {days} days"))
    fields = {"name": name, "start": f"{names[0]} {first}", "end": f"{end} {last}", "n": plural(days, "day")}
    return Problem(say(WORDINGS, kind, phrasing, **fields), steps, f"{end} {last}" if kind == "after" else str(days))


def solve(prompt: str) -> str:
    """Let the calendar of a common year count."""
    found = [
        date(2023, NAMED.index(month) + 1, int(day)) for month, day in re.findall(rf"({'|'.join(NAMED)}) (\d+)", prompt)
    ]
    span = re.search(r"(\d+) days? (?:later|after)|for (\d+) day", prompt)
    if len(found) == 1 and span:
        then = found[0] + timedelta(days=int(span[1] or span[2]))
        return f"{NAMED[then.month - 1]} {then.day}"
    start, end = found
    return str((end - start).days % 365)


# No month pair in which the length of February would matter.
_NOT_FEBRUARY = (0, *range(2, 12))

# Days near the turn of the month leave small numbers, days far from it larger ones.
_NEAR = {"first": range(15, 29), "last": range(2, 10)}
_FAR = {"first": range(3, 15), "last": range(10, 29)}

FAMILY = Family(
    name="calendar_dates",
    category="reasoning",
    phrasings=STYLES,
    levels=(
        Level("easy", {"kind": ("between",), "name": NAMES, "month": _NOT_FEBRUARY, **_NEAR}, steps=3),
        Level("easy", {"kind": ("after",), "name": NAMES, "month": _NOT_FEBRUARY, **_NEAR}, steps=4),
        Level("medium", {"kind": ("two_months",), "name": NAMES, "month": range(2, 12), **_NEAR}, steps=5),
        Level("medium", {"kind": ("between",), "name": NAMES, "month": _NOT_FEBRUARY, **_FAR}, steps=3),
        Level("medium", {"kind": ("after",), "name": NAMES, "month": _NOT_FEBRUARY, **_FAR}, steps=4),
        Level("hard", {"kind": ("two_months",), "name": NAMES, "month": range(2, 12), **_FAR}, steps=5),
    ),
    build=build,
    solve=solve,
)
