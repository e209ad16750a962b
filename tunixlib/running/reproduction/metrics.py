"""The metrics of two executions of one run, each held against the original's own 95 % interval.

    for found in compare_metrics(original, again):
        print(found.metric, found.before, found.after, found.within)

Scorecards are counted again from the predictions of both runs, so the intervals are the data's and not a file's word.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tunixlib.artifacts import read_json, read_jsonl
from tunixlib.evaluation.scoring import scorecard
from tunixlib.runs import Run

RATES = ("accuracy", "lenient_accuracy", "format_rate", "eos_rate", "step_truth", "step_coverage")
OF_SECTIONS = ("accuracy", "lenient_accuracy", "format_rate", "step_truth")

# The loss of the last batch, as a share of the original's. It bounds a change of machine, not of data or settings: the
# smoke run in float32 in place of bfloat16 moves its final losses by less than a thousandth.
LOSS_TOLERANCE = 0.02


@dataclass(frozen=True)
class MetricHeld:
    """One rate before and after, as proportions ``{"k", "n", "rate", "low", "high"}``; 0 of 0 has no rate."""

    eval_set: str
    checkpoint: str
    metric: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def within(self) -> bool:
        """Whether the new rate lies in the original's interval; where that had no case, it says nothing against any."""
        if "rate" not in self.before:
            return True
        return "rate" in self.after and self.before["low"] <= self.after["rate"] <= self.before["high"]

    def __str__(self) -> str:
        after = f"{100 * self.after['rate']:.1f} %" if "rate" in self.after else "nothing to measure"
        low, high = (100 * self.before[side] for side in ("low", "high"))
        return f"{self.checkpoint} {self.metric} on {self.eval_set}: {after}, expected {low:.1f} to {high:.1f} %"


def compare_metrics(original: Run, again: Run) -> list[MetricHeld]:
    """Every rate of every checkpoint that both runs evaluated, whole and by section."""
    summaries = [read_json(run.path("eval_summary.json")) for run in (original, again)]
    return [
        held
        for eval_set in summaries[0]["eval_sets"]
        for checkpoint in summaries[0]["checkpoints"]
        if eval_set in summaries[1]["eval_sets"] and checkpoint in summaries[1]["checkpoints"]
        for held in _of_checkpoint(original, again, eval_set, checkpoint)
    ]


def _of_checkpoint(original: Run, again: Run, eval_set: str, checkpoint: str) -> Iterator[MetricHeld]:
    before, after = (_card(run, eval_set, checkpoint) for run in (original, again))
    for name in RATES:
        yield MetricHeld(eval_set, checkpoint, name, before[name], after[name])
    for section, rates in before["by_section"].items():
        others = after["by_section"].get(section, {})
        for name in OF_SECTIONS:
            yield MetricHeld(eval_set, checkpoint, f"{name} of {section}", rates[name], others.get(name, {}))


def _card(run: Run, eval_set: str, checkpoint: str) -> dict[str, Any]:
    rows = [row for _, row in read_jsonl(run.path("predictions", eval_set, f"{checkpoint}.jsonl"))]
    return scorecard(rows, checkpoint, eval_set)


def outside(metrics: list[MetricHeld], eval_set: str = "", checkpoint: str = "") -> list[str]:
    """The metrics that left their interval, as sentences; of all, or of one checkpoint on one set."""
    chosen = (m for m in metrics if not checkpoint or (m.eval_set, m.checkpoint) == (eval_set, checkpoint))
    return [str(metric) for metric in chosen if not metric.within]


def loss_holds(before: float, after: float) -> bool:
    """Whether a final loss lies within ``LOSS_TOLERANCE`` of the original's."""
    return abs(after - before) <= LOSS_TOLERANCE * abs(before)
