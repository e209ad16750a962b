"""Intervals by resampling: two checkpoints on the same items, and two arms over several seeds on the same items.

>>> flat, curriculum = [[1, 0, 0, 1], [1, 0, 0, 0]], [[1, 1, 0, 1], [1, 1, 1, 0]]     # (seeds, items)
>>> found = crossed_bootstrap(curriculum, flat)
>>> found["difference"], found["per_seed"], found["low"] < 0 < found["high"]
(0.375, [0.25, 0.5], True)

An arm trained with three seeds and asked 500 questions gives 1,500 answers but not 1,500 independent ones: other seeds
and other questions would both have given another difference. So both are resampled, each one draw short of
its number so that the variance is unbiased for few seeds (P. J. McCarthy and C. B. Snowden, Vital and Health Statistics
2/95, 1985). The standard error of that has a closed form, so interval and p-value depend on no random generator: they
come from Student's t with the degrees of freedom of min F' (H. H. Clark, Journal of Verbal Learning and Verbal Behavior
12, 1973, 335-359). That is cautious where items decide, a little bold where three seeds differ by far more than their
items explain, and too bold there with two; tests/analysis/test_bootstrap.py holds all three. The percentiles are drawn,
for comparison only: they are too narrow for a few seeds that matter.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np

RESAMPLES = 9999
BATCH = 1000  # resamples in memory at once

Matrix = Sequence[Sequence[float]]


def paired_bootstrap(
    a: Sequence[float], b: Sequence[float], level: float = 0.95, method: Literal["BCa", "percentile"] = "BCa",
    resamples: int = RESAMPLES, seed: int = 0,
) -> dict[str, Any]:  # fmt: skip
    """The mean of ``a`` minus the mean of ``b`` on the same items, with the interval that resampling the items gives.

    For any value per item: right or wrong, tokens, true steps. BCa corrects bias and skew (B. Efron, JASA 82, 1987,
    171-185). Raises ValueError when the lengths differ, and when all items differ by the same amount: resampling would
    give an interval without width; for right and wrong use ``paired_difference``, which gives one.
    """
    import numpy as np
    from scipy.stats import bootstrap

    if len(a) != len(b) or not len(a):
        raise ValueError(f"found {len(a)} and {len(b)} values, expected as many of each; compare the same items")
    differences = np.asarray(a, dtype=float) - np.asarray(b, dtype=float)
    if (differences == differences[0]).all():
        raise ValueError(
            f"found the same difference {differences[0]:g} on all {len(a)} items, expected some that vary: resampling "
            "them gives no interval; use paired_difference"
        )
    drawn = bootstrap(
        (differences,), np.mean, confidence_level=level, n_resamples=resamples, batch=BATCH, method=method,
        rng=np.random.default_rng(seed),
    )  # fmt: skip
    low, high = (round(float(end), 6) for end in drawn.confidence_interval)
    return {"difference": round(float(differences.mean()), 6), "low": low, "high": high, "method": method}


def crossed_bootstrap(
    a: Matrix, b: Matrix, level: float = 0.95, resamples: int = RESAMPLES, seed: int = 0
) -> dict[str, Any]:
    """Arm ``a`` minus arm ``b``, both (seeds, items) of 0 and 1: row s of both has the same seed, column i is one item.

    ``{"difference", "low", "high", "p_value", "se", "df", "percentile_low", "percentile_high", "per_seed", "seeds",
    "items", "only_a", "only_b"}``; how, and how well, is in this module's description. Raises ValueError unless both
    hold the same number of seeds, at least two, and of items, at least two.
    """
    right_a, right_b = checked_results(a, b)
    d = right_a - right_b
    numbers = {"difference": float(d.mean()), **_interval(right_a, right_b, level)}
    numbers["percentile_low"], numbers["percentile_high"] = _percentiles(d, level, resamples, seed)
    return {
        **{name: round(value, 6) for name, value in numbers.items()},
        "p_value": float(f"{numbers['p_value']:.6g}"),
        "per_seed": [round(float(mean), 6) for mean in d.mean(axis=1)],
        "seeds": d.shape[0],
        "items": d.shape[1],
        "only_a": int((d > 0).sum()),
        "only_b": int((d < 0).sum()),
    }


def _interval(a: "np.ndarray", b: "np.ndarray", level: float) -> dict[str, float]:
    from scipy.stats import t

    d = a - b
    difference, (se, df) = float(d.mean()), crossed_error(*mean_squares(d), seeds=d.shape[0], items=d.shape[1])
    if se:
        half = float(t.ppf((1 + level) / 2, df)) * se
        low, high, p_value = difference - half, difference + half, float(2 * t.sf(abs(difference) / se, df))
    else:
        low, high, p_value = _without_variation(a, b, level)
    return {"low": max(low, -1.0), "high": min(high, 1.0), "p_value": p_value, "se": se, "df": df}


def checked_results(a: Matrix, b: Matrix) -> "tuple[np.ndarray, np.ndarray]":
    """Both arms as arrays (seeds, items). Raises ValueError when they are not two of the same, of 0 and 1."""
    import numpy as np

    right_a, right_b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if right_a.ndim != 2 or right_a.shape != right_b.shape:
        raise ValueError(
            f"found results of shapes {right_a.shape} and {right_b.shape}, expected two of the same (seeds, items); "
            "give both arms the seeds and items they share"
        )
    if min(right_a.shape) < 2:
        raise ValueError(
            f"found {right_a.shape[0]} seeds and {right_a.shape[1]} items, expected two of each or more; train more "
            "seeds, or compare two checkpoints with paired_difference"
        )
    if not np.isin([right_a, right_b], (0, 1)).all():
        raise ValueError("found a result that is neither 0 nor 1, expected right or wrong; grade the answers first")
    return right_a, right_b


def mean_squares(d: "np.ndarray") -> tuple[float, float, float]:
    """Mean squares of items, of seeds and of what is left, of differences d (seeds, items): a two-way layout."""
    seeds, items = d.shape
    by_item, by_seed = d.mean(axis=0) - d.mean(), d.mean(axis=1) - d.mean()
    left = d - d.mean() - by_item - by_seed[:, None]
    return (
        float(seeds * (by_item**2).sum() / (items - 1)),
        float(items * (by_seed**2).sum() / (seeds - 1)),
        float((left**2).sum() / ((items - 1) * (seeds - 1))),
    )


def crossed_error(of_items: float, of_seeds: float, of_rest: float, seeds: int, items: int) -> tuple[float, float]:
    """Standard error and degrees of freedom of the mean difference, from the three mean squares.

    The sum of the variances over items and over seeds counts the rest twice, which makes the test a little cautious
    and keeps it valid when the estimate for seeds comes out low by chance. 0 and 0 when nothing varies.
    """
    if of_items + of_seeds + of_rest < 1e-12:
        return 0.0, 0.0
    if of_rest > of_items + of_seeds:  # by chance: no variance of a mean is below that of the rest
        return (of_rest / (seeds * items)) ** 0.5, float((seeds - 1) * (items - 1))
    total = of_items + of_seeds
    return (total / (seeds * items)) ** 0.5, total**2 / (of_items**2 / (items - 1) + of_seeds**2 / (seeds - 1))


def _without_variation(a: "np.ndarray", b: "np.ndarray", level: float) -> tuple[float, float, float]:
    """All seeds and items differ by the same: what one seed's items alone can say, which is cautious."""
    from tunixlib.analysis.statistics import paired_difference

    found = paired_difference([bool(x) for x in a[0]], [bool(x) for x in b[0]], level)
    return found["low"], found["high"], found["p_value"]


def _percentiles(d: "np.ndarray", level: float, resamples: int, seed: int) -> tuple[float, float]:
    import numpy as np

    rng, means = np.random.default_rng(seed), []
    by_item, by_seed = d.mean(axis=0) - d.mean(), d.mean(axis=1) - d.mean()
    for start in range(0, resamples, BATCH):
        count = min(BATCH, resamples - start)
        drawn = np.full(count, d.mean())
        for effects in (by_item, by_seed):
            draws = len(effects) - 1
            drawn += rng.multinomial(draws, np.full(len(effects), 1 / len(effects)), count) @ effects / draws
        means.append(drawn)
    low, high = np.quantile(np.concatenate(means), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
