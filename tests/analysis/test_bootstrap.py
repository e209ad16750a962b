"""Claims about intervals by resampling: exact where chance can be reckoned, calibrated where it is drawn."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from made_arms import study
from scipy.stats import binomtest

from tunixlib.analysis.statistics import crossed_bootstrap, paired_bootstrap, paired_difference

DRAWS = 400  # studies drawn for a rate of findings


def found(interval):
    return interval["low"] > 0 or interval["high"] < 0


def test_the_percentile_interval_is_that_of_the_binomial_it_resamples():
    """Of 20 items 8 differ by +1, the others by 0: a resampled mean is Binomial(20, 0.4) / 20, whose ends are exact."""
    share, total, ends = Fraction(8, 20), Fraction(0), []
    for k in range(21):
        total += comb(20, k) * share**k * (1 - share) ** (20 - k)
        ends += [k / 20] if (total >= Fraction(25, 1000) and not ends) or (total >= Fraction(975, 1000)) else []
    drawn = paired_bootstrap([1] * 8 + [0] * 12, [0] * 20, method="percentile")
    assert (drawn["difference"], drawn["low"], drawn["high"]) == (0.4, ends[0], ends[1])
    assert (ends[0], ends[1]) == (0.2, 0.6)


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


def test_the_crossed_error_is_that_of_items_and_seeds_added():
    """By hand: differences (0, 1, 0, 0) and (0, 1, 1, 0); item means 0, 1, 1/2, 0, seed means 1/4 and 1/2, mean 3/8.

    Variance over items: (2 x 9/64 + 25/64 + 1/64) / (4 x 3) = 11/192; over seeds: (2 x 1/64) / (2 x 1) = 1/64.
    """
    flat, curriculum = [[1, 0, 0, 1], [1, 0, 0, 0]], [[1, 1, 0, 1], [1, 1, 1, 0]]
    got = crossed_bootstrap(curriculum, flat)
    over_items, over_seeds = Fraction(11, 192), Fraction(1, 64)
    total = over_items + over_seeds
    assert got["difference"] == 0.375
    assert got["se"] == round(float(total) ** 0.5, 6)
    assert got["df"] == round(float(total**2 / (over_items**2 / 3 + over_seeds**2 / 1)), 6)
    assert (got["per_seed"], got["seeds"], got["items"]) == ([0.25, 0.5], 2, 4)
    assert (got["only_a"], got["only_b"]) == (3, 0)
    assert got["p_value"] > 0.05
    assert got["low"] < 0 < got["high"]


def test_swapping_the_arms_mirrors_the_crossed_interval():
    a, b = study(np.random.default_rng(5), 3, 80, 0.1)
    there, back = crossed_bootstrap(a, b), crossed_bootstrap(b, a)
    assert (back["difference"], back["low"], back["high"]) == (-there["difference"], -there["high"], -there["low"])
    assert back["p_value"] == there["p_value"]


def test_seeds_that_disagree_widen_the_interval_and_answers_repeated_do_not_narrow_it():
    steady = [[1] * 30 + [0] * 70] * 4
    swaying = [[1] * k + [0] * (100 - k) for k in (60, 0, 60, 0)]
    zero = [[0] * 100] * 4
    width = [(r := crossed_bootstrap(arm, zero))["high"] - r["low"] for arm in (steady, swaying)]
    assert width[1] > 2 * width[0]
    alone = paired_difference([bool(x) for x in steady[0]], [False] * 100)
    assert width[0] == pytest.approx(alone["high"] - alone["low"], abs=0.02)


@pytest.mark.parametrize("value", [0, 1])
def test_arms_that_never_differ_still_have_an_interval_of_some_width(value):
    same = crossed_bootstrap([[value] * 50] * 3, [[value] * 50] * 3)
    assert (same["difference"], same["p_value"]) == (0.0, 1.0)
    assert -0.1 < same["low"] < 0 < same["high"] < 0.1


def test_a_pattern_that_cancels_in_every_mean_is_no_certainty():
    got = crossed_bootstrap([[1, 0], [0, 1]], [[0, 1], [1, 0]])
    assert got["difference"] == 0.0
    assert got["low"] < 0 < got["high"]


@pytest.mark.parametrize(
    ("a", "b", "match"),
    [
        ([[1, 0]], [[0, 1]], "found 1 seeds and 2 items"),
        ([[1, 0], [1, 0]], [[0, 1, 1], [0, 1, 1]], r"shapes \(2, 2\) and \(2, 3\)"),
        ([1, 0], [0, 1], r"shapes \(2,\)"),
        ([[1, 0.5], [1, 0]], [[0, 1], [1, 0]], "neither 0 nor 1"),
    ],
)
def test_what_is_no_study_is_refused(a, b, match):
    with pytest.raises(ValueError, match=match):
        crossed_bootstrap(a, b)


@pytest.mark.parametrize(
    ("seeds", "items", "seed_sd"), [(3, 120, 0.0), (3, 400, 0.03), (5, 400, 0.015), (2, 100, 0.02)]
)
def test_a_planted_null_is_found_no_more_often_than_the_level_allows(seeds, items, seed_sd):
    """Findings in 400 studies without an effect: not above 5 % by a binomial test at 1 in 1,000."""
    rng = np.random.default_rng([seeds, items])
    count = sum(
        found(crossed_bootstrap(*study(rng, seeds, items, 0.0, seed_sd=seed_sd), resamples=1)) for _ in range(DRAWS)
    )
    assert binomtest(count, DRAWS, 0.05, alternative="greater").pvalue > 0.001


@pytest.mark.parametrize(
    ("seeds", "items", "seed_sd", "most"), [(3, 200, 0.06, 0.08), (5, 700, 0.05, 0.08), (2, 400, 0.05, 0.13)]
)
def test_where_seeds_differ_far_more_than_items_explain_a_null_is_found_a_little_too_often(seeds, items, seed_sd, most):
    """The known weak side of estimated degrees of freedom, held to 8 % from three seeds on; two are too few."""
    rng = np.random.default_rng([seeds, items])
    drawn = (study(rng, seeds, items, 0.0, seed_sd=seed_sd) for _ in range(DRAWS))
    count = sum(found(crossed_bootstrap(*arms, resamples=1)) for arms in drawn)
    assert binomtest(count, DRAWS, most, alternative="greater").pvalue > 0.001


def test_a_planted_effect_is_found_and_the_interval_holds_it():
    rng = np.random.default_rng(11)
    results = [crossed_bootstrap(*study(rng, 3, 300, 0.12, seed_sd=0.01), resamples=1) for _ in range(200)]
    assert sum(r["low"] > 0 for r in results) >= 190
    assert sum(r["low"] <= 0.12 <= r["high"] for r in results) >= 184  # 95 % of 200 would be 190


def test_drawn_percentiles_alone_would_find_effects_that_are_not_there():
    """Why they are shown and not used: with three seeds that matter they miss the truth far more often than 1 in 20."""
    rng, outside, draws = np.random.default_rng(13), 0, 150
    for _ in range(draws):
        got = crossed_bootstrap(*study(rng, 3, 200, 0.0, seed_sd=0.06), resamples=200)
        outside += got["percentile_low"] > 0 or got["percentile_high"] < 0
    assert binomtest(outside, draws, 0.05, alternative="greater").pvalue < 0.001


def test_a_planted_effect_between_two_checkpoints_is_found_and_a_planted_null_is_not():
    rng, findings = np.random.default_rng(17), {0.0: 0, 0.12: 0}
    for effect in findings:
        for _ in range(DRAWS):
            a, b = study(rng, 1, 200, effect)
            findings[effect] += paired_difference(a[0].tolist(), b[0].tolist())["p_value"] < 0.05
    assert binomtest(findings[0.0], DRAWS, 0.05, alternative="greater").pvalue > 0.001
    assert findings[0.12] > 0.9 * DRAWS
