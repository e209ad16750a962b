"""What an evaluation says of shown works: the scorecard of ``correction_scores``, the failures, and a short table.

found = correction_results(rows, "smollm2", "eval-correction")     # None when the questions show no works
print(correction_table(found))
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tunixlib.evaluation.correction_failures import failure_counts
from tunixlib.evaluation.correction_scores import correction_scorecard, judge_rows
from tunixlib.seeding.correction.forms import FormError
from tunixlib.tables import markdown_table, percent

RATES = {
    "detection": "detection", "localisation": "localisation", "repair": "repair", "false alarms": "false_alarms",
    "false assurance": "false_assurance", "unparseable": "unparseable",
}  # fmt: skip


def correction_results(rows: Sequence[Mapping[str, Any]], checkpoint: str, eval_set: str) -> dict[str, Any] | None:
    """``{"checkpoint", "eval_set", "scorecard", "failures"}`` of prediction rows; None unless all show works."""
    try:
        judged = judge_rows(rows)
    except FormError:
        return None
    found = {"scorecard": correction_scorecard(judged), "failures": failure_counts(judged)}
    return {"checkpoint": checkpoint, "eval_set": eval_set, **found}


def correction_table(found: Mapping[str, Any]) -> str:
    """The rates with their intervals and numbers of works, balanced accuracy and d', as Markdown."""
    card = found["scorecard"]
    rows: list[tuple[Any, ...]] = [
        (title, percent(card[name], interval=True), card[name]["n"]) for title, name in RATES.items()
    ]
    balanced, d_prime = card["balanced_accuracy"], card["d_prime"]
    rows.append(
        ("balanced accuracy", percent({**balanced, "rate": balanced["value"]}, True) if balanced else "–", card["n"])
    )
    interval = f"{d_prime['value']:.2f} [{d_prime['low']:.2f}, {d_prime['high']:.2f}]" if d_prime else "–"
    return markdown_table(("of shown works", "value [95 %]", "of"), [*rows, ("d'", interval, card["n"])])
