"""The first leap year after a given year: 2021 -> 2024."""

import calendar
import re

from tunixlib.seeding.families import Family, Level, Problem


def build(phrasing: str, year: int) -> Problem:
    """Find the last multiple of 4, add 4, check. No century year lies in the range but 2000, which is a leap year."""
    fours = year // 4
    steps = [
        ("compute", f"Last multiple of 4 up to {year}: {fours} * 4 = {fours * 4}"),
        ("compute", f"The next one: {fours * 4} + 4 = {fours * 4 + 4}"),
        ("verify", f"Check: {fours * 4 + 4} / 4 = {fours + 1}"),
    ]
    return Problem(phrasing.format(year=year), steps, str(fours * 4 + 4))


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
    levels=(Level("medium", {"year": range(1901, 2096)}, steps=3),),
    build=build,
    solve=solve,
)
