"""The second pass: a checkpoint is shown its own work, checks it, and keeps its answer or replaces it.

    rows = second_pass(run, "eval-core", checkpoint, predictions, GenerationConfig())   # one row for each prediction
    second_pass_scorecard(rows)["mended"]       # {"k": 6, "n": 50, ...}: wrong answers that became right

Nothing here but the grades knows the expected answer: what is shown is the question and what the checkpoint wrote. An
answer is replaced only by a verdict that calls the work wrong, in the form of ``seeding.correction.forms``.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tunixlib.checking.answers import same_answer
from tunixlib.evaluation.correction_scores import balanced_accuracy, d_prime
from tunixlib.evaluation.intervals import proportion
from tunixlib.evaluation.scoring import ITEM_FIELDS
from tunixlib.runs import Run
from tunixlib.seeding.correction.forms import FormError, parse_check, parse_prompt, render_prompt
from tunixlib.traces import parse_completion

if TYPE_CHECKING:
    from tunixlib.evaluation.answering import Answering
    from tunixlib.evaluation.generation import GenerationConfig

SECOND_PASS = "second_pass"

Row = Mapping[str, Any]


def second_pass(
    run: Run, eval_set: str, checkpoint: "Answering", rows: Sequence[Row], config: "GenerationConfig"
) -> list[dict[str, Any]]:
    """The second pass over a checkpoint's own prediction rows, in their order; parts that a kill left are kept.

    A work that cannot be shown (``own_work``) is not checked, and its answer stays.
    """
    items = [{**{name: row[name] for name in ITEM_FIELDS}, "prompt": own_work(row)} for row in rows]
    shown = [item for item in items if item["prompt"]]
    kept = run.resume_path(SECOND_PASS, eval_set, checkpoint.name)
    checks = checkpoint.answer(shown, f"its own work of {eval_set}", config, kept) if shown else []
    said = {check["id"]: (check["completion"], check["finish_reason"], check["tokens"]) for check in checks}
    return [regrade(row, *said.get(row["id"], ())) for row in rows]


def works_set(sets: Mapping[str, Sequence[Row]]) -> str:
    """The first evaluation set, of name -> rows, that asks questions instead of showing works; empty if none does."""
    return next((name for name, rows in sets.items() if not all(_shows_work(row["prompt"]) for row in rows)), "")


def _shows_work(prompt: str) -> bool:
    try:
        parse_prompt(prompt)
    except FormError:
        return False
    return True


def own_work(row: Row) -> str:
    """The prompt that shows a checkpoint the work of one of its prediction rows.

    Empty where nothing can be shown: no tagged answer, no step, or one of them, or the question, of several lines.
    """
    written = parse_completion(row["completion"])
    try:
        return render_prompt(row["prompt"], written.steps, written.final_answer or "")
    except FormError:
        return ""


def regrade(row: Row, completion: str = "", finish_reason: str = "", tokens: int = 0) -> dict[str, Any]:
    """One row of the second pass, from a prediction row and what the checkpoint then wrote of the work shown.

    What was written counts for nothing where no work could be shown.
    """
    prompt, first = own_work(row), parse_completion(row["completion"]).final_answer or ""
    said = (completion, finish_reason, tokens) if prompt else ("", "", 0)
    verdict = parse_check(said[0]).verdict
    answer = verdict.answer if verdict and verdict.wrong else first
    return {
        "id": row["id"],
        "question": row["prompt"],
        "expected_answer": row["expected_answer"],
        "first_answer": first,
        "first_correct": _right(first, row["expected_answer"]),
        "shown": bool(prompt),
        "prompt": prompt,
        **dict(zip(("completion", "finish_reason", "tokens"), said, strict=True)),
        "verdict": "none" if verdict is None else "wrong" if verdict.wrong else "right",
        "answer": answer,
        "correct": _right(answer, row["expected_answer"]),
    }


def _right(answer: str, expected: str) -> bool:
    return bool(answer) and same_answer(answer, expected)


def second_pass_scorecard(rows: Sequence[Row]) -> dict[str, Any]:
    """Answers before and after, and how well the checkpoint judges its own work; rates with k, n and 95 % interval.

    ``n`` rows, of which ``shown`` could be shown. ``before`` and ``after`` are accuracies over all rows, ``mended`` the
    share of first-wrong answers that became right, ``broken`` of first-right ones that became wrong. Of the works that
    were shown: ``detection`` and ``false_assurance`` are wrong answers called wrong and right, ``false_alarms`` right
    answers called wrong, ``unparseable`` those without a verdict. A work is wrong here when its answer is, whatever
    its steps say. ``balanced_accuracy`` and ``d_prime`` as in ``correction_scores``. Raises ValueError without rows.
    """
    if not rows:
        raise ValueError("found no rows of a second pass, expected at least one; evaluate the checkpoint first")
    right = [row for row in rows if row["first_correct"]]
    wrong = [row for row in rows if not row["first_correct"]]
    detected, assured, n_wrong = _verdicts(wrong)
    alarmed, accepted, n_right = _verdicts(right)
    return {
        "n": len(rows),
        "shown": n_wrong + n_right,
        "before": proportion(len(right), len(rows)),
        "after": proportion(sum(row["correct"] for row in rows), len(rows)),
        "mended": proportion(sum(row["correct"] for row in wrong), len(wrong)),
        "broken": proportion(sum(not row["correct"] for row in right), len(right)),
        "detection": proportion(detected, n_wrong),
        "false_alarms": proportion(alarmed, n_right),
        "false_assurance": proportion(assured, n_wrong),
        "unparseable": proportion(n_wrong + n_right - detected - assured - alarmed - accepted, n_wrong + n_right),
        "balanced_accuracy": balanced_accuracy(detected, n_wrong, accepted, n_right),
        "d_prime": d_prime(detected, n_wrong, n_right - accepted, n_right),
    }


def _verdicts(rows: Sequence[Row]) -> tuple[int, int, int]:
    """How many shown works were called wrong, how many right, and how many there are."""
    found = [row["verdict"] for row in rows if row["shown"]]
    return found.count("wrong"), found.count("right"), len(found)
