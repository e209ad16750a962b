"""Many studies drawn at once, and what each test finds in them: (draws, seeds, items) of differences -1, 0 and 1."""

import numpy as np
from scipy.stats import t

from tunixlib.analysis.crossed import crossed_error, mean_squares

DRAWS = 4000


def drawn_differences(rng, seeds, items, effect=0.0, *, discordant=0.2, item_share=0.25, seed_sd=0.0, draws=DRAWS):
    """Differences of two arms that differ by ``effect``, by ``seed_sd`` more from seed to seed.

    ``item_share`` of the variance repeats with every seed: with the chance of its root a pair's outcome is the item's.
    """
    repeats = item_share**0.5
    shift = effect + rng.normal(0, seed_sd, (draws, seeds, 1)) / (1 - repeats)

    def draw(size, by):
        place = rng.random(size, dtype=np.float32)
        return (place < (discordant + by) / 2).astype(np.int8) - (place > 1 - (discordant - by) / 2).astype(np.int8)

    own, fresh = draw((draws, 1, items), effect), draw((draws, seeds, items), shift)
    return np.where(rng.random((draws, seeds, items), dtype=np.float32) < repeats, own, fresh).astype(np.float32)


def t_intervals(d, level=0.95):
    """Low and high of every study, as ``crossed_difference`` has them before its floor, which only widens."""
    seeds, items = d.shape[-2:]
    se, df = crossed_error(*(found.astype(float) for found in mean_squares(d)), seeds=seeds, items=items)
    half = t.ppf((1 + level) / 2, np.maximum(df, 1)) * se
    mean = d.mean(axis=(-2, -1))
    return mean - half, mean + half


def percentile_intervals(rng, d, level=0.95, resamples=400):
    """What a bootstrap of items x seeds gives: both resampled, one draw short, around the mean."""
    mean, ends = d.mean(axis=(-2, -1)), []
    for study, middle in zip(d, mean, strict=True):
        drawn = np.full(resamples, middle)
        for effects in (study.mean(axis=0) - middle, study.mean(axis=1) - middle):
            size = len(effects) - 1
            drawn += effects[rng.integers(len(effects), size=(resamples, size))].mean(axis=1)
        ends.append(np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2]))
    return np.array(ends).T


def finds(low, high):
    """In how many studies the interval leaves out 0."""
    return int(((low > 0) | (high < 0)).sum())
