"""Claims about what a study will be able to show, checked against studies drawn with exactly that effect."""

import numpy as np
import pytest
from made_arms import study

from tunixlib.analysis.power import minimum_detectable_effect, pilot_values
from tunixlib.analysis.statistics import crossed_bootstrap, minimum_detectable_difference, paired_difference

DRAWS = 400


@pytest.mark.parametrize(("seeds", "items", "seed_sd"), [(3, 150, 0.0), (5, 400, 0.02)])
def test_the_detectable_effect_is_found_four_times_in_five(seeds, items, seed_sd):
    """``study`` repeats an item's outcome with chance 0.5, so a quarter of the variance repeats between seeds."""
    effect = minimum_detectable_effect(items, seeds, discordant_share=0.2, item_share=0.25, seed_sd=seed_sd)
    rng = np.random.default_rng([seeds, items])
    count = 0
    for _ in range(DRAWS):
        count += crossed_bootstrap(*study(rng, seeds, items, effect, seed_sd=seed_sd), resamples=1)["low"] > 0
    assert count / DRAWS == pytest.approx(0.8, abs=0.07)


def test_the_detectable_difference_of_two_checkpoints_is_found_four_times_in_five():
    """The exact test is a little cautious, so somewhat less than the formula's 0.8 (normal approximation) is found."""
    effect = minimum_detectable_difference(300, 0.2)
    rng = np.random.default_rng(3)
    count = 0
    for _ in range(DRAWS):
        a, b = study(rng, 1, 300, effect)
        count += paired_difference(a[0].tolist(), b[0].tolist())["p_value"] < 0.05
    assert 0.7 < count / DRAWS < 0.85


def test_more_items_and_more_seeds_show_more_and_noisier_seeds_less():
    pilot = {"discordant_share": 0.15, "item_share": 0.4}
    few = minimum_detectable_effect(120, 3, **pilot, seed_sd=0.01)
    assert minimum_detectable_effect(500, 3, **pilot, seed_sd=0.01) < few
    assert minimum_detectable_effect(120, 5, **pilot, seed_sd=0.01) < few
    assert minimum_detectable_effect(120, 3, **pilot, seed_sd=0.04) > few


def test_a_pilot_gives_back_the_values_it_was_drawn_with():
    rng = np.random.default_rng(7)
    got = pilot_values(*study(rng, 40, 2000, 0.0, discordant=0.2, repeats=0.5, seed_sd=0.03))
    assert got["discordant_share"] == pytest.approx(0.2, abs=0.01)
    assert got["item_share"] == pytest.approx(0.25, abs=0.03)
    assert got["seed_sd"] == pytest.approx(0.03, abs=0.01)


def test_arms_that_never_differ_are_a_pilot_without_variance():
    assert pilot_values([[1, 0]] * 2, [[1, 0]] * 2) == {"discordant_share": 0.0, "item_share": 0.0, "seed_sd": 0.0}


@pytest.mark.parametrize(
    ("items", "seeds", "changes", "match"),
    [
        (1, 3, {}, "found 1 items and 3 seeds"),
        (100, 1, {}, "found 100 items and 1 seeds"),
        (100, 3, {"discordant_share": 0}, "found discordant_share 0"),
        (100, 3, {"power": 80}, "found power 80"),
        (100, 3, {"item_share": 1.5}, "found item_share 1.5"),
        (10, 2, {"discordant_share": 0.05}, "show no difference"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(items, seeds, changes, match):
    values = {"discordant_share": 0.2, "item_share": 0.5, "seed_sd": 0.01, **changes}
    with pytest.raises(ValueError, match=match):
        minimum_detectable_effect(items, seeds, **values)
