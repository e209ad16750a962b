"""Claims about what a study will be able to show, checked against studies drawn with exactly that effect."""

import numpy as np
import pytest
from many_studies import drawn_differences, t_intervals

from tunixlib.analysis.power import minimum_detectable_effect
from tunixlib.analysis.statistics import mcnemar_exact, minimum_detectable_difference


@pytest.mark.parametrize(
    ("seeds", "items", "plan"),
    [
        (3, 150, {"discordant": 0.2, "item_share": 0.25}),
        (5, 400, {"discordant": 0.2, "item_share": 0.25, "seed_sd": 0.02}),
        (3, 120, {"discordant": 0.125, "item_share": 0.5, "seed_sd": 0.02}),  # the pilot of the committed bars
    ],
)
def test_the_detectable_effect_is_found_four_times_in_five(seeds, items, plan):
    assumed = {"discordant_share": plan["discordant"], "item_share": plan["item_share"]}
    effect = minimum_detectable_effect(items, seeds, **assumed, seed_sd=plan.get("seed_sd", 0.0))
    low, _ = t_intervals(drawn_differences(np.random.default_rng([seeds, items]), seeds, items, effect, **plan))
    assert (low > 0).mean() == pytest.approx(0.8, abs=0.04)


def test_the_detectable_difference_of_two_checkpoints_is_found_four_times_in_five():
    """The exact test is a little cautious, so somewhat less than the formula's 0.8 (normal approximation) is found."""
    effect = minimum_detectable_difference(300, 0.2)
    d = drawn_differences(np.random.default_rng(3), 1, 300, effect, discordant=0.2)[:, 0]
    ups, downs = (d > 0).sum(axis=1), (d < 0).sum(axis=1)
    pairs = list(zip(ups.tolist(), downs.tolist(), strict=True))
    found = {pair: mcnemar_exact(*pair) < 0.05 for pair in set(pairs)}
    share = np.mean([found[pair] for pair in pairs])
    assert 0.74 < share < 0.82


def test_more_items_and_more_seeds_show_more_and_noisier_seeds_less():
    pilot = {"discordant_share": 0.15, "item_share": 0.4}
    few = minimum_detectable_effect(120, 3, **pilot, seed_sd=0.01)
    assert minimum_detectable_effect(500, 3, **pilot, seed_sd=0.01) < few
    assert minimum_detectable_effect(120, 5, **pilot, seed_sd=0.01) < few
    assert minimum_detectable_effect(120, 3, **pilot, seed_sd=0.04) > few


def test_a_stricter_level_shows_less():
    pilot = {"discordant_share": 0.15, "item_share": 0.4, "seed_sd": 0.01}
    alone = minimum_detectable_effect(120, 3, **pilot)
    assert minimum_detectable_effect(120, 3, **pilot, level=0.05 / 8) > alone


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
