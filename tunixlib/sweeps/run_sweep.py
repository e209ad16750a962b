"""A sweep from its file to its folder: trials on Ray, a ranking, the winner asked again on other items.

    folder = run_sweep(Path("SWEEP.yaml"))      # submission_runs/my-sweep, its trials beside it

One command, which continues when interrupted: sealed trials are left as they are, begun ones go on. A later version of
the file may hold more values, trials or seeds; what the ranking rests on may not change.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tunixlib.artifacts import read_json, write_bytes, write_json
from tunixlib.evidence.leaks import absolute_path
from tunixlib.holding import WORK, locked_runs
from tunixlib.progress import Progress, progress
from tunixlib.running.batch import SEALED, SKIPPED, one_line
from tunixlib.running.housekeeping import drop_weights
from tunixlib.running.runs_table import SWEEP
from tunixlib.runs import Run
from tunixlib.studies.folder import held_folder
from tunixlib.sweeps.beginning import begin, refuse_other, refuse_without_weights
from tunixlib.sweeps.cluster import Shares, cluster, require_ray
from tunixlib.sweeps.document import sweep_document, sweep_texts
from tunixlib.sweeps.found import Found, evaluation_of
from tunixlib.sweeps.placing import Make, run_questions, run_trials
from tunixlib.sweeps.plan import Plan, Trial, plan_sweep
from tunixlib.sweeps.ranking import rank
from tunixlib.sweeps.spec import SweepError
from tunixlib.sweeps.trial import Ending, Question, Say, Task, ask_again, make_trial
from tunixlib.trees import remove

Ask = Callable[[Question], str]
ONE_CPU = Shares()


def run_sweep(
    path: Path, say: Say = print, *, address: str | None = None, shares: Shares = ONE_CPU, keep_weights: bool = False,
    make: Make = make_trial, ask: Ask = ask_again,
) -> Found:  # fmt: skip
    """Make every trial that is not sealed, rank, ask the winner again, write the sweep's folder.

    ``make`` and ``ask`` are what a worker does. Weights of trials that can no longer win are deleted unless
    ``keep_weights``. Raises SweepError, or RunError when another process is at this sweep; what is finished stays.
    """
    require_ray(address)
    plan = plan_sweep(path)
    with held_folder(plan.folder, lambda folder: refuse_other(folder, plan)):
        open_trials = [trial for trial in plan.trials if not plan.run(trial).sealed]
        say(plan_words(plan, open_trials))
        found = _found(plan)
        refuse_without_weights(found)
        if open_trials or _unasked(found):
            with cluster(address, shares) as given:
                begin(plan)
                found = _found(plan, _make_all(plan, open_trials, given, say, keep_weights, make))
                _ask_winner(found, given, say, ask)
        write_sweep(_found(plan, found.failed))
    return found


def _found(plan: Plan, failed: Mapping[str, str] | None = None) -> Found:
    return Found(plan.folder, plan.sweep, plan.content, plan.profile, plan.trials, failed or {})


def _unasked(found: Found) -> list[Trial]:
    """The winner's trials that have not answered the reporting items."""
    return [trial for trial in found.ranking[0].trials if not found.asked(trial)]


def plan_words(plan: Plan, open_trials: list[Trial]) -> str:
    """What will be made, before it is."""
    sealed = len(plan.trials) - len(open_trials)
    return (
        f"sweep {plan.sweep.run_id}: {len(plan.trials)} trials of profile {plan.profile.name}, {sealed} of them sealed "
        f"before, {len(open_trials)} to make"
    )


def _make_all(
    plan: Plan, trials: list[Trial], shares: Shares, say: Say, keep_weights: bool, make: Make
) -> dict[str, str]:  # fmt: skip
    """Make the trials; run id -> why it failed, of those that did."""
    if not trials:
        return {}
    command = {entry.ready.run.run_id: entry.command for entry in plan.entries}
    given = {entry.ready.run.run_id: entry.set for entry in plan.entries}
    root = str(plan.folder.parent.resolve())
    tasks = [
        Task(trial.run_id, plan.profile, given[trial.run_id], command[trial.run_id], root, shares.cpus)
        for trial in trials
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
        ranked = rank(self.plan.sweep, self.plan.trials, self.plan.folder.parent)
        kept = self.dropped | locked_runs(self.plan.folder.parent).keys()  # a submission's weights are needed
        for trial in (trial for row in ranked[1:] for trial in row.trials if trial.run_id not in kept):
            drop_weights(self.plan.run(trial))
            self.dropped.add(trial.run_id)


def _ask_winner(found: Found, shares: Shares, say: Say, ask: Ask) -> None:
    """Ask the best configuration, every seed of it, the items that did not choose it."""
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


def sweep_words(found: Found) -> str:
    """The end of a sweep: the winner with both scores, what failed, where it lies, what to do next."""
    from tunixlib.running.summary import shown
    from tunixlib.tables import percent

    document, folder = read_json(found.folder / SWEEP), shown(found.folder)
    winner, choose = document["winner"], found.sweep.choose
    values = ", ".join(f"{name} {value}" for name, value in winner["parameters"].items()) or "the profile as it is"
    failed = [entry for entry in document["trials"] if "failed" in entry]
    lines = ["", f"best of {len(document['ranking'])}: {values}"]
    lines.append(f"  {percent(winner['score'], True)} on {choose.eval_set}, which chose it: too good on average")
    again = percent(winner["score_on_other_items"], True)
    lines.append(f"  {again} on {found.sweep.report.eval_set}, which did not: of these checkpoints, over items alone")
    lines.append(
        f"  {choose.metric} with 95 % intervals; other seeds of these values do worse on average than the second"
    )
    lines += [f"failed     {entry['run_id']}: {entry['failed']}" for entry in failed]
    lines += ["", f"ranking    {folder}/ranking.md"]
    lines.append(f"profile    {folder}/{found.best_file}: python -m tunixlib run {folder}/{found.best_file}")
    lines.append(f"next       python -m tunixlib verify {folder}")
    return "\n".join([*lines, *(["           the same command tries again what failed"] if failed else [])])
