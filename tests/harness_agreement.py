"""What lm-evaluation-harness and we say of the same checkpoint on the same questions, item by item, as Markdown.

    python tests/harness_agreement.py results/*/samples_tunixlib_eval_core_*.jsonl PREDICTIONS.jsonl

The first file is what ``lm_eval --log_samples`` left, the second our predictions (of a run or of ``evaluate``). Both
rules are compared. A difference is one of the text (the two engines wrote other words) or of the rule (the same text,
graded otherwise).
"""

import sys
from pathlib import Path

from tunixlib.artifacts import read_jsonl
from tunixlib.evaluation.intervals import proportion
from tunixlib.evaluation.scoring import grade
from tunixlib.tables import markdown_table, percent

RULES = {"tagged": "correct", "lenient": "lenient_correct"}


def pairs(samples, predictions, name):
    """``(sample, row)`` of the items that both hold, for one of the task's filters."""
    rows = {row["id"]: row for _, row in read_jsonl(predictions)}
    found = [sample for _, sample in read_jsonl(samples) if sample["filter"] == name]
    return [(sample, rows[sample["doc"]["id"]]) for sample in found if sample["doc"]["id"] in rows]


def agreement(samples, predictions):
    """One table row for each rule, and one line for each item that is graded differently."""
    table, lines = [], []
    for name, field in RULES.items():
        both = pairs(samples, predictions, name)
        harness, ours = ([bool(s["exact_match"]) for s, _ in both], [row[field] for _, row in both])
        texts = [sample["resps"][0][0] == row["completion"] for sample, row in both]
        other = [place for place in range(len(both)) if harness[place] != ours[place]]
        rule = [place for place in other if graded(*both[place], field) != harness[place]]
        rates = [percent(proportion(sum(right), len(both)), interval=True) for right in (harness, ours)]
        table.append((name, len(both), *rates, sum(texts), len(both) - len(other), len(other) - len(rule), len(rule)))
        lines += [line(*both[place], name, "rule" if place in rule else "text") for place in other]
    header = ("rule", "items", "harness [95 %]", "ours [95 %]", "same text", "same grade", "by text", "by rule")
    return "\n".join([markdown_table(header, table), "", *lines])


def graded(sample, row, field):
    """Our grade of the text that the harness's engine wrote."""
    return grade(sample["resps"][0][0], row["expected_answer"], "eos", row["prompt"])[field]


def line(sample, row, name, reason):
    there, ours = sample["filtered_resps"][0], row["final_answer"]
    return f"* {row['id']}, {name}, by {reason}: expected {row['expected_answer']!r}, harness {there!r}, ours {ours!r}"


if __name__ == "__main__":
    print(agreement(Path(sys.argv[1]), Path(sys.argv[2])))
