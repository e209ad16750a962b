"""The stages of traces that came in: their truth as they pass, and a cut into thirds for data of one length.

cut_in_thirds(Path("uncut.jsonl"), Path("dataset.jsonl"))     # the same with meta.stage: the shortest third is A
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from tunixlib.checking.steps import check_steps
from tunixlib.seeding.datasets import STAGES, Counts, stage_of
from tunixlib.seeding.ingest.records import IngestError
from tunixlib.traces import ReasoningTrace, read_traces, write_traces

Found = TypeVar("Found")


class Truth:
    """Counts traces as they pass: what the manifest of every dataset counts, and the truth of steps by stage."""

    def __init__(self) -> None:
        self.counts = Counts()
        self.steps = {stage: dict.fromkeys(("traces", "true", "false", "unchecked"), 0) for stage in STAGES}

    def watch(self, found: Iterator[Found]) -> Iterator[Found]:
        """Let a stream of traces and rejects through; only traces count."""
        for one in found:
            if isinstance(one, ReasoningTrace):
                self._see(one)
            yield one

    def _see(self, trace: ReasoningTrace) -> None:
        self.counts.see(trace)
        of_stage = self.steps[stage_of(trace)]
        of_stage["traces"] += 1
        for step in check_steps([step.content for step in trace.steps], trace.prompt).steps:
            of_stage[step.verdict] += 1


def cut_in_thirds(path: Path, out: Path) -> Truth:
    """Write every trace of ``path`` with the stage of its third by number of steps, then by length; return their truth.

    Raises IngestError for fewer than three traces.
    """
    sizes = [(len(t.steps), sum(len(step.content) for step in t.steps), i) for i, t in enumerate(read_traces(path))]
    if len(sizes) < len(STAGES):
        raise IngestError(f"--stages thirds: {len(sizes)} traces were kept, expected at least {len(STAGES)}")
    stages = [""] * len(sizes)
    for rank, (_, _, place) in enumerate(sorted(sizes)):
        stages[place] = STAGES[rank * len(STAGES) // len(sizes)]
    staged = (
        trace.model_copy(update={"meta": {**trace.meta, "stage": stage}})
        for trace, stage in zip(read_traces(path), stages, strict=True)
    )
    truth = Truth()
    write_traces(out, truth.watch(staged))
    return truth
