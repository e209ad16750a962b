"""Claims about Wilson's interval and the form of a rate."""

import pytest
from scipy.stats import binomtest

from tunixlib.evaluation.intervals import proportion, wilson


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_published_intervals(k, n, low, high):
    """R. G. Newcombe, Statistics in Medicine 17, 1998, 857-872, Table I, method 3."""
    assert [round(bound, 4) for bound in wilson(k, n)] == [low, high]


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.999])
def test_wilson_equals_scipy(level):
    for k, n in ((0, 1), (1, 1), (3, 7), (50, 100), (499, 500)):
        expected = binomtest(k, n).proportion_ci(level, method="wilson")
        assert wilson(k, n, level) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_the_ends_are_exact():
    assert wilson(0, 9)[0] == 0.0
    assert wilson(9, 9)[1] == 1.0


def test_a_rate_carries_its_counts_and_interval():
    assert proportion(5, 10) == {"k": 5, "n": 10, "rate": 0.5, "low": 0.236593, "high": 0.763407}
    assert proportion(2, 3)["rate"] == 0.666667


def test_without_cases_there_is_no_rate():
    assert proportion(0, 0) == {"k": 0, "n": 0}


def test_impossible_counts_are_refused():
    with pytest.raises(ValueError, match="found 3 successes of 2"):
        wilson(3, 2)
    with pytest.raises(ValueError, match="found -1 successes of 2"):
        proportion(-1, 2)
    with pytest.raises(ValueError, match="found level 95"):
        wilson(1, 2, level=95)
