"""A sweep whose trials have all ended: its ranking, and the winner's score on the items that did not choose it.

    found = Found(folder, sweep, content, profile, trials)
    found.ranking[0].values                                 # {"LEARNING_RATE": 0.0002}
    report_score(found)["rate"]                             # 0.41

Read from predictions alone; writing and verifying a sweep both begin here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from tunixlib.analysis.crossed_rate import crossed_proportion
from tunixlib.artifacts import read_json, read_jsonl
from tunixlib.evaluation.intervals import wilson
from tunixlib.evidence.check_evaluation import MANIFEST, PREDICTIONS
from tunixlib.holding import WORK
from tunixlib.modeling.checkpoints import RECORD
from tunixlib.running.evaluated import BEGUN
from tunixlib.running.profiles import Profile
from tunixlib.runs import Run
from tunixlib.stages import CHECKPOINTS
from tunixlib.sweeps.points import Trial, fresh_trials
from tunixlib.sweeps.ranking import Ranked, by_configuration, hits, rank
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
    def ranked(self) -> list[Ranked]:
        """The configurations whose trials are all sealed, best first."""
        return rank(self.sweep, self.trials, self.folder.parent)

    @cached_property
    def ranking(self) -> list[Ranked]:
        """The same. Raises SweepError when there is none."""
        if not (rows := self.ranked):
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
    def judged(self) -> list[Trial]:
        """Who answers the reporting items: the winner trained again with seeds of its own, or else the trials that won.

        Without ``report.seeds`` these are the same checkpoints that were chosen among others.
        """
        first = self.ranking[0]
        return fresh_trials(self.sweep, first.values) or list(first.trials)

    @cached_property
    def fresh(self) -> list[Trial]:
        """Every configuration that was trained again, with each of its seeds: the winner, and whoever won before."""
        again = [fresh_trials(self.sweep, group[0].values) for group in by_configuration(self.trials)]
        return [t for trials in again for t in trials if t in self.judged or self.run(t).sealed]

    @property
    def made(self) -> list[Trial]:
        """All that is sealed, trials and what was trained again."""
        return [*self.sealed, *(trial for trial in self.fresh if self.run(trial).sealed)]

    @property
    def missing(self) -> list[Trial]:
        """What the winner was to be trained again with and is not there: it failed."""
        return [trial for trial in self.judged if not self.run(trial).sealed]

    def weights(self, run_id: str) -> str:
        """The sha256 of the weights that the checkpoint in question of a sealed trial has; none of another."""
        place = ("training", *CHECKPOINTS[self.sweep.choose.checkpoint], "checkpoint", RECORD)
        run = Run(self.folder.parent / run_id)
        return str(read_json(run.path(*place))["weights_sha256"]) if run.sealed else ""

    def asked(self, trial: Trial) -> bool:
        """Whether a trial has answered the reporting items, and with the weights that it has now."""
        path = evaluation_of(self.folder, trial) / MANIFEST
        return path.is_file() and read_json(path)["checkpoint"]["weights_sha256"] == self.weights(trial.run_id)

    @property
    def stale(self) -> list[Path]:
        """The folders with answers, finished or begun, of weights that no trial of the name has any more."""
        found = [*self.folder.glob(f"{EVALUATIONS}/*/{MANIFEST}"), *self.folder.glob(f"{EVALUATIONS}/*/{WORK}/{BEGUN}")]
        folders = {path: self.folder / EVALUATIONS / path.relative_to(self.folder).parts[1] for path in sorted(found)}
        return [
            folder for path, folder in folders.items()
            if read_json(path)["checkpoint"]["weights_sha256"] != self.weights(folder.name)
        ]  # fmt: skip

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


def report_score(found: Found) -> dict[str, float] | None:
    """The metric of all that is judged together on the reporting items; SweepError where these differ.

    Of the winner trained again, the interval is over seeds and items as in the ranking, and there is no score while one
    of its seeds failed: the others would be those that went well. Of the trials that won it is over items alone: their
    seeds were chosen, so they say nothing of others. ``effective`` is then the items, as if the seeds answered alike;
    the interval is never too narrow for that.
    """
    if found.missing:
        return None
    answers = []
    for trial in found.judged:
        rows = [row for _, row in read_jsonl(evaluation_of(found.folder, trial) / PREDICTIONS)]
        answers.append(hits(rows, found.sweep))
    if len({tuple(one) for one in answers}) != 1:
        raise SweepError(f"{EVALUATIONS}: found other items for one seed than for another, expected the same")
    if found.sweep.report.seeds:
        return crossed_proportion([list(one.values()) for one in answers])
    k, n, items = sum(sum(one.values()) for one in answers), sum(map(len, answers)), len(answers[0])
    low, high = wilson(k / len(answers), items)
    numbers = {"rate": k / n, "low": low, "high": high, "effective": items}
    return {"k": k, "n": n, **{name: round(float(value), 6) for name, value in numbers.items()}}
