r"""Grades of completions and scorecards of checkpoints, computed from prediction rows alone.

    >>> completion = "<reasoning>\n2 + 3 = 5\n</reasoning>\n<answer>5</answer>"
    >>> grade(completion, "5", "eos")["correct"], grade("It is 5.", "5", "eos")["correct"]
    (True, False)
    >>> grade("It is 5.", "5", "eos")["lenient_correct"]
    True

A prediction row is an evaluation item (id, prompt, expected_answer, section, category, difficulty, family), what the
checkpoint wrote (completion, finish_reason, tokens: with the stop token if there was one), and the grade of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tunixlib.checking.answers import last_number, same_answer
from tunixlib.checking.steps import check_steps
from tunixlib.checking.work import check_work
from tunixlib.evaluation.intervals import proportion
from tunixlib.evaluation.trace_metrics import duplicate_share
from tunixlib.traces import parse_completion

ITEM_FIELDS = ("id", "prompt", "expected_answer", "section", "category", "difficulty", "family")
GRADE_FIELDS = ("final_answer", "extraction_rule", "correct", "lenient_correct", "well_formed", "steps")

# What a row must hold to be graded again.
TEXT_FIELDS = ("id", "prompt", "completion", "expected_answer", "finish_reason")

# A completion repeats itself when more than this share of its runs of four words occurred in it before.
REPETITION_SHARE = 0.3

Row = Mapping[str, Any]


def grade(completion: str, expected_answer: str, finish_reason: str, prompt: str = "") -> dict[str, Any]:
    """What a completion is worth, from its text and what the prompt quotes.

    ==================  ==============================================================================================
    final_answer        the tagged answer, else the last number in the text, else ""
    extraction_rule     which of them: "tagged", "last_number" or "none"
    correct             strict: the answer is tagged and is the expected one
    lenient_correct     the final answer, found by either rule, is the expected one
    well_formed         exactly the text form, and the checkpoint stopped by itself
    steps               [{"text", "verdict"}], what each step states: "true", "false" or "unchecked"
    ==================  ==============================================================================================
    """
    found = read_work(completion, finish_reason, prompt)
    rule = found["extraction_rule"]
    right = rule != "none" and same_answer(found["final_answer"], expected_answer)
    return {**found, "correct": right and rule == "tagged", "lenient_correct": right}


def read_work(completion: str, finish_reason: str, prompt: str = "") -> dict[str, Any]:
    """What a completion says, as in ``grade`` but without the two fields that need an expected answer."""
    parsed = parse_completion(completion)
    number = last_number(completion)
    return {
        "final_answer": parsed.final_answer or number or "",
        "extraction_rule": "tagged" if parsed.final_answer is not None else "none" if number is None else "last_number",
        "well_formed": parsed.well_formed and finish_reason == "eos",
        "steps": [{"text": step.text, "verdict": step.verdict} for step in check_steps(parsed.steps, prompt).steps],
    }


def scorecard(rows: Sequence[Row], checkpoint: str, eval_set: str) -> dict[str, Any]:
    """Rates with 95 % intervals over the prediction rows of one checkpoint on one evaluation set.

    ``step_truth`` is true steps of checked ones, ``step_coverage`` checked steps of all; ``all_steps_true`` counts
    completions with a checked step and no false one; ``right_answer_false_work`` those that are correct all the same
    with a false step. ``answer_follows`` counts answers that their last step states, of those where that can be told;
    ``invented`` completions that compute with a number from nowhere (``checking.work``). The five counts from
    ``right_all_true`` to ``no_checkable`` add up to ``n``. Raises ValueError without rows.
    """
    if not rows:
        raise ValueError(
            f"found no prediction rows of {checkpoint} on {eval_set}, expected at least one; evaluate it first"
        )
    verdicts = [[step["verdict"] for step in row["steps"]] for row in rows]
    steps = sum(map(len, verdicts))
    false_work = [row["correct"] and "false" in found for row, found in zip(rows, verdicts, strict=True)]
    return {
        "checkpoint": checkpoint,
        "eval_set": eval_set,
        **_rates(rows),
        "eos_rate": proportion(sum(row["finish_reason"] == "eos" for row in rows), len(rows)),
        "step_coverage": proportion(steps - sum(found.count("unchecked") for found in verdicts), steps),
        "all_steps_true": proportion(sum("true" in found and "false" not in found for found in verdicts), len(rows)),
        "right_answer_false_work": proportion(sum(false_work), len(rows)),
        **_shown_work(rows),
        **_answers_and_work(rows, verdicts),
        "mean_completion_tokens": round(sum(row["tokens"] for row in rows) / len(rows), 6),
        "repetition": proportion(sum(duplicate_share(row["completion"]) > REPETITION_SHARE for row in rows), len(rows)),
        **{f"by_{field}": _by(rows, field) for field in ("section", "category", "difficulty", "family")},
    }


def _shown_work(rows: Sequence[Row]) -> dict[str, Any]:
    """Does the tagged answer follow from the last step, and does a step compute with a number from nowhere?"""
    works = []
    for row in rows:
        parsed = parse_completion(row["completion"])
        works.append(check_work(row["prompt"], parsed.steps, parsed.final_answer))
    follows = [work.answer_follows for work in works if work.answer_follows is not None]
    return {
        "answer_follows": proportion(sum(follows), len(follows)),
        "invented": proportion(sum(work.invents for work in works), len(works)),
    }


def _answers_and_work(rows: Sequence[Row], verdicts: Sequence[Sequence[str]]) -> dict[str, int]:
    """The 2×2 table of answers and work, and how many completions have no step that could be decided."""
    counts = dict.fromkeys(("right_all_true", "right_false_work", "wrong_all_true", "wrong_false_work"), 0)
    for row, found in zip(rows, verdicts, strict=True):
        if "true" in found or "false" in found:
            work = "false_work" if "false" in found else "all_true"
            counts[f"{'right' if row['correct'] else 'wrong'}_{work}"] += 1
    return {**counts, "no_checkable": len(rows) - sum(counts.values())}


def _rates(rows: Sequence[Row]) -> dict[str, Any]:
    verdicts = [step["verdict"] for row in rows for step in row["steps"]]
    true, false = verdicts.count("true"), verdicts.count("false")
    return {
        "n": len(rows),
        "accuracy": proportion(sum(row["correct"] for row in rows), len(rows)),
        "lenient_accuracy": proportion(sum(row["lenient_correct"] for row in rows), len(rows)),
        "format_rate": proportion(sum(row["well_formed"] for row in rows), len(rows)),
        "step_truth": proportion(true, true + false),
    }


def _by(rows: Sequence[Row], field: str) -> dict[str, Any]:
    values = sorted({row[field] for row in rows})
    return {value: _rates([row for row in rows if row[field] == value]) for value in values}


def rescore(rows: Iterable[Row]) -> list[str]:
    """Grade every row again from its completion; one sentence for each field that says something else."""
    found = []
    for number, row in enumerate(rows, start=1):
        needed = [name for name in TEXT_FIELDS if not isinstance(row, Mapping) or not isinstance(row.get(name), str)]
        if needed:
            found.append(f"row {number} has no text in {', '.join(needed)}; evaluate the checkpoint again")
            continue
        again = grade(row["completion"], row["expected_answer"], row["finish_reason"], row["prompt"])
        found += [
            f"row {number} ({row['id']}) says {name} is {row.get(name)!r}, grading it again gives {again[name]!r}"
            for name in GRADE_FIELDS
            if row.get(name) != again[name]
        ]
    return found
