"""A sweep from its file to its folder: trials on Ray, a ranking, the winner trained again, asked other items.

    folder = run_sweep(Path("SWEEP.yaml"))      # submission_runs/my-sweep, its trials beside it

One command, which continues when interrupted: sealed trials are left as they are, begun ones go on. A later version of
the file may hold more values, trials or seeds; what the ranking rests on may not change.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tunixlib.artifacts import write_bytes, write_json
from tunixlib.evidence.leaks import absolute_path
from tunixlib.holding import WORK, locked_runs
from tunixlib.progress import Progress, progress
from tunixlib.running.batch import SEALED, SKIPPED, Entry, one_line
from tunixlib.running.housekeeping import drop_weights
from tunixlib.running.runs_table import SWEEP
from tunixlib.runs import Run
from tunixlib.studies.folder import held_folder
from tunixlib.sweeps.beginning import begin, refuse_other, refuse_without_weights
from tunixlib.sweeps.cluster import Shares, cluster, require_ray
from tunixlib.sweeps.document import sweep_document, sweep_texts
from tunixlib.sweeps.found import Found, evaluation_of
from tunixlib.sweeps.placing import Make, run_questions, run_trials
from tunixlib.sweeps.plan import Plan, fresh_entries, plan_sweep
from tunixlib.sweeps.points import Trial, fresh_trials
from tunixlib.sweeps.report import again_words
from tunixlib.sweeps.spec import SweepError
from tunixlib.sweeps.trial import Ending, Question, Say, Task, ask_again, make_trial
from tunixlib.trees import remove

Ask = Callable[[Question], str]
ONE_CPU = Shares()


def run_sweep(
    path: Path, say: Say = print, *, address: str | None = None, shares: Shares = ONE_CPU, keep_weights: bool = False,
    make: Make = make_trial, ask: Ask = ask_again,
) -> Found:  # fmt: skip
    """Make every trial that is not sealed, rank, train the winner again with ``report.seeds``, ask it other items.

    ``make`` and ``ask`` are what a worker does. Weights of trials that can no longer win are deleted unless
    ``keep_weights``. Raises SweepError, or RunError when another process is at this sweep; what is finished stays.
    """
    require_ray(address)
    plan = plan_sweep(path)
    with held_folder(plan.folder, lambda folder: refuse_other(folder, plan)):
        open_trials = [entry for entry in plan.entries if not entry.ready.run.sealed]
        say(plan_words(plan, len(open_trials)))
        found = _found(plan)
        refuse_without_weights(found)
        if open_trials or _unasked(found):
            with cluster(address, shares) as given:
                begin(plan)
                failed = _make_all(plan, open_trials, given, say, keep_weights, make)
                if again := _trained_again(_found(plan, failed), plan, say):
                    failed |= _make_all(plan, again, given, say, keep_weights, make)
                found = _found(plan, failed)
                _ask_winner(found, given, say, ask)
        write_sweep(_found(plan, found.failed))
    return found


def _found(plan: Plan, failed: Mapping[str, str] | None = None) -> Found:
    return Found(plan.folder, plan.sweep, plan.content, plan.profile, plan.trials, failed or {})


def _unasked(found: Found) -> list[Trial]:
    """Who answers for the winner and has not answered the reporting items."""
    return [trial for trial in found.judged if not found.asked(trial)]


def _trained_again(found: Found, plan: Plan, say: Say) -> list[Entry]:
    """What the winner is still to be trained again with, checked. Raises SweepError where that cannot start."""
    if not found.sweep.report.seeds:
        return []
    again = [entry for entry in fresh_entries(plan, found.ranking[0].values) if not entry.ready.run.sealed]
    if again:
        say(f"the winner is {again_words(found.sweep)}, {len(again)} of them to make")
    return again


def plan_words(plan: Plan, open_trials: int) -> str:
    """What will be made, before it is."""
    again = again_words(plan.sweep)
    return (
        f"sweep {plan.sweep.run_id}: {len(plan.trials)} trials of profile {plan.profile.name}, "
        f"{len(plan.trials) - open_trials} of them sealed before, {open_trials} to make"
        f"{again and f'; then the winner is {again}'}"
    )


def _make_all(
    plan: Plan, entries: list[Entry], shares: Shares, say: Say, keep_weights: bool, make: Make
) -> dict[str, str]:  # fmt: skip
    """Make the trials; run id -> why it failed, of those that did."""
    if not entries:
        return {}
    root = str(plan.folder.parent.resolve())
    tasks = [
        Task(entry.ready.run.run_id, plan.profile, entry.set, entry.command, root, shares.cpus) for entry in entries
    ]
    storage = plan.folder / WORK / "ray"
    remove(storage)
    with progress(len(tasks), "trials") as bar:
        endings = run_trials(tasks, shares, storage.resolve(), make, _Watch(plan, say, bar, keep_weights))
    return {run_id: one_line(_portable(reason, root)) for run_id, (state, reason) in endings.items() if _bad(state)}


def _bad(state: str) -> bool:
    return state not in (SEALED, SKIPPED)


def _portable(reason: str, root: str) -> str:
    """A reason as the sweep's record may hold it: of paths of this machine, or of a worker's, the last part alone."""
    words = reason.partition("\nthe executed copy")[0].replace(root, "submission_runs")
    while found := absolute_path(words):
        words = words.replace(found, re.split(r"[\\/]+", found.rstrip("\\/"))[-1])
    return words


@dataclass
class _Watch:
    """Says what trials say, and drops weights that no ranking can need any more."""

    plan: Plan
    say: Say
    bar: Progress
    keep_weights: bool
    dropped: set[str] = field(default_factory=set)

    def said(self, run_id: str, words: str) -> None:
        self.say(f"{run_id}: {words}")

    def ended(self, run_id: str, ending: Ending) -> None:
        state, reason = ending
        sealed = Run(self.plan.folder.parent / run_id).sealed
        if not _bad(state) and not sealed:
            raise SweepError(
                f"trial {run_id!r}: found it sealed where it was made and not here, expected one folder of runs that "
                "all machines see; share submission_runs, or set TUNIXLIB_RUNS_ROOT to a shared folder"
            )
        if reason:
            self.say(f"{run_id}: {state}: {reason}")
        self.bar.advance(run_id)
        if sealed and not self.keep_weights:
            self._drop()

    def _drop(self) -> None:
        found = _found(self.plan)
        kept = self.dropped | locked_runs(self.plan.folder.parent).keys()  # a submission's weights are needed
        # Of a former winner what was trained again, too, but not before it was asked: it may win again.
        again = [t for row in found.ranked[1:] for t in fresh_trials(found.sweep, row.values) if found.asked(t)]
        for trial in [*(trial for row in found.ranked[1:] for trial in row.trials), *again]:
            if trial.run_id not in kept:
                drop_weights(self.plan.run(trial))
                self.dropped.add(trial.run_id)


def _ask_winner(found: Found, shares: Shares, say: Say, ask: Ask) -> None:
    """Ask the best configuration, every seed of it, the items that did not choose it; none where one is missing."""
    if found.missing:
        return
    sweep, root = found.sweep, str(found.folder.parent.resolve())
    for folder in found.stale:
        remove(folder)
    questions = [
        Question(
            root, trial.run_id, sweep.choose.checkpoint, sweep.report.eval_set, sweep.report.items,
            evaluation_of(found.folder, trial).resolve(), shares.cpus,
        )
        for trial in _unasked(found)
    ]  # fmt: skip
    if questions:
        say(f"the winner is asked {sweep.report.eval_set}, which did not choose it")
    failed = {name: why for name, why in run_questions(questions, shares, ask, say).items() if why}
    if failed:
        names = "; ".join(f"{name}: {why}" for name, why in failed.items())
        raise SweepError(
            f"the winner could not be asked {sweep.report.eval_set}: {names}. Correct that and repeat the command; "
            "where weights are gone, move that trial's folder away first: it is made again"
        )


def write_sweep(found: Found) -> None:
    """Write ranking and best profile, then ``sweep.json``, whose presence means that the sweep is whole."""
    (found.folder / SWEEP).unlink(missing_ok=True)
    files = sweep_texts(found)
    for name, content in files.items():
        write_bytes(found.folder / name, content)
    write_json(found.folder / SWEEP, sweep_document(found, files))
