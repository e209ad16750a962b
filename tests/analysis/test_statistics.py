"""Claims about comparisons, against published values."""

import doctest
from math import comb

import pytest

from tunixlib.analysis import bootstrap, crossed, power, statistics, verdicts
from tunixlib.analysis.statistics import holm, mcnemar_exact, minimum_detectable_difference, paired_difference


@pytest.mark.parametrize("module", [bootstrap, crossed, power, statistics, verdicts])
def test_the_examples_of_the_modules_are_what_they_compute(module):
    done = doctest.testmod(module)
    assert (done.failed, done.attempted > 0) == (0, True)


def answers(both, only_a, only_b, neither):
    """Two checkpoints' results with the given 2 x 2 table."""
    a = [True] * (both + only_a) + [False] * (only_b + neither)
    b = [True] * both + [False] * only_a + [True] * only_b + [False] * neither
    return a, b


@pytest.mark.parametrize(
    ("table", "difference", "low", "high", "digits"),
    [
        ((36, 12, 2, 0), 0.2, 0.0569, 0.3404, 4),
        ((1, 1, 7, 12), -0.286, -0.507, -0.026, 3),
    ],
    ids=["Newcombe 1998", "Bentur 2009"],
)
def test_the_paired_interval_is_the_published_one(table, difference, low, high, digits):
    """R. G. Newcombe, Stat. Med. 17, 1998, 2635-2650, method 10; and the airway data of Bentur et al. as analysed by

    Fagerland, Lydersen and Laake, Stat. Med. 33, 2014, 2850-2875 ("Newcombe square-and-add").
    """
    found = paired_difference(*answers(*table))
    assert [round(found[name], digits) for name in ("difference", "low", "high")] == [difference, low, high]


def test_mcnemar_is_the_published_p_value():
    """The same airway data: 1 and 7 discordant pairs, exact conditional p = 0.070 (2 * 9 / 256)."""
    assert mcnemar_exact(1, 7) == pytest.approx(0.0703125, abs=1e-12)
    assert mcnemar_exact(7, 1) == mcnemar_exact(1, 7)
    assert mcnemar_exact(0, 6) == pytest.approx(2 / 64, abs=1e-12)
    assert mcnemar_exact(4, 4) == 1.0
    assert mcnemar_exact(0, 0) == 1.0


def test_the_approval_ratings_differ_as_published():
    """A. Agresti, Categorical Data Analysis, 2nd edition 2002, section 10.1: 794, 150, 86, 570 of 1,600 voters; 0.59

    against 0.55, 95 % interval 0.02 to 0.06. The exact p is counted here in whole numbers.
    """
    found = paired_difference(*answers(794, 150, 86, 570))
    assert [round(found[name], 2) for name in ("difference", "low", "high")] == [0.04, 0.02, 0.06]
    counted = 2 * sum(comb(236, k) for k in range(150, 237)) / 2**236
    assert mcnemar_exact(150, 86) == pytest.approx(counted, rel=1e-9)
    assert found["p_value"] == float(f"{counted:.6g}")


def test_a_comparison_counts_every_pair_once():
    found = paired_difference(*answers(40, 8, 3, 9))
    assert {name: found[name] for name in ("both", "only_a", "only_b", "neither")} == {
        "both": 40,
        "only_a": 8,
        "only_b": 3,
        "neither": 9,
    }
    assert found["difference"] == round(5 / 60, 6)
    assert found["p_value"] == 0.226562


def test_swapping_the_checkpoints_mirrors_the_interval():
    a, b = answers(20, 12, 2, 16)
    there, back = paired_difference(a, b), paired_difference(b, a)
    assert (back["difference"], back["low"], back["high"]) == (-there["difference"], -there["high"], -there["low"])
    assert back["p_value"] == there["p_value"]


def test_checkpoints_that_are_all_right_still_have_an_interval_of_some_width():
    found = paired_difference(*answers(100, 0, 0, 0))
    assert (found["difference"], found["p_value"]) == (0.0, 1.0)
    assert found["high"] == -found["low"] == 0.036993


def test_only_the_same_questions_can_be_compared():
    with pytest.raises(ValueError, match="found 2 and 1 results"):
        paired_difference([True, False], [True])
    with pytest.raises(ValueError, match="found 0 and 0 results"):
        paired_difference([], [])
    with pytest.raises(ValueError, match="found -1 and 3 discordant pairs"):
        mcnemar_exact(-1, 3)


def test_holm_adjusts_by_rank_and_never_orders_two_p_values_anew():
    """The example of Wikipedia's article on the method: of 0.01, 0.04, 0.03 and 0.005 at 0.05 the fourth and the first

    are rejected. By hand: 0.005 x 4, 0.01 x 3, 0.03 x 2, then 0.04 x 1 raised to the one before; R's p.adjust agrees.
    """
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02], abs=1e-12)
    assert holm([0.6, 0.5]) == [1.0, 1.0]
    assert holm([]) == []
    with pytest.raises(ValueError, match=r"p-value of 1\.5"):
        holm([0.2, 1.5])


def test_the_detectable_difference_is_that_of_the_published_sample_size():
    """Chow, Shao and Wang, Sample Size Calculations in Clinical Research, section on McNemar's test: shares 0.2 and 0.5

    of discordant pairs, difference 0.3, level 0.05, power 0.8, need n = 59.
    """
    assert minimum_detectable_difference(59, 0.7) < 0.3 < minimum_detectable_difference(58, 0.7)
    assert minimum_detectable_difference(500, 0.2) == pytest.approx(0.0559, abs=5e-5)


def test_too_few_questions_are_said_to_be_too_few():
    with pytest.raises(ValueError, match=r"10 questions with a discordant share of 0\.1 show no difference"):
        minimum_detectable_difference(10, 0.1)
    with pytest.raises(ValueError, match="found power 80"):
        minimum_detectable_difference(100, 0.2, power=80)
