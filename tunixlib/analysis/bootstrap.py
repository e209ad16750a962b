"""An interval by resampling the items: two checkpoints that answered the same questions, any value per item.

>>> found = paired_bootstrap([1.0, 0.0, 1.0, 1.0, 0.0, 1.0], [0.0, 0.0, 1.0, 0.0, 0.0, 0.0])
>>> found["difference"], found["method"]
(0.5, 'BCa')

Arms over several seeds are in ``crossed``, which resamples nothing and says why.
"""

from collections.abc import Sequence
from typing import Any, Literal

RESAMPLES = 9999
BATCH = 1000  # resamples in memory at once


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
