"""What a study will be able to show, reckoned before it is made.

>>> pilot = {"discordant_share": 0.15, "item_share": 0.4, "seed_sd": 0.01}
>>> round(minimum_detectable_effect(500, 3, **pilot), 3), round(minimum_detectable_effect(500, 5, **pilot), 3)
(0.047, 0.04)

A smallest effect of interest below the detectable one needs more items or more seeds: without them a null says nothing.
"""

from tunixlib.analysis.crossed import crossed_error


def minimum_detectable_effect(
    items: int, seeds: int, *, discordant_share: float, item_share: float, seed_sd: float, power: float = 0.8,
    level: float = 0.05,
) -> float:  # fmt: skip
    """The smallest true difference of two arms that ``crossed_difference`` finds with this power.

    ``discordant_share``: of (seed, item) pairs that only one arm gets right; ``item_share``: the part of their variance
    that repeats from seed to seed, since it hangs on the item; ``seed_sd``: the standard deviation of the difference
    from seed to seed that no choice of items explains; ``level``: that of the test, a part of alpha where several
    comparisons share it. Raises ValueError when not even the largest difference, all discordant pairs on one side,
    would be found. For two checkpoints there is ``minimum_detectable_difference``.
    """
    from scipy.optimize import brentq

    _check_plan(
        items, seeds, item_share, seed_sd, {"discordant_share": discordant_share, "power": power, "level": level}
    )

    def missing(effect: float) -> float:
        variance = discordant_share - effect**2
        return _needed(items, seeds, variance * item_share, variance * (1 - item_share), seed_sd, power, level) - effect

    if missing(discordant_share) > 0:
        raise ValueError(
            f"{items} items and {seeds} seeds with a discordant share of {discordant_share} show no difference with "
            f"power {power}; plan more items or seeds"
        )
    return float(brentq(missing, 0.0, discordant_share))


def _check_plan(items: int, seeds: int, item_share: float, seed_sd: float, shares: dict[str, float]) -> None:
    if items < 2 or seeds < 2:
        raise ValueError(f"found {items} items and {seeds} seeds, expected two of each or more; plan more of them")
    for name, share in shares.items():
        if not 0 < share < 1:
            raise ValueError(f"found {name} {share}, expected more than 0 and less than 1; correct it")
    if not 0 <= item_share <= 1 or seed_sd < 0:
        raise ValueError(f"found item_share {item_share} and seed_sd {seed_sd}, expected 0 to 1, and 0 or more")


def _needed(
    items: int, seeds: int, of_items: float, of_rest: float, seed_sd: float, power: float, level: float
) -> float:
    """The difference that stands out of an error made of these variances: the expected mean squares of the layout."""
    from scipy.stats import norm, t

    se, df = crossed_error(seeds * of_items + of_rest, items * seed_sd**2 + of_rest, of_rest, seeds, items)
    spread = (of_items / items + seed_sd**2 / seeds + of_rest / (seeds * items)) ** 0.5
    return float(t.ppf(1 - level / 2, df) * se + norm.ppf(power) * spread) if se > 0 else 0.0
