"""Capitals, countries, continents: `On which continent is Nairobi?` -> the capital of Kenya -> in Africa."""

from collections.abc import Callable
from typing import Any

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.words import and_list

_TABLE = {
    "Africa": (
        ("Kenya", "Nairobi"), ("Egypt", "Cairo"), ("Ghana", "Accra"), ("Ethiopia", "Addis Ababa"), ("Morocco", "Rabat"),
        ("Senegal", "Dakar"), ("Uganda", "Kampala"), ("Zambia", "Lusaka"), ("Angola", "Luanda"), ("Tunisia", "Tunis"),
        ("Algeria", "Algiers"),
    ),
    "Asia": (
        ("Japan", "Tokyo"), ("China", "Beijing"), ("India", "New Delhi"), ("Thailand", "Bangkok"), ("Vietnam", "Hanoi"),
        ("Nepal", "Kathmandu"), ("Iran", "Tehran"), ("South Korea", "Seoul"), ("Pakistan", "Islamabad"),
        ("Bangladesh", "Dhaka"), ("Iraq", "Baghdad"),
    ),
    "Europe": (
        ("France", "Paris"), ("Germany", "Berlin"), ("Spain", "Madrid"), ("Italy", "Rome"), ("Poland", "Warsaw"),
        ("Austria", "Vienna"), ("Portugal", "Lisbon"), ("Greece", "Athens"), ("Norway", "Oslo"),
        ("Sweden", "Stockholm"), ("Finland", "Helsinki"),
    ),
    "South America": (
        ("Brazil", "Brasilia"), ("Argentina", "Buenos Aires"), ("Chile", "Santiago"), ("Peru", "Lima"),
        ("Colombia", "Bogota"), ("Ecuador", "Quito"), ("Uruguay", "Montevideo"), ("Paraguay", "Asuncion"),
        ("Venezuela", "Caracas"), ("Guyana", "Georgetown"), ("Suriname", "Paramaribo"),
    ),
    "North America": (
        ("Canada", "Ottawa"), ("Mexico", "Mexico City"), ("Cuba", "Havana"), ("Jamaica", "Kingston"),
        ("Panama", "Panama City"), ("Guatemala", "Guatemala City"), ("Honduras", "Tegucigalpa"),
        ("Nicaragua", "Managua"), ("El Salvador", "San Salvador"), ("Haiti", "Port-au-Prince"),
        ("Costa Rica", "San Jose"),
    ),
}  # fmt: skip
_CONTINENTS = tuple(_TABLE)
_SIZE = 11
_WHERE = {name: continent for continent, rows in _TABLE.items() for row in rows for name in row}

_CONTINENT_ASKED = (
    "On which continent is {place}?",
    "Name the continent on which {place} lies.",
    "If you travel to {place}, which continent are you on?",
    "Think of {place}. Which continent is it part of?",
    "Tell me the continent of {place}.",
)
_SAME_ASKED = (
    "Are {a} and {b} on the same continent?",
    "Is {a} on the same continent as {b}?",
    "Answer yes or no: do {a} and {b} lie on one continent?",
    "A plane flies from {a} to {b}. Are both cities on one continent?",
    "My map shows {a} and {b}. Do these cities share a continent?",
)
_PICK_ASKED = (
    "Which of these cities is in {continent}: {either}?",
    "{all} are capitals. Which one lies in {continent}?",
    "A traveler wants to see {continent}. Which city is right: {either}?",
    "Choose the city in {continent}: {either}.",
    "Only one of the cities {all} is in {continent}. Which one?",
)
# (continents further, rows further) from the first city: ten on its own continent, ten elsewhere.
_FROM_FIRST = tuple((0, k) for k in range(1, _SIZE)) + tuple((1 + k % 4, k) for k in range(1, _SIZE))


