"""The difference of two arms over several seeds that answered the same items, with both seeds and items varying.

>>> flat, curriculum = [[1, 0, 0, 1], [1, 0, 0, 0]], [[1, 1, 0, 1], [1, 1, 1, 0]]     # (seeds, items)
>>> found = crossed_difference(curriculum, flat)
>>> found["difference"], found["per_seed"], found["low"] < 0 < found["high"]
(0.375, [0.25, 0.5], True)

An arm trained with three seeds and asked 500 questions gives 1,500 answers but not 1,500 independent ones: other seeds
and other questions would both have given another difference. A bootstrap of items x seeds resamples both, each one draw
short of its number so that the variance is unbiased (P. J. McCarthy and C. B. Snowden, Vital and Health Statistics
2/95, 1985). That variance has a closed form, the one computed here, so nothing is drawn. Its percentiles are not used:
they take the variance between three seeds for known. Interval and p-value come from Student's t with the degrees of
freedom of min F' (H. H. Clark, Journal of Verbal Learning and Verbal Behavior 12, 1973, 335-359).

How often an effect is found where there is none, of 4,000 studies drawn for each plan (1,000 for the percentiles), with
5 % allowed; tests/analysis/test_crossed.py draws them again:

    seeds  items  discordant  sd of seeds    t       percentiles
    3      120    12.5 %      0.02           3.4 %   4.7 %          the pilot of the committed bars
    3      120    20 %        0              2.0 %
    3      400    20 %        0.03           5.1 %   6.7 %
    3      200    20 %        0.06           6.7 %   10.8 %         seeds differ by more than items explain
    3      2000   20 %        0.06           7.9 %                  and more so: the weak side
    2      400    20 %        0.05           10.3 %                 two seeds are too few, and no bar may have them
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tunixlib.analysis.statistics import paired_difference

if TYPE_CHECKING:
    import numpy as np

Matrix = Sequence[Sequence[float]]


def crossed_difference(a: Matrix, b: Matrix, level: float = 0.95) -> dict[str, Any]:
    """Arm ``a`` minus arm ``b``, both (seeds, items) of 0 and 1: row s of both has the same seed, column i is one item.

    ``{"difference", "low", "high", "p_value", "se", "df", "per_seed", "seeds", "items", "differing", "only_a",
    "only_b"}``; ``differing`` counts distinct items, ``only_a`` and ``only_b`` answers. How, and how well, is in this
    module's description. Raises ValueError unless both hold as many seeds and items, at least two of each.
    """
    right_a, right_b = checked_results(a, b)
    d = right_a - right_b
    numbers = {"difference": float(d.mean()), **_interval(right_a, right_b, level)}
    return {
        **{name: round(value, 6) for name, value in numbers.items()},
        "p_value": float(f"{numbers['p_value']:.6g}"),
        "per_seed": [round(float(mean), 6) for mean in d.mean(axis=1)],
        "seeds": d.shape[0],
        "items": d.shape[1],
        "differing": int((d != 0).any(axis=0).sum()),
        "only_a": int((d > 0).sum()),
        "only_b": int((d < 0).sum()),
    }


def _interval(a: "np.ndarray", b: "np.ndarray", level: float) -> dict[str, float]:
    from scipy.stats import t

    d = a - b
    difference = float(d.mean())
    se, df = (float(value) for value in crossed_error(*mean_squares(d), seeds=d.shape[0], items=d.shape[1]))
    if se:
        se = max(se, _least_error(float(a.mean() + b.mean()) / 2, d.shape[1]))
        half = float(t.ppf((1 + level) / 2, df)) * se
        low, high, p_value = difference - half, difference + half, float(2 * t.sf(abs(difference) / se, df))
    else:  # all seeds and items differ by the same: what one seed's items alone can say, which is cautious
        found = paired_difference([bool(x) for x in a[0]], [bool(x) for x in b[0]], level)
        low, high, p_value = found["low"], found["high"], found["p_value"]
    return {"low": max(low, -1.0), "high": min(high, 1.0), "p_value": p_value, "se": se, "df": df}


def _least_error(rate: float, items: int) -> float:
    """The standard error that ``paired_difference`` gives two results that are right on the same share of items and
    never differ: a little variation must not make an interval narrower than none at all."""
    from statistics import NormalDist

    right = round(rate * items)
    same = [True] * right + [False] * (items - right)
    return float(paired_difference(same, same)["high"] / NormalDist().inv_cdf(0.975))


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


def mean_squares(d: "np.ndarray") -> "tuple[np.ndarray, np.ndarray, np.ndarray]":
    """Mean squares of items, of seeds and of what is left, of differences d (..., seeds, items): a two-way layout.

    Each is (...): many studies are reckoned at once as well as one.
    """
    seeds, items = d.shape[-2:]
    mean = d.mean(axis=(-2, -1), keepdims=True)
    by_item, by_seed = d.mean(axis=-2, keepdims=True) - mean, d.mean(axis=-1, keepdims=True) - mean
    left = d - mean - by_item - by_seed
    return (
        seeds * (by_item**2).sum(axis=(-2, -1)) / (items - 1),
        items * (by_seed**2).sum(axis=(-2, -1)) / (seeds - 1),
        (left**2).sum(axis=(-2, -1)) / ((items - 1) * (seeds - 1)),
    )


def crossed_error(of_items: Any, of_seeds: Any, of_rest: Any, seeds: int, items: int) -> "tuple[Any, Any]":
    """Standard error and degrees of freedom of the mean difference, from the three mean squares, numbers or arrays.

    The sum of the variances over items and over seeds counts the rest twice, which makes the test a little cautious
    and keeps it valid when the estimate for seeds comes out low by chance. 0 and 0 when nothing varies.
    """
    import numpy as np

    total = of_items + of_seeds
    varies, crossed = total + of_rest > 1e-12, total >= of_rest  # no variance of a mean is below that of the rest
    squares = of_items**2 / (items - 1) + of_seeds**2 / (seeds - 1)
    df = np.where(crossed, total**2 / np.where(squares > 0, squares, 1), (seeds - 1) * (items - 1))
    error = np.sqrt(np.where(crossed, total, of_rest) / (seeds * items))
    return np.where(varies, error, 0.0), np.where(varies, df, 0.0)
