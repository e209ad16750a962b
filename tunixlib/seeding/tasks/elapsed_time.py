"""How long something lasts, from two clock times: past an hour, over several hours, across noon.

A film runs from 2:40 PM to 3:25 PM. How long is that in minutes?   ->   45
"""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.measures import Steps, clock, read_clock
from tunixlib.seeding.tasks.text import plural

EVENTS = (
    "film", "concert", "football match", "swimming lesson", "train ride", "school fair", "picnic", "museum tour",
    "chess game", "dance class", "boat trip", "science lesson",
)  # fmt: skip


def build(phrasing: str, kind: str, event: str, hour: int, minutes: tuple[int, int], hours: int) -> Problem:
    """From the first of ``minutes`` past ``hour`` to the second, past an hour that is ``hours`` later."""
    start, end = minutes
    first, last = hour * 60 + start, (hour + hours) * 60 + end
    steps = {
        "next_hour": _to_the_next_hour, "two_units": _hours_and_minutes, "same_half": _hours_then_minutes,
        "noon": _across_noon,
    }[kind](first, last)  # fmt: skip
    unit = "hours and minutes" if kind in ("two_units", "noon") else "minutes"
    answer = _in_two_units(first, last) if unit != "minutes" else str(last - first)
    return Problem(phrasing.format(event=event, start=clock(first), end=clock(last), unit=unit), steps, answer)


def _in_two_units(first: int, last: int) -> str:
    return "{} hours {} minutes".format(*divmod(last - first, 60))


def _to_the_next_hour(first: int, last: int) -> Steps:
    full, before, after = last - last % 60, 60 - first % 60, last % 60
    return [
        ("compute", f"From {clock(first)} to {clock(full)}: 60 - {first % 60} = {before}"),
        ("given", f"From {clock(full)} to {clock(last)}: {plural(after, 'minute')}"),
        ("compute", f"Together: {before} + {after} = {before + after}"),
    ]


def _whole_hours(first: int, last: int) -> Steps:
    """The whole hours from the first time, then the minutes from there to the last."""
    hours, minutes = divmod(last - first, 60)
    middle = first + hours * 60
    shown, later = ((time // 60 - 1) % 12 + 1 for time in (first, middle))
    return [
        ("compute", f"Hours from {clock(first)} to {clock(middle)}: {later} - {shown} = {hours}"),
        ("compute", f"Minutes from {clock(middle)} to {clock(last)}: {last % 60} - {first % 60} = {minutes}"),
    ]


def _hours_and_minutes(first: int, last: int) -> Steps:
    return [
        *_whole_hours(first, last),
        ("verify", f"Check: {first % 60} + {(last - first) % 60} = {last % 60}"),
        ("conclude", f"Together: {_in_two_units(first, last)}"),
    ]


def _hours_then_minutes(first: int, last: int) -> Steps:
    hours, minutes = divmod(last - first, 60)
    return [
        *_whole_hours(first, last),
        ("convert", f"{plural(hours, 'hour')} in minutes: {hours} * 60 = {hours * 60}"),
        ("compute", f"Together: {hours * 60} + {minutes} = {last - first}"),
    ]


def _across_noon(first: int, last: int) -> Steps:
    full, hours_after, minutes_after = first // 60 + 1, last // 60 - 12, last % 60
    return [
        ("compute", f"From {clock(first)} to {clock(full * 60)}: 60 - {first % 60} = {60 - first % 60}"),
        ("compute", f"From {clock(full * 60)} to noon: 12 - {full} = {12 - full}"),
        ("given", f"From noon to {clock(last)}: {plural(hours_after, 'hour')} {plural(minutes_after, 'minute')}"),
        ("compute", f"Hours: {12 - full} + {hours_after} = {12 - full + hours_after}"),
        ("compute", f"Minutes: {60 - first % 60} + {minutes_after} = {60 - first % 60 + minutes_after}"),
    ]


def solve(prompt: str) -> str:
    """Subtract the two clock times."""
    first, last = read_clock(prompt)
    if "hours and minutes" in prompt:
        return "{} hours {} minutes".format(*divmod(last - first, 60))
    return str(last - first)


# Hours after midnight: early mornings, and afternoons from 1 to 6.
_HOURS = (6, 7, *range(13, 19))

# Minutes of the first and of the last time. In fives: past the full hour, within it, across noon; then any minute.
_PAST = tuple((a, b) for a in range(30, 60, 5) for b in range(5, 25, 5))
_WITHIN = tuple((a, b) for a in range(5, 60, 5) for b in range(5, 60, 5) if a < b)
_NOON = tuple((a, b) for a in range(35, 60, 5) for b in range(5, 35, 5))
_ANY = tuple((a, b) for a in range(1, 30) for b in range(31, 60) if a % 5 and b % 5)

FAMILY = Family(
    name="elapsed_time",
    category="reasoning",
    phrasings=(
        "A {event} runs from {start} to {end}. How long is that in {unit}?",
        "How many {unit} does a {event} last if it begins at {start} and is over at {end}?",
        "Find the time in {unit} from {start}, when the {event} starts, to {end}, when it ends.",
        "The {event} started at {start}. It is {end} now and it has just ended. It took how many {unit}?",
        "Start of the {event}: {start}. End: {end}. Give its length in {unit}.",
    ),
    levels=(
        Level(
            "easy",
            {"kind": ("next_hour",), "event": EVENTS, "hour": _HOURS, "minutes": _PAST, "hours": (1,)},
            steps=3,
        ),
        Level(
            "easy",
            {"kind": ("two_units",), "event": EVENTS, "hour": _HOURS, "minutes": _WITHIN, "hours": (2, 3, 4)},
            steps=4,
        ),
        Level(
            "medium",
            {"kind": ("same_half",), "event": EVENTS, "hour": _HOURS, "minutes": _WITHIN, "hours": (1,)},
            steps=4,
        ),
        Level(
            "medium",
            {"kind": ("noon",), "event": EVENTS, "hour": (8, 9, 10), "minutes": _NOON, "hours": (5, 6, 7)},
            steps=5,
        ),
        Level(
            "hard",
            {"kind": ("same_half",), "event": EVENTS, "hour": _HOURS, "minutes": _ANY, "hours": (2, 3, 4)},
            steps=4,
        ),
    ),
    build=build,
    solve=solve,
)