def build(phrasing: str, kind: str, **parts: Any) -> Problem:
    """``phrasing`` is a number that picks the sentence for ``kind``: continent, same or pick."""
    makers: dict[str, Callable[..., Problem]] = {"continent": _continent, "same": _same, "pick": _pick}
    return makers[kind](int(phrasing), **parts)


def _continent(style: int, row: int, by_country: bool) -> Problem:
    continent = _CONTINENTS[row // _SIZE]
    country, city = _TABLE[continent][row % _SIZE]
    first = f"The capital of {country} is {city}." if by_country else f"{city} is the capital of {country}."
    steps = [
        ("recall", first),
        ("recall", f"{country} is a country in {continent}."),
        ("conclude", f"So {city} is in {continent}."),
    ]
    place = f"the capital of {country}" if by_country else city
    return Problem(_CONTINENT_ASKED[style].format(place=place), steps, continent)


def _same(style: int, row: int, further: tuple[int, int]) -> Problem:
    here = row // _SIZE
    there = (here + further[0]) % len(_CONTINENTS)
    a, b = row % _SIZE, (row + further[1]) % _SIZE
    yes = here == there
    names = _CONTINENTS[here], _CONTINENTS[there]
    steps = [
        ("recall", _fact(here, a)),
        ("recall", _fact(there, b)),
        ("compare", f"Both are in {names[0]}." if yes else f"{names[0]} and {names[1]} are different continents."),
        ("conclude", "So they share a continent: yes" if yes else "So they do not share a continent: no"),
    ]
    cities = {"a": _TABLE[names[0]][a][1], "b": _TABLE[names[1]][b][1]}
    return Problem(_SAME_ASKED[style].format(**cities), steps, "yes" if yes else "no")


def _pick(style: int, target: int, others: tuple[int, int], rows: int, place: int) -> Problem:
    spots = [(target + shift) % len(_CONTINENTS) for shift in others]
    spots.insert(place, target)
    chosen = [rows // _SIZE**i % _SIZE for i in range(3)]
    cities = [_TABLE[_CONTINENTS[spot]][row][1] for spot, row in zip(spots, chosen, strict=True)]
    facts = [("recall", _fact(spot, row)) for spot, row in zip(spots, chosen, strict=True)]
    continent = _CONTINENTS[target]
    steps = [*facts, ("conclude", f"Only {cities[place]} is in {continent}.")]
    prompt = _PICK_ASKED[style].format(continent=continent, either=and_list(cities, "or"), all=and_list(cities))
    return Problem(prompt, steps, cities[place])


def _fact(continent: int, row: int) -> str:
    country, city = _TABLE[_CONTINENTS[continent]][row]
    return f"{city} is the capital of {country} in {_CONTINENTS[continent]}."


def solve(prompt: str) -> str:
    """Look up every city and country of the prompt; how many there are tells the question."""
    cities = [city for rows in _TABLE.values() for _, city in rows if city in prompt]
    if len(cities) == 3:
        return next(city for city in cities if f"in {_WHERE[city]}" in prompt or f"see {_WHERE[city]}" in prompt)
    if len(cities) == 2:
        return "yes" if len({_WHERE[city] for city in cities}) == 1 else "no"
    return next(_WHERE[name] for name in (*cities, *_WHERE) if name in cities or f"capital of {name}" in prompt)


_SHIFTS = tuple((a, b) for a in range(1, 5) for b in range(1, 5) if a != b)

FAMILY = Family(
    name="geography_facts",
    category="reasoning",
    phrasings=tuple(map(str, range(len(_PICK_ASKED)))),
    levels=(
        Level("easy", {"kind": ("continent",), "row": range(5 * _SIZE), "by_country": (False, True)}, steps=3),
        Level("easy", {"kind": ("same",), "row": range(5 * _SIZE), "further": _FROM_FIRST}, steps=4),
        Level(
            "medium",
            {"kind": ("pick",), "target": range(5), "others": _SHIFTS, "rows": range(_SIZE**3), "place": range(3)},
            steps=4,
        ),
    ),
    build=build,
    solve=solve,
)
