"""A rate over several seeds that answered the same items: how much of it is due to these seeds and these items.

>>> steady = [[1, 1, 1, 0, 1, 1, 1, 1, 0, 1]] * 3           # (seeds, items): the same two items are wrong three times
>>> found = crossed_proportion(steady)
>>> found["k"], found["n"], found["effective"], found["low"] < 0.5
(24, 30, 9.0, True)

Thirty answers, and of other items no more is known than ten answers tell, nine where their variance is estimated:
Wilson's interval of 24 of 30 would be too narrow. So the variance of the rate is taken over items and seeds as in
``crossed``, and turned into the number of independent cases that would have the same one; with it Wilson's interval is
computed, which stays inside 0 and 1 and has a width at either end (E. L. Korn and B. I. Graubard, Survey Methodology
24, 1998, 193-201, with their correction for few degrees of freedom). It is never narrower than the cases of one seed
allow. Where the cases differ from seed to seed, as the answers that were wrong at first do, the rate is a ratio of two
totals, and its variance that of the residuals.

How often the interval holds the true rate, of 1,000 studies of 3 seeds drawn for each plan, with 95 % wished for, and
how often Wilson's does that pools all answers; half of what is not due to the seed repeats with the item, the standard
deviation of seeds is on a normal scale where that of all else is 1; tests/analysis/test_crossed_rate.py draws most of
them again:

    items  rate  sd of seeds   this one  pooled
    200    85 %  0             99.3 %    88.1 %
    200    85 %  0.15          96.0 %    71.6 %
    200     5 %  0.15          99.0 %    77.4 %
    20     85 %  0.15          99.1 %    87.5 %
    200    85 %  0.3           92.7 %    47.5 %
    200    85 %  0.6           91.1 %    27.1 %    seeds differ by more than items explain: the weak side
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tunixlib.analysis.crossed import crossed_error, mean_squares
from tunixlib.evaluation.intervals import wilson

if TYPE_CHECKING:
    import numpy as np

Matrix = Sequence[Sequence[float]]


def crossed_proportion(hits: Matrix, cases: Matrix | None = None, level: float = 0.95) -> dict[str, float]:
    """``{"k", "n", "rate", "low", "high", "effective"}`` of ``hits``, (seeds, items) of 0 and 1, both varying.

    ``cases``: where there is something to hit, by default everywhere; elsewhere is no hit. ``effective``: how many
    independent cases say as much. Without any case ``{"k": 0, "n": 0}``. Raises ValueError unless both are tables of
    the same shape, of 0 and 1, with no hit where there is no case.
    """
    import numpy as np

    y = np.asarray(hits, dtype=float)
    x = np.ones_like(y) if cases is None else np.asarray(cases, dtype=float)
    if y.ndim != 2 or y.shape != x.shape or not np.isin([y, x], (0, 1)).all() or (y > x).any():
        raise ValueError(
            f"found hits of shape {y.shape} and cases of shape {x.shape}, expected two tables (seeds, items) of 0 and "
            "1, with hits only where there are cases; count again"
        )
    k, n = int(y.sum()), int(x.sum())
    if not n:
        return {"k": 0, "n": 0}
    effective = _effective(y, x, level)
    low, high = wilson(effective * k / n, effective, level)
    numbers = {"rate": k / n, "low": low, "high": high, "effective": effective}
    return {"k": k, "n": n, **{name: round(float(value), 6) for name, value in numbers.items()}}


def _effective(y: "np.ndarray", x: "np.ndarray", level: float) -> float:
    """The number of independent cases of the same variance, at least 1, at most the cases of one seed on average."""
    from scipy.stats import t

    seeds, items = y.shape
    rate, most = y.sum() / x.sum(), max(1.0, x.sum() / seeds)
    if min(seeds, items) < 2 or most <= 1:
        return float(most)
    error, df = crossed_error(*mean_squares((y - rate * x) / x.mean()), seeds=seeds, items=items)
    if not error:
        return float(most)
    few = t.ppf((1 + level) / 2, most - 1) / t.ppf((1 + level) / 2, df)
    return float(min(most, max(1.0, rate * (1 - rate) / error**2 * few**2)))
