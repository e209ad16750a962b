"""Quantities of one kind in one unit: exact factors only."""

import pytest

from tunixlib.checking.conversions import SYSTEMS, same_quantity, tells_of_a_drawing
from tunixlib.checking.lexer import segments
from tunixlib.checking.sides import Side
from tunixlib.checking.units import DIMENSIONS, UNITS


def sides(text):
    tokens = segments(text)[0]
    at = next(i for i, token in enumerate(tokens) if token.kind == "rel")
    return Side(tokens[:at]), Side(tokens[at + 1 :])


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("2 m + 50 cm = 250 cm", (2500, 2500)),
        ("1 week = 7 days", (604_800, 604_800)),
        ("1 mile = 1760 yards", (63_360, 63_360)),
        ("$1 = 90 cents", (100, 90)),
        ("4 * 50 cm - 1 m = 100 cm", (1000, 1000)),
        ("1 in = 2.54 cm", None),
        ("1 hour + 5 = 65 minutes", None),
        ("100 cm / 4 cm = 25 m", None),
        ("6 km / 2 h = 3 km", None),
        ("1 month = 30 days", None),
        ("1 ton = 1000 kg", None),
        ("3 apples = 3 cm", None),
    ],
)
def test_both_sides_are_brought_to_one_unit_or_none(text, pair):
    assert same_quantity(*sides(text)) == pair


def test_every_system_holds_known_units_of_one_dimension():
    for system in SYSTEMS:
        assert all(UNITS[unit] == unit for unit in system)
        assert len({DIMENSIONS[unit] for unit in system}) == 1


def test_a_drawing_has_a_scale():
    assert tells_of_a_drawing("on a Map") and not tells_of_a_drawing("a mapped road")
