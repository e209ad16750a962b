"""Right answers and true work, counted together: the 2 x 2 table of a checkpoint, with what cannot be told beside it.

    >>> true, false = {"text": "1 + 1 = 2", "verdict": "true"}, {"text": "1 + 1 = 3", "verdict": "false"}
    >>> rows = [{"correct": True, "steps": [true, false]}, {"correct": False, "steps": [true]}]
    >>> work_counts(rows)["right_false_work"], work_counts(rows)["wrong_all_true"]
    (1, 1)

*All true* needs at least one checkable step and no false one; *false work* is at least one false step. "Right answer,
false work" is the number that a table of accuracies cannot show.
"""

from collections.abc import Mapping, Sequence
from typing import Any

ANSWERS = ("right", "wrong")
WORKS = {"all_true": "all steps true", "false_work": "a false step", "no_checkable": "nothing checkable"}


def work_of(row: Mapping[str, Any]) -> str:
    """``all_true``, ``false_work`` or ``no_checkable``, over the steps of one prediction row."""
    verdicts = {step["verdict"] for step in row["steps"]}
    return "false_work" if "false" in verdicts else "all_true" if "true" in verdicts else "no_checkable"


def work_counts(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """``{"right_all_true": ..., ..., "wrong_no_checkable": ...}``: six counts that add up to the number of rows."""
    counts = {f"{answer}_{work}": 0 for answer in ANSWERS for work in WORKS}
    for row in rows:
        counts[f"{'right' if row['correct'] else 'wrong'}_{work_of(row)}"] += 1
    return counts
