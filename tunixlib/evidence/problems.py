"""What verification says: problems, each with its file, finding, expectation and remedy, and one headline.

>>> print(Problem("eval_summary.json", "primary_score 0.9", "0.4", "run 05_evaluate again"))
eval_summary.json: found primary_score 0.9, expected 0.4; run 05_evaluate again
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tunixlib.artifacts import canonical_json

RESTORE = "restore the file from where the run was published, or make the run again"


@dataclass(frozen=True)
class Problem:
    """One thing that is not as it should be. ``file`` is relative to the run folder."""

    file: str
    found: str
    expected: str
    remedy: str = RESTORE

    def __str__(self) -> str:
        return f"{self.file}: found {self.found}, expected {self.expected}; {self.remedy}"


@dataclass(frozen=True)
class Report:
    """All problems of a run, and one line that sums them up."""

    run_id: str
    files: int
    checks: int
    seconds: float
    problems: list[Problem] = field(default_factory=list)
    by_check: Mapping[str, int] = field(default_factory=dict)  # "hashes: every file has its sha256" -> its problems
    absent: tuple[str, ...] = ()  # data of the run that the repository does not hold, with which it is not compared
    weights: int = -1  # how many checkpoints' weights were hashed; -1 where nothing was looked for

    @property
    def headline(self) -> str:
        """``run smoke-v1: 49 files, 11 checks, no problem found in 0.31 s; no weights here``."""
        problems = counted(len(self.problems), "problem") if self.problems else "no problem found"
        size = f"{counted(self.files, 'file')}, {counted(self.checks, 'check')}"
        weights = f"; weights of {counted(self.weights, 'checkpoint')} checked" if self.weights else "; no weights here"
        absent = f"; not compared with data/{', data/'.join(self.absent)}: not here" if self.absent else ""
        took = f"{self.seconds:.2f} s{'' if self.weights < 0 else weights}{absent}"
        return f"run {self.run_id}: {size}, {problems} in {took}"

    @property
    def checks_text(self) -> str:
        """One line for each check: ``ok`` or how many problems it found, its name, what it looks at."""
        verdicts = {what: counted(count, "problem") if count else "ok" for what, count in self.by_check.items()}
        return "\n".join(f"{verdict:>12}  {what}" for what, verdict in verdicts.items())


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are the same text: 1, 1.0 and true are three values, which ``==`` does not tell apart."""
    return canonical_json(one) == canonical_json(other)


def counted(count: int, noun: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def shorten(value: object, width: int = 80) -> str:
    """The repr of a value, cut for a message."""
    text = repr(value)
    return text if len(text) <= width else text[: width - 3] + "..."
