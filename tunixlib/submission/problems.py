"""What verification says: problems, each with its file, finding, expectation and remedy, and one headline.

>>> print(Problem("eval_summary.json", "primary_score 0.9", "0.4", "run 05_evaluate again"))
eval_summary.json: found primary_score 0.9, expected 0.4; run 05_evaluate again
"""

from dataclasses import dataclass, field

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

    @property
    def headline(self) -> str:
        """``run smoke-v1: 57 files, 9 checks, no problem found in 0.31 s``."""
        problems = _counted(len(self.problems), "problem") if self.problems else "no problem found"
        size = f"{_counted(self.files, 'file')}, {_counted(self.checks, 'check')}"
        return f"run {self.run_id}: {size}, {problems} in {self.seconds:.2f} s"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def shorten(value: object, width: int = 80) -> str:
    """The repr of a value, cut for a message."""
    text = repr(value)
    return text if len(text) <= width else text[: width - 3] + "..."
