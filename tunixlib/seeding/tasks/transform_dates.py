"""Writing a date in another form: 2024-03-05 -> 5 March 2024, 5 March 2024 -> 2024-03-05."""

import re
from datetime import date, datetime

from tunixlib.seeding.families import Family, Level, Problem

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_WORDS = ("day, month name, year",)
_AMERICAN = ("month name, day, comma, year",)
_DIGITS = ("year-month-day in digits",)
_CALENDAR = {"year": range(2000, 2030), "month": range(1, 13), "day": range(1, 29)}


def build(phrasing: str, form: str, year: int, month: int, day: int) -> Problem:
    """Change the month, then put the parts in the new order."""
    name, digits = _MONTHS[month - 1], f"{year}-{month:02d}-{day:02d}"
    if form in _DIGITS:
        given, result = f"{day} {name} {year}", digits
        steps = [("recall", f"{name} is month {month:02d}, the day is {day:02d}, the year is {year}")]
    else:
        given = digits
        result = f"{day} {name} {year}" if form in _WORDS else f"{name} {day}, {year}"
        steps = [("recall", f"Month {month:02d} is {name}, the day is {day}, the year is {year}")]
    steps.append(("transform", f"In the new order: {result}"))
    return Problem(phrasing.format(date=given, form=form), steps, result)


def solve(prompt: str) -> str:
    """Parse the date with ``datetime`` and format it as the prompt asks."""
    digits = re.search(r"\d{4}-\d\d-\d\d", prompt)
    if digits is None:
        words = re.search(r"(\d+ [A-Z][a-z]+ \d{4})", prompt)
        if words is None:
            raise ValueError(f"found no date in {prompt!r}, expected 2024-03-05 or 5 March 2024")
        return datetime.strptime(words[0], "%d %B %Y").date().isoformat()
    found = date.fromisoformat(digits[0])
    if "comma" in prompt:
        return f"{found:%B} {found.day}, {found.year}"
    return f"{found.day} {found:%B} {found.year}"


FAMILY = Family(
    name="transform_dates",
    category="golden_style",
    phrasings=(
        "Write the date {date} in this form: {form}.",
        "Change {date} to the form {form}.",
        "A letter is dated {date}. How is that written as {form}?",
        "How would {date} look if the form had to be {form}?",
        "Date: {date}. Wanted form: {form}.",
    ),
    levels=(
        Level("easy", {"form": _WORDS, **_CALENDAR}, steps=2),
        Level("medium", {"form": _AMERICAN, **_CALENDAR}, steps=2),
        Level("hard", {"form": _DIGITS, **_CALENDAR}, steps=2),
    ),
    build=build,
    solve=solve,
)
