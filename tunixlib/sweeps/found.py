"""A sweep whose trials have all ended: its ranking, and the winner's score on the items that did not choose it.

    found = Found(folder, sweep, content, profile, trials)
    found.ranking[0].values                                 # {"LEARNING_RATE": 0.0002}
    report_score(found, found.ranking[0].trials)["rate"]    # 0.41

Read from predictions alone; writing and verifying a sweep both begin here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from tunixlib.analysis.crossed_rate import crossed_proportion
from tunixlib.artifacts import read_jsonl
from tunixlib.evidence.check_evaluation import MANIFEST, PREDICTIONS
from tunixlib.running.profiles import Profile
from tunixlib.runs import Run
from tunixlib.sweeps.plan import Trial
from tunixlib.sweeps.ranking import Ranked, hits, rank
from tunixlib.sweeps.spec import Sweep, SweepError

RANKING, EVALUATIONS = "ranking.md", "evaluations"


@dataclass(frozen=True)
class Found:
    """A sweep whose trials have all ended; ``failed``: run id of one without a sealed run -> why, in a line."""

    folder: Path
    sweep: Sweep
    content: bytes
    profile: Profile
    trials: Sequence[Trial]
    failed: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def ranking(self) -> list[Ranked]:
        """The ranked configurations, best first. Raises SweepError when there is none."""
        rows = rank(self.sweep, self.trials, self.folder.parent)
        if not rows:
            raise SweepError(
                f"sweep {self.sweep.run_id!r}: found no configuration whose trials are all sealed, expected one to "
                "choose; read why they failed, correct the sweep and repeat the command"
            )
        return rows

    def run(self, trial: Trial) -> Run:
        """The folder of a trial."""
        return Run(self.folder.parent / trial.run_id)

    @cached_property
    def sealed(self) -> list[Trial]:
        """The trials whose runs are sealed; the others failed."""
        return [trial for trial in self.trials if self.run(trial).sealed]

    @cached_property
    def evaluated(self) -> dict[str, Path]:
        """Run id -> manifest of its evaluation on the reporting items, of former winners too, by name."""
        return {path.parent.name: path for path in sorted(self.folder.glob(f"{EVALUATIONS}/*/{MANIFEST}"))}

    @property
    def best_file(self) -> str:
        """The profile with the best values."""
        return f"{self.sweep.run_id}-best.yaml"


def evaluation_of(folder: Path, trial: Trial) -> Path:
    """Where the winner's answers to the reporting items lie, those of one seed."""
    return folder / EVALUATIONS / trial.run_id


def report_score(found: Found, trials: Sequence[Trial]) -> dict[str, float]:
    """The metric of a configuration on the reporting items, over its seeds. Raises SweepError where items differ."""
    answers = []
    for trial in trials:
        rows = [row for _, row in read_jsonl(evaluation_of(found.folder, trial) / PREDICTIONS)]
        answers.append(hits(rows, found.sweep))
    if len({tuple(one) for one in answers}) != 1:
        raise SweepError(f"{EVALUATIONS}: found other items for one seed than for another, expected the same")
    return crossed_proportion([list(one.values()) for one in answers])
