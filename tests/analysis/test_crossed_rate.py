"""Claims about a rate over several seeds: exact at the ends, a ratio where cases differ, and calibrated."""

import doctest

import numpy as np
import pytest
from scipy.stats import binomtest, norm

from tunixlib.analysis import crossed_rate
from tunixlib.analysis.crossed_rate import crossed_proportion
from tunixlib.evaluation.intervals import proportion

STUDIES = 1000


def drawn_answers(rng, seeds, items, rate, item_share, seed_sd):
    """Right where item, seed and the rest together, on a normal scale, stay below what ``rate`` asks for."""
    of_item = rng.normal(0, item_share**0.5, (STUDIES, 1, items))
    of_seed = rng.normal(0, seed_sd, (STUDIES, seeds, 1))
    rest = rng.normal(0, (1 - item_share) ** 0.5, (STUDIES, seeds, items))
    return (of_item + of_seed + rest < norm.ppf(rate) * (1 + seed_sd**2) ** 0.5).astype(int)


def held(rate, found):
    return found["low"] <= rate <= found["high"]


def test_the_example_of_the_module_is_what_it_computes():
    done = doctest.testmod(crossed_rate)
    assert (done.failed, done.attempted > 0) == (0, True)


@pytest.mark.parametrize("right", [0, 20])
def test_at_either_end_the_interval_is_that_of_one_seed(right):
    found = crossed_proportion([[1] * right + [0] * (20 - right)] * 3)
    alone = proportion(right, 20)
    assert (found["rate"], found["low"], found["high"]) == (alone["rate"], alone["low"], alone["high"])
    assert (found["k"], found["n"], found["effective"]) == (3 * right, 60, 20.0)


def test_answers_that_repeat_with_every_seed_say_no_more_than_those_of_one():
    found, alone = crossed_proportion([[1] * 17 + [0] * 3] * 4), proportion(17, 20)
    assert found["effective"] == 19.0, "the variance of 20 items has 19 degrees of freedom"
    assert found["low"] < alone["low"] and alone["high"] < found["high"]


def test_seeds_that_disagree_are_worth_few_cases():
    found = crossed_proportion([[1] * count + [0] * (100 - count) for count in (90, 50, 10)])
    assert found["rate"] == 0.5
    assert found["effective"] < 1.1
    assert found["low"] < 0.06 and found["high"] > 0.94


def test_where_cases_differ_the_rate_is_a_ratio_of_totals():
    cases = [[1, 1, 0, 0, 1, 1], [1, 0, 0, 0, 1, 1], [1, 1, 1, 0, 1, 1]]
    hits = [[1, 0, 0, 0, 1, 0], [1, 0, 0, 0, 0, 1], [1, 0, 1, 0, 1, 0]]
    found = crossed_proportion(hits, cases)
    assert (found["k"], found["n"], found["rate"]) == (7, 12, round(7 / 12, 6))
    assert found["effective"] <= 4
    assert found["low"] < found["rate"] < found["high"]


def test_without_a_case_there_is_no_rate():
    assert crossed_proportion([[0, 0]] * 3, [[0, 0]] * 3) == {"k": 0, "n": 0}


def test_one_item_has_the_interval_of_one_case():
    assert crossed_proportion([[1], [0], [1]])["effective"] == 1.0


@pytest.mark.parametrize(("hits", "cases"), [([1, 0], None), ([[1, 0]], [[1]]), ([[2, 0]], None), ([[1, 0]], [[0, 1]])])
def test_what_are_no_answers_is_refused(hits, cases):
    with pytest.raises(ValueError, match="expected two tables"):
        crossed_proportion(hits, cases)


PLANS = [(0.85, 0.5, 0.0, 0.95), (0.85, 0.5, 0.15, 0.95), (0.05, 0.5, 0.15, 0.95), (0.85, 0.5, 0.6, 0.90)]


@pytest.mark.parametrize(("rate", "item_share", "seed_sd", "least"), PLANS)
def test_the_interval_holds_the_true_rate_as_often_as_promised(rate, item_share, seed_sd, least):
    """Not below the promised share by a binomial test at 1 in 1,000; the last plan is the known weak side."""
    drawn = drawn_answers(np.random.default_rng(7), 3, 200, rate, item_share, seed_sd)
    count = sum(held(rate, crossed_proportion(answers)) for answers in drawn)
    assert binomtest(count, STUDIES, least, alternative="less").pvalue > 0.001


def test_all_answers_in_one_interval_of_wilson_promise_too_much():
    """Why they are not simply pooled."""
    drawn = drawn_answers(np.random.default_rng(7), 3, 200, 0.85, 0.5, 0.15)
    count = sum(held(0.85, proportion(int(answers.sum()), answers.size)) for answers in drawn)
    assert binomtest(count, STUDIES, 0.8, alternative="less").pvalue < 0.001
