"""Paired comparisons: the same items answered by two checkpoints, and the fixed comparisons of a run.

    >>> a = [{"id": "q1", "correct": True}, {"id": "q2", "correct": True}]
    >>> b = [{"id": "q1", "correct": False}, {"id": "q2", "correct": True}]
    >>> found = compare(a, b)
    >>> found["rate_a"], found["rate_b"], found["difference"], found["only_a"]
    (1.0, 0.5, 0.5, 1)

Fixed before any result is seen, for each evaluation set of a run:

1. each trained checkpoint, strict (the answer stands in its tags), against the base model, lenient: by the last number
   where there are no tags. That rule can never count a text answer without tags, so on all items this measures knowing
   the form, too;
2. the same on those items whose expected answer is a number, which the rule can count on both sides: what the report
   says about the base model rests on this one;
3. the curriculum's last stage against flat, both strict. A run has one seed, so this measures two checkpoints on these
   items and not two methods of training.

All p-values of a run are adjusted together by Holm's method.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tunixlib.analysis.run_files import BASE, Summary, read_predictions, read_summary
from tunixlib.analysis.shown_works import question_sets
from tunixlib.analysis.statistics import holm, minimum_detectable_difference, paired_difference
from tunixlib.analysis.verdicts import ALPHA
from tunixlib.checking.answers import number_value
from tunixlib.runs import Run
from tunixlib.stages import CORRECTION_ARMS, FINAL_ARM, SEGMENTS

STRICT, LENIENT = "correct", "lenient_correct"
LENIENT_RULE = "by the last number where there are no tags; a text answer without tags counts as wrong"
ALL, NUMERIC = "all items", "the items whose expected answer is a number"


def compare(
    rows_a: Sequence[Mapping[str, Any]],
    rows_b: Sequence[Mapping[str, Any]],
    measure_a: str = STRICT,
    measure_b: str = STRICT,
) -> dict[str, Any]:
    """The paired difference a - b on the same items: rates, difference with 95 % interval, exact McNemar p.

    Raises ValueError naming the first place where the items differ.
    """
    for place, (row_a, row_b) in enumerate(zip(rows_a, rows_b, strict=False), start=1):
        if row_a["id"] != row_b["id"]:
            raise ValueError(
                f"item {place}: found id {row_a['id']!r} on one side and {row_b['id']!r} on the other, expected the "
                "same items in the same order; evaluate both checkpoints on the same evaluation set"
            )
    if len(rows_a) != len(rows_b):
        longer, place = max(rows_a, rows_b, key=len), min(len(rows_a), len(rows_b))
        raise ValueError(
            f"item {place + 1}: found id {longer[place]['id']!r} on one side only ({len(rows_a)} and {len(rows_b)} "
            "items), expected the same items; evaluate both checkpoints on the same evaluation set"
        )
    if not rows_a:
        raise ValueError("found no items, expected at least one; evaluate both checkpoints first")
    right_a = [bool(row[measure_a]) for row in rows_a]
    right_b = [bool(row[measure_b]) for row in rows_b]
    n = len(right_a)
    rates = {"rate_a": round(sum(right_a) / n, 6), "rate_b": round(sum(right_b) / n, 6)}
    return {"n": n, **rates, **paired_difference(right_a, right_b)}


def measures_of(a: str, b: str) -> tuple[str, str]:
    """How two checkpoints are graded when they are compared: the base model lenient, trained ones strict."""
    return (LENIENT if a == BASE else STRICT), (LENIENT if b == BASE else STRICT)


def numeric_rows(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The rows whose expected answer is a number, with or without a unit: see ``checking.answers.number_value``."""
    return [row for row in rows if number_value(row["expected_answer"]) is not None]


def right(
    rows_a: Sequence[Mapping[str, Any]], rows_b: Sequence[Mapping[str, Any]], measure_a: str, measure_b: str
) -> tuple[list[bool], list[bool]]:
    """Whether each item is right, on both sides, each by its own measure."""
    return [bool(row[measure_a]) for row in rows_a], [bool(row[measure_b]) for row in rows_b]


