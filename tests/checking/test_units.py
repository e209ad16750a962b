"""Which words name the same unit, and what each measures."""

import pytest

from tunixlib.checking.units import DIMENSIONS, UNITS, dimension, stem


@pytest.mark.parametrize(
    ("word", "symbol", "measured"),
    [
        ("metres", "m", "length"),
        ("inches", "in", "length"),
        ("feet", "ft", "length"),
        ("minute", "min", "time"),
        ("lbs", "lb", "mass"),
        ("¢", "cent", "money"),
        ("£", "£", "money"),
        ("percent", "%", "share"),
    ],
)
def test_a_unit_word_has_one_symbol_and_one_dimension(word: str, symbol: str, measured: str) -> None:
    assert (UNITS[word], DIMENSIONS[symbol], dimension(word)) == (symbol, measured, measured)


def test_every_symbol_is_its_own_name() -> None:
    assert [symbol for symbol in DIMENSIONS if UNITS[symbol] != symbol] == []


def test_other_words_measure_nothing_and_lose_their_plural() -> None:
    assert (dimension("apples"), dimension("")) == (None, None)
    assert (stem("apples"), stem("bus"), stem("hours")) == ("apple", "bus", "h")
