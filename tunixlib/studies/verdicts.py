"""The rule for the verdicts of a study, fixed before any run, and its words.

>>> found = {"low": 0.01, "high": 0.2, "family_low": 0.01, "family_high": 0.2, "difference": 0.1, "p_holm": 0.01}
>>> finding({**found, "nothing": ""}, smallest=0.05, alpha=0.05), VERDICTS["gain"]
('gain', 'supported')

The claim is "a answers more items correctly than b". A difference is shown when p, adjusted by Holm over all
comparisons of the study, is below alpha and the interval leaves out 0; it is a *gain* when it is also no smaller than
the smallest effect of interest. A *null* is a difference that is not shown, whose interval, at alpha divided by the
number of comparisons, lies between minus and plus the smallest effect. A refused comparison keeps its place among the
comparisons with p = 1. On shown works that are judged there is nothing to see in a gain of an arm that does not tell
wrong works from right ones, see ``results``.
"""

from collections.abc import Mapping
from typing import Any

from tunixlib.analysis.verdicts import LEAST_DIFFERING, NOT_SUPPORTED, SUPPORTED, UNDECIDED, difference_verdict

# What was found -> the verdict on the claim.
VERDICTS = {
    "gain": SUPPORTED, "small": UNDECIDED, "loss": NOT_SUPPORTED, "small loss": NOT_SUPPORTED, "null": NOT_SUPPORTED,
    "open": UNDECIDED, "nothing": UNDECIDED, "refused": UNDECIDED,
}  # fmt: skip

RULE = (
    "*Supported*: the interval lies above 0, the adjusted p is below alpha, and the difference is no smaller than the "
    "smallest effect of interest. *Not supported*: the interval lies below 0 and the adjusted p is below alpha; or no "
    "difference is shown, and the interval, with alpha divided by the number of comparisons, lies between minus and "
    "plus the smallest effect: a null result. *Undecided*: otherwise; always where both arms have no item or every "
    f"item right, or differ on fewer than {LEAST_DIFFERING} items, and where the comparison is refused, which counts "
    "with p = 1 in the adjustment."
)


def finding(found: Mapping[str, Any], smallest: float, alpha: float) -> str:
    """What a measured comparison shows, a key of ``VERDICTS``."""
    if found["nothing"]:
        return "nothing"
    direction = difference_verdict(found["low"], found["high"], found["p_holm"], alpha)
    matters = abs(found["difference"]) >= smallest
    if direction == SUPPORTED:
        return "gain" if matters else "small"
    if direction == NOT_SUPPORTED:
        return "loss" if matters else "small loss"
    return "null" if -smallest <= found["family_low"] and found["family_high"] <= smallest else "open"


def finding_words(fields: Mapping[str, Any]) -> str:
    """What a comparison shows, as a sentence; ``fields`` are those of its claim."""
    names, found = f"{fields['a']} over {fields['b']}", fields["finding"]
    if found == "nothing":
        return f"Undecided: {fields['nothing']}."
    return {
        "gain": f"Supported: a gain of {names}.",
        "small": f"Undecided: a difference in favour of {fields['a']}, not shown to be one that matters.",
        "loss": f"Not supported: the difference goes the other way, no gain of {names}.",
        "small loss": f"Not supported: the difference goes the other way, not shown to be one that matters; no gain of "
        f"{names}.",
        "null": f"Not supported, a null result: no gain of {names} that matters, and none the other way.",
        "open": f"Undecided: these items and seeds neither show a gain of {names} nor rule one out.",
        "refused": "Undecided: the comparison was refused.",
    }[found]
