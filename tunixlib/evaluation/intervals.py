"""Wilson's interval for a rate, in plain Python: grading and verifying import it and need no scipy.

>>> low, high = wilson(8, 10)
>>> round(low, 4), round(high, 4)
(0.4902, 0.9433)
"""

from math import sqrt
from statistics import NormalDist


def wilson(k: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Score interval for ``k`` successes of ``n``, uncorrected (E. B. Wilson, JASA 22, 1927, 209-212).

    Of cases that hang together, ``n`` may be the number of independent ones that say as much, and ``k`` a share of it.
    Raises ValueError unless 0 <= k <= n, n >= 1 and 0 < level < 1.
    """
    if not 0 <= k <= n or n < 1:
        raise ValueError(f"found {k} successes of {n}, expected 0 <= k <= n and n >= 1; count again")
    if not 0 < level < 1:
        raise ValueError(f"found level {level}, expected a share between 0 and 1 such as 0.95")
    z2 = NormalDist().inv_cdf((1 + level) / 2) ** 2
    centre, half = k + z2 / 2, sqrt(z2 * (k * (n - k) / n + z2 / 4))
    low = 0.0 if k == 0 else (centre - half) / (n + z2)
    high = 1.0 if k == n else (centre + half) / (n + z2)
    return low, high


def proportion(k: int, n: int) -> dict[str, float]:
    """``{"k", "n", "rate", "low", "high"}`` with Wilson's 95 % interval, rounded to 6 decimals.

    Without any case there is no rate: ``proportion(0, 0)`` is ``{"k": 0, "n": 0}``.
    """
    if k == n == 0:
        return {"k": 0, "n": 0}
    low, high = wilson(k, n)
    return {"k": k, "n": n, "rate": round(k / n, 6), "low": round(low, 6), "high": round(high, 6)}