def pair_up(
    rows_a: Sequence[Mapping[str, Any]], rows_b: Sequence[Mapping[str, Any]]
) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]], dict[str, int]]:
    """The rows of the items that both answered, in the order of ``rows_a``, and how many were left out.

    An item is the same when id, prompt and expected answer are. The counts ``common, changed, only_a, only_b`` add up:
    ``common + changed + only_a`` is the number of ``rows_a``.
    """
    there = {row["id"]: row for row in rows_b}
    shared = [(row, there[row["id"]]) for row in rows_a if row["id"] in there]
    same = [(x, y) for x, y in shared if all(x[name] == y[name] for name in ("prompt", "expected_answer"))]
    counts = {
        "common": len(same),
        "changed": len(shared) - len(same),
        "only_a": len(rows_a) - len(shared),
        "only_b": len(there) - len(shared),
    }
    return [x for x, _ in same], [y for _, y in same], counts


@dataclass(frozen=True)
class Comparison:
    """Checkpoint ``a`` by ``measure_a`` against checkpoint ``b`` by ``measure_b``; the claim is that a is above b.

    ``numeric``: only on the items whose expected answer is a number.
    """

    eval_set: str
    a: str
    measure_a: str
    b: str
    measure_b: str
    numeric: bool = False

    @property
    def id(self) -> str:
        """``eval-core/flat-vs-base`` or ``eval-core/flat-vs-base/numeric``."""
        return f"{self.eval_set}/{self.a}-vs-{self.b}" + ("/numeric" if self.numeric else "")


def fixed_comparisons(run: Run) -> list[Comparison]:
    """The fixed comparisons of a run: those of its ordinary questions, unless it was only asked to check works."""
    summary = read_summary(run)
    return planned_comparisons(summary, question_sets(run, summary))


def planned_comparisons(summary: Summary, eval_sets: Sequence[str] | None = None) -> list[Comparison]:
    """The fixed comparisons between the checkpoints that the run evaluated, on some evaluation sets or on all.

    Arms of self-correction have a family of their own (``correction_comparisons``), so that the level which the others
    share does not depend on whether such arms were trained.
    """
    planned = []
    for eval_set in summary.eval_sets if eval_sets is None else eval_sets:
        names = [card["checkpoint"] for card in summary.cards(eval_set) if card["checkpoint"] not in CORRECTION_ARMS]
        for name in names if BASE in names else ():
            if name != BASE:
                planned += [Comparison(eval_set, name, STRICT, BASE, LENIENT, numeric) for numeric in (False, True)]
        last = [name for name in names if name in SEGMENTS[FINAL_ARM]][-1:]
        if last and "flat" in names:
            planned.append(Comparison(eval_set, last[0], STRICT, "flat", STRICT))
    return planned


def compare_run(run: Run) -> list[tuple[Comparison, dict[str, Any]]]:
    """Every fixed comparison of a run with its result, to which ``p_holm`` (adjusted over all of them) is added.

    A comparison without items is ``{"n": 0, "p_value": 1.0}`` and stays in the family.
    """
    planned = fixed_comparisons(run)
    rows = {
        (c.eval_set, name): read_predictions(run, c.eval_set, name)
        for c in planned
        for name in (c.a, c.b)
    }  # fmt: skip
    results = [_result(c, rows[c.eval_set, c.a], rows[c.eval_set, c.b]) for c in planned]
    adjusted = holm([result["p_value"] for result in results])
    return [(c, {**r, "p_holm": float(f"{p:.6g}")}) for c, r, p in zip(planned, results, adjusted, strict=True)]


def _result(c: Comparison, rows_a: Sequence[Mapping[str, Any]], rows_b: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    if c.numeric:
        rows_a, rows_b = numeric_rows(rows_a), numeric_rows(rows_b)
        if not rows_a and not rows_b:
            return {"n": 0, "p_value": 1.0}
    return compare(rows_a, rows_b, c.measure_a, c.measure_b)


def resolvable(result: Mapping[str, Any], family: int = 1) -> float | None:
    """The true difference that items disagreeing this often show in 80 of 100 runs; None when they can show none.

    ``family`` comparisons share the level: the smallest p-value must come below 0.05 / ``family``.
    """
    differing = result["only_a"] + result["only_b"]
    if not differing:
        return None
    share = min(differing / result["n"], 1 - 1e-9)
    try:
        return round(minimum_detectable_difference(result["n"], share, level=ALPHA / family), 6)
    except ValueError:  # not even if all of them fell on one side
        return None
