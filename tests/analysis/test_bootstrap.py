"""Claims about the interval by resampling items: a published example, and exact where chance can be reckoned."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest

from tunixlib.analysis.statistics import paired_bootstrap, paired_difference


def test_the_percentile_interval_is_that_of_the_binomial_it_resamples():
    """Of 20 items 8 differ by +1, the others by 0: a resampled mean is Binomial(20, 0.4) / 20, whose ends are exact."""
    share, total, ends = Fraction(8, 20), Fraction(0), []
    for k in range(21):
        total += comb(20, k) * share**k * (1 - share) ** (20 - k)
        ends += [k / 20] if (total >= Fraction(25, 1000) and not ends) or (total >= Fraction(975, 1000)) else []
    drawn = paired_bootstrap([1] * 8 + [0] * 12, [0] * 20, method="percentile")
    assert (drawn["difference"], drawn["low"], drawn["high"]) == (0.4, ends[0], ends[1])
    assert (ends[0], ends[1]) == (0.2, 0.6)


@pytest.mark.parametrize(("method", "low", "high"), [("percentile", 28.86, 84.21), ("BCa", 32.31, 91.43)])
def test_the_interval_of_a_mean_is_the_published_one(method, low, high):
    """Sixteen values and the intervals of R's boot package (a million resamples), as scipy's own tests cite them."""
    values = [10, 12, 12.5, 12.5, 13.9, 15, 21, 22, 23, 34, 50, 81, 89, 121, 134, 213]
    found = paired_bootstrap(values, [0] * 16, method=method, resamples=99_999)
    assert [found["low"], found["high"]] == pytest.approx([low, high], rel=0.02)


def test_bca_moves_with_the_skew_of_the_items():
    """One item in forty differs: BCa, unlike the percentile interval, reaches further to the long tail's side."""
    values = [1.0] + [0.0] * 39
    percentile, bca = (paired_bootstrap(values, [0.0] * 40, method=method) for method in ("percentile", "BCa"))
    assert bca["high"] > percentile["high"]
    assert bca["difference"] == percentile["difference"] == 0.025


def test_the_bootstrap_and_newcombe_agree_on_many_items():
    a, b = [True] * 240 + [False] * 160, [True] * 180 + [False] * 40 + [True] * 20 + [False] * 160
    drawn, reckoned = paired_bootstrap(a, b), paired_difference(a, b)
    assert drawn["difference"] == reckoned["difference"]
    assert [drawn["low"], drawn["high"]] == pytest.approx([reckoned["low"], reckoned["high"]], abs=0.005)


def test_the_same_seed_draws_the_same_interval():
    values = list(np.random.default_rng(1).random(60))
    assert paired_bootstrap(values, [0.5] * 60, seed=3) == paired_bootstrap(values, [0.5] * 60, seed=3)


def test_without_variation_the_paired_bootstrap_says_what_to_use_instead():
    with pytest.raises(ValueError, match=r"the same difference 1 on all 3 items.*use paired_difference"):
        paired_bootstrap([1, 1, 1], [0, 0, 0])
    with pytest.raises(ValueError, match="found 2 and 1 values"):
        paired_bootstrap([1, 0], [1])
