"""Seasons north and south of the equator: July in Chile is winter."""

import re

from tunixlib.seeding.families import Family, Level, Problem

_NORTH = ("Canada", "Denmark", "France", "Germany", "Italy", "Japan", "Norway", "Poland", "Spain", "Sweden")
_SOUTH = ("Argentina", "Australia", "Chile", "New Zealand", "Paraguay", "South Africa", "Uruguay")
_SEASONS = {
    "winter": ("December", "January", "February"),
    "spring": ("March", "April", "May"),
    "summer": ("June", "July", "August"),
    "autumn": ("September", "October", "November"),
}
_MONTHS = tuple(month for months in _SEASONS.values() for month in months)
_OPPOSITE = {"winter": "summer", "summer": "winter", "spring": "autumn", "autumn": "spring"}


def build(phrasing: str, country: str, month: str) -> Problem:
    """Place the country, take the season of the north, turn it round for the south."""
    northern = next(season for season, months in _SEASONS.items() if month in months)
    half = "northern" if country in _NORTH else "southern"
    steps = [
        ("recall", f"{country} is in the {half} half of the Earth"),
        ("recall", f"In the north, {month} is in {northern}"),
    ]
    if half == "southern":
        steps.append(("conclude", f"The south has the opposite season: {_OPPOSITE[northern]}"))
    answer = northern if half == "northern" else _OPPOSITE[northern]
    return Problem(phrasing.format(country=country, month=month), steps, answer)


def solve(prompt: str) -> str:
    """Count months from December; the south is half a year ahead."""
    month = re.findall("|".join(_MONTHS), prompt)[0]
    ahead = 6 if any(country in prompt for country in _SOUTH) else 0
    return ("winter", "spring", "summer", "autumn")[(_MONTHS.index(month) + ahead) % 12 // 3]


FAMILY = Family(
    name="seasons_hemisphere",
    category="reasoning",
    phrasings=(
        "Which season is it in {country} in {month}?",
        "A postcard from {country} is dated {month}. Was it written in spring, summer, autumn or winter?",
        "We fly to {country} in {month}. Into which season do we fly?",
        "{month}, {country}: winter, spring, summer or autumn?",
    ),
    levels=(
        Level("easy", {"country": _NORTH, "month": _MONTHS}, steps=2),
        Level("medium", {"country": _SOUTH, "month": _MONTHS}, steps=3),
    ),
    build=build,
    solve=solve,
)
