"""The words of verdicts, and the rules that runs and studies share.

>>> difference_verdict(0.01, 0.20, p_holm=0.01), difference_verdict(-0.20, -0.01, p_holm=0.50)
('supported', 'undecided')
>>> nothing_to_see(0.0, 0.0, differing=0)
'nothing to see at the floor: neither answers any item correctly'
"""

from collections.abc import Mapping

SUPPORTED, NOT_SUPPORTED, UNDECIDED = "supported", "not supported", "undecided"
MEASURED = "measured"  # a count, a rate or a mean: there is no claim to decide

ALPHA = 0.05  # of the comparisons of a run; a study's bar states its own

# With fewer items on which two checkpoints differ, even if all favour the same one, the exact test cannot come below
# 0.05: five give 2 / 2^5 = 0.0625, six give 0.03125.
LEAST_DIFFERING = 6

CONSTANT = 0.5  # balanced accuracy of any constant verdict


def difference_verdict(low: float, high: float, p_holm: float, alpha: float = ALPHA) -> str:
    """The verdict on "a is above b", either way only where the interval of a - b and the adjusted p both say so."""
    if p_holm < alpha and low > 0:
        return SUPPORTED
    return NOT_SUPPORTED if p_holm < alpha and high < 0 else UNDECIDED


def nothing_to_see(rate_a: float, rate_b: float, differing: int) -> str:
    """Why two results can show neither a difference nor its absence, "" when they can.

    ``differing``: distinct items that one side gets right and the other wrong, with any seed.
    """
    if rate_a == rate_b == 0:
        return "nothing to see at the floor: neither answers any item correctly"
    if rate_a == rate_b == 1:
        return "nothing to see at the ceiling: both answer every item correctly"
    if differing < LEAST_DIFFERING:
        items = "1 item" if differing == 1 else f"{differing} items"
        return f"nothing to see: the two differ on {items}, fewer than {LEAST_DIFFERING}"
    return ""


def blind(name: str, balanced: Mapping[str, float]) -> str:
    """Why ``name`` cannot be said to judge works better than another, "" when it tells wrong works from right ones.

    ``balanced``: its balanced accuracy with interval, empty where it was not shown both kinds of work. Always saying
    "right" beats whoever gives no verdict at all, and sees nothing.
    """
    if balanced and balanced["low"] > CONSTANT:
        return ""
    return f"{name} is not shown to tell wrong works from right ones: its balanced accuracy is not clearly above 50 %"
