r"""A canned template: the same well-formed, true, self-confirming text under every question. It answers nothing.

    >>> items = [{"id": "q1", "prompt": "What is 2 + 3?", "expected_answer": "5"}]
    >>> row = canned_rows(items)[0]
    >>> row["well_formed"], row["correct"], [step["verdict"] for step in row["steps"]]
    (True, False, ['unchecked', 'true', 'true', 'true'])

Whatever a measure of form gives this text, it gives for nothing: so the template stands in the same table as the
checkpoints, graded and measured by the same code on the same items.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tunixlib.evaluation.scoring import grade

CANNED = "canned template"
CANNED_STEPS = (
    "Let me restate the problem as a formula: result = what is asked for",
    "Plan, one part after the other: 1 + 1 = 2",
    "Then put the parts together: 2 - 2 = 0",
    "Check: 0 + 2 = 2, so the answer is 0",
)
CANNED_COMPLETION = "<reasoning>\n" + "\n".join(CANNED_STEPS) + "\n</reasoning>\n<answer>0</answer>"


def canned_rows(items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Prediction rows of the template on evaluation items or on the rows of any checkpoint; without ``tokens``.

    The template names 0, so it is right wherever 0 happens to be the answer.
    """
    kept = ("id", "prompt", "expected_answer", "section", "category", "difficulty", "family")
    return [
        {
            **{name: item[name] for name in kept if name in item},
            "completion": CANNED_COMPLETION,
            "finish_reason": "eos",
            **grade(CANNED_COMPLETION, item["expected_answer"], "eos", item["prompt"]),
        }
        for item in items
    ]
