"""Is one checkpoint better than another? Intervals and tests for two checkpoints that answered the same questions.

>>> flat = [True] * 40 + [False] * 60
>>> curriculum = [True] * 48 + [False] * 52
>>> found = paired_difference(curriculum, flat)
>>> found["difference"], found["only_a"], found["only_b"], found["p_value"]
(0.08, 8, 0, 0.0078125)

Arms over several seeds are in ``crossed``; what a study will be able to show, before it is made, in ``power``.
"""

from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist

from tunixlib.analysis.bootstrap import paired_bootstrap
from tunixlib.evaluation.intervals import proportion, wilson

__all__ = [
    "holm",
    "mcnemar_exact",
    "minimum_detectable_difference",
    "paired_bootstrap",
    "paired_difference",
    "proportion",
    "wilson",
]


def mcnemar_exact(b: int, c: int) -> float:
    """Two-sided exact McNemar p-value from the discordant pairs: ``b`` only the first got right, ``c`` only the second.

    A binomial test of b against b + c at one half; 1.0 when the two never differ. Raises ValueError below zero.
    """
    from scipy.stats import binomtest  # most of a second to import

    if b < 0 or c < 0:
        raise ValueError(f"found {b} and {c} discordant pairs, expected counts of 0 or more; count again")
    return float(binomtest(b, b + c, 0.5).pvalue) if b + c else 1.0


def paired_difference(a: Sequence[bool], b: Sequence[bool], level: float = 0.95) -> dict[str, float]:
    """The rate of ``a`` minus the rate of ``b`` on the same questions in the same order, with interval and p-value.

    ``{"difference", "low", "high", "only_a", "only_b", "both", "neither", "p_value"}``. The interval is method 10 of
    R. G. Newcombe, Statistics in Medicine 17, 1998, 2635-2650: Wilson's intervals of the two rates, combined with their
    correlation; p is ``mcnemar_exact``. Raises ValueError when the lengths differ or are zero.
    """
    if len(a) != len(b) or not a:
        raise ValueError(f"found {len(a)} and {len(b)} results, expected as many of each; compare the same questions")
    pairs = [(bool(x), bool(y)) for x, y in zip(a, b, strict=True)]
    both, only_a = pairs.count((True, True)), pairs.count((True, False))
    only_b, neither = pairs.count((False, True)), pairs.count((False, False))
    low, high = _newcombe(both, only_a, only_b, neither, level)
    return {
        "difference": round((only_a - only_b) / len(pairs), 6),
        "low": round(low, 6),
        "high": round(high, 6),
        "only_a": only_a,
        "only_b": only_b,
        "both": both,
        "neither": neither,
        "p_value": float(f"{mcnemar_exact(only_a, only_b):.6g}"),
    }


def _newcombe(both: int, only_a: int, only_b: int, neither: int, level: float) -> tuple[float, float]:
    n = both + only_a + only_b + neither
    rate_a, rate_b = (both + only_a) / n, (both + only_b) / n
    (low_a, high_a), (low_b, high_b) = wilson(both + only_a, n, level), wilson(both + only_b, n, level)
    phi = _correlation(both, only_a, only_b, neither)
    below, above = _apart(rate_a - low_a, high_b - rate_b, phi), _apart(high_a - rate_a, rate_b - low_b, phi)
    return rate_a - rate_b - below, rate_a - rate_b + above


def _apart(x: float, y: float, phi: float) -> float:
    """The third side of a triangle with sides x and y and cosine phi between them."""
    return sqrt(max(0.0, x * x - 2 * phi * x * y + y * y))


def _correlation(both: int, only_a: int, only_b: int, neither: int) -> float:
    """Phi of the 2 x 2 table with Newcombe's continuity correction where it is positive; 0 when a margin is empty."""
    n = both + only_a + only_b + neither
    margins = (both + only_a) * (only_b + neither) * (both + only_b) * (only_a + neither)
    cross = both * neither - only_a * only_b
    if not margins:
        return 0.0
    return (max(cross - n / 2, 0.0) if cross > 0 else cross) / sqrt(margins)


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values in the order given (S. Holm, Scandinavian Journal of Statistics 6, 1979, 65-70).

    Comparing each with the level keeps the chance of any false claim among all of them below that level.
    Raises ValueError on a p-value outside 0 to 1.
    """
    for p in p_values:
        if not 0 <= p <= 1:
            raise ValueError(f"found a p-value of {p}, expected 0 to 1; correct it before adjusting")
    adjusted, largest = [0.0] * len(p_values), 0.0
    for rank, i in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = largest
    return adjusted


def minimum_detectable_difference(n: int, discordant_share: float, power: float = 0.8, level: float = 0.05) -> float:
    """The smallest true difference of two rates that McNemar's test on ``n`` questions finds with this power.

    ``discordant_share`` is the share of questions that only one of the two gets right. Solves the sample size of
    R. J. Connor, Biometrics 43, 1987, 207-211, for the difference. Raises ValueError when not even the largest
    difference possible, all discordant questions on one side, would be found, and for shares outside 0 to 1.
    """
    for name, share in (("discordant_share", discordant_share), ("power", power), ("level", level)):
        if not 0 < share < 1:
            raise ValueError(f"found {name} {share}, expected more than 0 and less than 1; correct it")
    z_level, z_power = NormalDist().inv_cdf(1 - level / 2), NormalDist().inv_cdf(power)
    inner = n + z_power**2 - z_level**2
    if inner >= 0:
        found = sqrt(discordant_share) * (sqrt(n) * z_level + z_power * sqrt(inner)) / (n + z_power**2)
        if found <= discordant_share:
            return found
    raise ValueError(
        f"{n} questions with a discordant share of {discordant_share} show no difference with power {power}; "
        "add questions"
    )
