"""The first leap year after a given year, by its last two digits: 2021 -> 20 + 4 = 24 -> 2024."""

import calendar
import re

from tunixlib.seeding.families import Family, Level, Problem


def build(phrasing: str, year: int) -> Problem:
    """Go to the next multiple of 4 from the last two digits. No next one here is a century year."""
    century, last = divmod(year, 100)
    fours = last // 4 * 4
    answer = century * 100 + fours + 4
    steps = [
        ("compute", f"Last multiple of 4 up to {last}: {last // 4} * 4 = {fours}"),
        ("compute", f"The next one: {fours} + 4 = {fours + 4}"),
        ("conclude", f"The year that ends so is {answer}"),
    ]
    return Problem(phrasing.format(year=year), steps, str(answer))


def _years(first: int, last: int) -> tuple[int, ...]:
    """The years of two centuries whose last two digits lie within the bounds."""
    return tuple(century + digits for century in (1900, 2000) for digits in range(first, last + 1))


def solve(prompt: str) -> str:
    """Ask the calendar year by year."""
    year = max(int(found) for found in re.findall(r"\d{4}", prompt)) + 1
    while not calendar.isleap(year):
        year += 1
    return str(year)


FAMILY = Family(
    name="next_leap_year",
    category="synthetic",
    phrasings=(
        "Which is the first leap year after {year}?",
        "It is {year}. When is the next year, after this one, with a 29 February?",
        "Someone was born in {year}. What is the next year after the birth that has 366 days?",
        "After {year}, in which year does February have 29 days for the first time?",
    ),
    levels=(Level("easy", {"year": _years(1, 47)}, steps=3), Level("medium", {"year": _years(48, 95)}, steps=3)),
    build=build,
    solve=solve,
)
