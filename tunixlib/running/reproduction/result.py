"""What came of executing a run again, as a record for programs and as text for people.

found.record()["reproduced"]     # True when every file held
print(found.markdown())          # verdict, machine, code, a table of files, a table of metrics
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from tunixlib.running.reproduction.files import DIFFERS, VERDICTS, FileHeld
from tunixlib.running.reproduction.machine_class import class_words
from tunixlib.running.reproduction.metrics import LOSS_TOLERANCE, MetricHeld
from tunixlib.runs import Run
from tunixlib.tables import markdown_table, percent

REPRODUCTION_VERSION = "1.0"


@dataclass(frozen=True)
class Reproduction:
    """Both runs with their manifests, what separates their machines, their code in words, files and metrics."""

    original: Run
    again: Run
    before: dict[str, Any]
    after: dict[str, Any]
    machine: list[str]
    code: str
    files: list[FileHeld]
    metrics: list[MetricHeld]

    @property
    def reproduced(self) -> bool:
        """Whether no file differs more than it may."""
        return not any(file.verdict == DIFFERS for file in self.files)

    @property
    def counts(self) -> dict[str, int]:
        """How many files have which verdict."""
        found = Counter(file.verdict for file in self.files)
        return {verdict: found[verdict] for verdict in VERDICTS}

    def record(self) -> dict[str, Any]:
        """``reproduction.json``: everything, with the digests of both manifests."""
        named = ("run_id", "digest", "commit", "dirty", "timestamp", "command")
        return {
            "reproduction_version": REPRODUCTION_VERSION,
            "original": {key: self.before[key] for key in named},
            "again": {key: self.after[key] for key in named},
            "reproduced": self.reproduced,
            "same_machine_class": not self.machine,
            "machine_differences": self.machine,
            "code": self.code,
            "loss_tolerance": LOSS_TOLERANCE,
            "counts": self.counts,
            "files": [{"file": file.file, "verdict": file.verdict, "why": file.why} for file in self.files],
            "metrics": [self._metric(metric) for metric in self.metrics],
        }

    @staticmethod
    def _metric(metric: MetricHeld) -> dict[str, Any]:
        names = {"eval_set": metric.eval_set, "checkpoint": metric.checkpoint, "metric": metric.metric}
        return {**names, "before": dict(metric.before), "after": dict(metric.after), "within": metric.within}

    def markdown(self) -> str:
        """``reproduction.md``: the verdict first, then every file, then the metrics that are not exactly the same."""
        parts = [f"# {self.original.run_id}, executed again as {self.again.run_id}", self.words()]
        rows = [(file.file, file.verdict, file.why) for file in self.files]
        parts += ["## Files", markdown_table(("file", "held", "in words"), rows)]
        changed = [metric for metric in self.metrics if metric.before != metric.after]
        parts += ["## Metrics", f"{len(self.metrics)} rates, {len(self.metrics) - len(changed)} exactly the same."]
        if changed:
            header = ("metric", "original [95 %]", "again", "within")
            shown = [
                (f"{m.eval_set}, {m.checkpoint}, {m.metric}", percent(dict(m.before), True), percent(dict(m.after)),
                 "yes" if m.within else "no")
                for m in changed
            ]  # fmt: skip
            parts.append(markdown_table(header, shown))
        return "\n\n".join(parts) + "\n"

    def words(self) -> str:
        """Verdict, counts, machine and code, a line each."""
        counted = ", ".join(f"{count} {verdict}" for verdict, count in self.counts.items() if count)
        verdict = "reproduced" if self.reproduced else "NOT REPRODUCED"
        if self.machine:
            within = sum(metric.within for metric in self.metrics)
            share = f"{within} of {len(self.metrics)} rates within the original's 95 % intervals"
            machine = f"another class ({'; '.join(self.machine)}): {share}; final losses within {LOSS_TOLERANCE:.0%}"
        else:
            machine = f"the same class, so bytes must be equal ({', '.join(class_words(self.after['environment']))})"
        return "\n".join(
            f"* {name}: {text}"
            for name, text in (
                ("verdict", f"{verdict}; of {len(self.files)} files {counted}"),
                ("machine", machine),
                ("code", self.code),
            )
        )


def closing_words(found: Reproduction) -> str:
    """The end of ``reproduce``: a table of files, the verdict, where the record lies, what to do next."""
    width = max(len(file.file) for file in found.files)
    lines = ["", *(f"{file.file:{width}}  {file.verdict:22}  {file.why}".rstrip() for file in found.files)]
    lines += ["", found.words(), "", f"record     dist/{found.again.run_id}/reproduction.json, and .md for people"]
    if found.reproduced:
        lines.append("next       keep the record; the new run is an ordinary one: verify it, compare it, or delete it")
    else:
        commit = str(found.before["commit"])[:12]
        lines.append(f"next       read what differs above; the original was made by the code of commit {commit}")
        lines.append("           check that out and reproduce once more under a new --run-id")
    return "\n".join(lines)
