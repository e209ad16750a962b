"""Months, weekdays, clock times and the small writers that the reasoning families share.

    >>> clock(15 * 60 + 5)
    '3:05 PM'
    >>> read_clock("from 3:05 PM to 4:00 PM")
    [905, 960]

Families that ask several kinds of question keep one wording per kind and style: ``phrasings=STYLES``, and ``say``
picks the sentence.
"""

import re
from collections.abc import Mapping, Sequence

Steps = list[tuple[str, str]]

STYLES = ("statement", "question", "imperative", "casual")

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

# Days per month; February as in a common year.
MONTHS = {
    "January": 31, "February": 28, "March": 31, "April": 30, "May": 31, "June": 30,
    "July": 31, "August": 31, "September": 30, "October": 31, "November": 30, "December": 31,
}  # fmt: skip

_CLOCK = re.compile(r"(\d{1,2}):(\d\d) (AM|PM)")


def say(wordings: Mapping[str, Sequence[str]], kind: str, style: str, **fields: object) -> str:
    """The wording of one kind of question in one style, its fields filled. Raises ValueError on an unknown style."""
    return wordings[kind][STYLES.index(style)].format(**fields)


def clock(minutes: int) -> str:
    """Minutes since midnight as a 12-hour time: ``905`` -> ``"3:05 PM"``; a day later wraps around."""
    hour, minute = divmod(minutes % 1440, 60)
    return f"{(hour - 1) % 12 + 1}:{minute:02d} {'AM' if hour < 12 else 'PM'}"


def read_clock(text: str) -> list[int]:
    """All 12-hour times in a text as minutes since midnight: ``"at 12:30 AM"`` -> ``[30]``."""
    found = _CLOCK.findall(text)
    return [int(hour) % 12 * 60 + int(minute) + 720 * (half == "PM") for hour, minute, half in found]


def ordinal(n: int) -> str:
    """``1`` -> ``"1st"``, ``12`` -> ``"12th"``, ``23`` -> ``"23rd"``."""
    ending = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"


def product_steps(a: int, b: int) -> Steps:
    """``a * b`` in three steps, tens then ones then their sum, for a b of two digits that ends in no zero."""
    tens, ones = b - b % 10, b % 10
    return [
        ("compute", f"{a} * {tens} = {a * tens}"),
        ("compute", f"{a} * {ones} = {a * ones}"),
        ("compute", f"{a * tens} + {a * ones} = {a * b}"),
    ]


def without_zeros(start: int, stop: int) -> tuple[int, ...]:
    """The numbers of ``range(start, stop)`` that do not end in zero."""
    return tuple(n for n in range(start, stop) if n % 10)
