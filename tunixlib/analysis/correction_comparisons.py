"""The comparisons of the arms of self-correction: fixed before any result is seen, with a level of their own.

    for contrast, result in compare_arms(run, shown_works(run)):
        print(contrast.id, result["difference"], result["p_holm"])

One family, its p-values adjusted together by Holm's method:

1. on each evaluation set of shown works, *judged right* (a wrong work called wrong, a right one accepted): contrastive
   against surface, contrastive against control, retry against control;
2. on each ordinary evaluation set, strict accuracy: each arm against the checkpoint that all of them started from, and
   against control. Does learning to check cost anything?
3. where there is a second pass: the answers after it against those before it, for each arm.

A claim always says that the first is above the second; where it is the other way round the claim is *not supported*.
That one judges better is *supported* only where it also tells wrong works from right ones, that is, the interval of its
balanced accuracy lies above 50 %: always saying "right" beats whoever gives no verdict at all, and sees nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunixlib.analysis.comparisons import STRICT, compare
from tunixlib.analysis.run_files import Summary, predictions_path, read_predictions, read_summary
from tunixlib.analysis.second_pass_claims import second_pass_path, second_passes
from tunixlib.analysis.shown_works import Works, answered_arms
from tunixlib.analysis.statistics import holm
from tunixlib.analysis.verdicts import blind
from tunixlib.evaluation.correction_scores import Judged, correction_scorecard
from tunixlib.runs import Run
from tunixlib.stages import FINAL

CONTROL = "control"
JUDGED_PAIRS = (("contrastive", "surface"), ("contrastive", CONTROL), ("retry", CONTROL))
JUDGED_RIGHT = ("repaired", "localised", "detected", "accepted")  # outcomes

JUDGED, ACCURACY, SECOND_PASS = "judged", "accuracy", "second-pass"


@dataclass(frozen=True)
class Contrast:
    """``a`` against ``b`` on one evaluation set; ``kind`` says what is counted, and in a second pass ``a`` is ``b``."""

    kind: str
    eval_set: str
    a: str
    b: str

    @property
    def id(self) -> str:
        """``correction/eval-correction/contrastive-vs-surface/judged``, ``correction/eval-core/retry/second-pass``."""
        sides = self.a if self.kind == SECOND_PASS else f"{self.a}-vs-{self.b}"
        return f"correction/{self.eval_set}/{sides}/{self.kind}"

    def files(self, run: Run) -> list[Path]:
        """The files that hold both sides."""
        if self.kind == SECOND_PASS:
            return [second_pass_path(run, self.eval_set, self.a)]
        return [predictions_path(run, self.eval_set, name) for name in (self.a, self.b)]


def compare_arms(run: Run, works: Works) -> list[tuple[Contrast, dict[str, Any]]]:
    """Every comparison of the family with its result, to which ``p_holm`` is added; empty without such arms."""
    found = [*_judged(works), *_accuracy(run, read_summary(run), works), *_second_pass(run)]
    adjusted = holm([result["p_value"] for _, result in found])
    return [(c, {**result, "p_holm": float(f"{p:.6g}")}) for (c, result), p in zip(found, adjusted, strict=True)]


def _judged(works: Works) -> Iterator[tuple[Contrast, dict[str, Any]]]:
    for eval_set, answered in works.items():
        for a, b in JUDGED_PAIRS:
            if a in answered and b in answered:
                result = compare(_outcomes(answered[a]), _outcomes(answered[b]), JUDGED, JUDGED)
                balanced = correction_scorecard(answered[a])["balanced_accuracy"]
                yield Contrast(JUDGED, eval_set, a, b), {**result, "blind": blind(a, balanced)}


def _outcomes(items: Sequence[Judged]) -> list[Mapping[str, Any]]:
    return [{"id": item.id, JUDGED: item.outcome in JUDGED_RIGHT} for item in items]


def _accuracy(run: Run, summary: Summary, works: Works) -> Iterator[tuple[Contrast, dict[str, Any]]]:
    for eval_set in [name for name in summary.eval_sets if name not in works]:
        arms = answered_arms(summary, eval_set)
        before = [FINAL] if (eval_set, FINAL) in summary.places else []
        rows = {name: read_predictions(run, eval_set, name) for name in (*before, *arms)}
        for b in (*before, *(arm for arm in arms if arm == CONTROL)):
            for a in [arm for arm in arms if arm != b]:
                yield Contrast(ACCURACY, eval_set, a, b), compare(rows[a], rows[b], STRICT, STRICT)


def _second_pass(run: Run) -> Iterator[tuple[Contrast, dict[str, Any]]]:
    for (eval_set, arm), rows in second_passes(run).items():
        yield Contrast(SECOND_PASS, eval_set, arm, arm), compare(rows, rows, "correct", "first_correct")
