"""Which runs a sweep consists of: every configuration with every seed, checked, and nothing written.

    plan = plan_sweep(Path("SWEEP.yaml"))
    [trial.run_id for trial in plan.trials]      # ["my-sweep-1f3a9c02-s1", "my-sweep-1f3a9c02-s2", ...]

A trial is an ordinary run. Its id is the sweep's with a hash of its values, so that a grid can get more points, a
search more trials, both more seeds, and what is made keeps its name.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunixlib.running.batch import EXPECTED, Entry, todo_of
from tunixlib.running.parameters import check_parameters, declared_defaults, merge_declared, stage_notebooks
from tunixlib.running.preparing import Prepared, prepare
from tunixlib.running.profiles import Profile, ProfileError, load_profile
from tunixlib.runs import Run, runs_root
from tunixlib.seeding.datasets import dataset_file
from tunixlib.seeding.evalsets import read_eval_set
from tunixlib.seeding.gate import LeakError, check_disjoint, normal_prompt
from tunixlib.stages import STAGES
from tunixlib.sweeps.points import Trial, Values, drawn_value, fresh_trials, trial_parameters, trials_of
from tunixlib.sweeps.spec import Sweep, SweepError, read_sweep, written_number
from tunixlib.traces import read_traces


@dataclass(frozen=True)
class Plan:
    """A sweep that can start. ``entries`` holds the trials as a batch has them, in the order of ``trials``."""

    sweep: Sweep
    content: bytes
    profile: Profile
    trials: list[Trial]
    entries: list[Entry]

    @property
    def folder(self) -> Path:
        """Where the sweep's own evidence lies, beside its trials."""
        return runs_root() / self.sweep.run_id

    def run(self, trial: Trial) -> Run:
        """The folder of a trial."""
        return Run(self.folder.parent / trial.run_id)


def plan_sweep(path: Path) -> Plan:
    """Read a sweep and check every trial as if it were to start now; nothing is written.

    Raises SweepError naming each key or trial that is not as it should be: an unknown parameter, a value of another
    type, a model or data set that is not there, a trial in use, or sealed but made with other values.
    """
    sweep, content = read_sweep(path)
    try:
        profile = load_profile(sweep.profile)
    except ProfileError as error:
        raise SweepError(f"{path.name}, profile: {error}") from None
    by_notebook = merge_declared(stage_notebooks())
    known = {name: kind for kinds in by_notebook.values() for name, kind in kinds.items()}
    refuse_unfit(sweep, known)
    refuse_without_effect(sweep, profile, by_notebook)
    refuse_shared_items(sweep)
    refuse_profiles_seed(sweep, profile)
    trials = trials_of(sweep)
    entries = _entries(sweep, profile, trials, by_notebook)
    refuse_trained_on(sweep, entries)
    return Plan(sweep, content, profile, trials, entries)


def refuse_unfit(sweep: Sweep, known: Mapping[str, str]) -> None:
    """Raise SweepError naming every key with a value that no notebook takes; ``known``: parameter -> declared type."""
    faults = []
    for place, values in (("set", {name: [value] for name, value in sweep.set.items()}), ("grid", sweep.grid)):
        faults += [fault for name in values for value in values[name] for fault in _unfit(place, name, value, known)]
    for name, given in sweep.search.items():
        examples = given.choice or [drawn_value(given, share) for share in (0.0, 1 - 1e-9)]
        faults += [fault for value in examples for fault in _unfit("search", name, value, known)]
    if faults:
        raise SweepError("nothing was started, because of\n  " + "\n  ".join(dict.fromkeys(faults)))


def refuse_without_effect(sweep: Sweep, profile: Profile, by_notebook: Mapping[str, Mapping[str, str]]) -> None:
    """Raise SweepError for a parameter that varies and that only notebooks take which are switched off."""
    given = {**profile.parameters, **sweep.set}
    off = {s.name: s.switch for s in STAGES if s.switch and s.switch not in sweep.varied and not given.get(s.switch)}
    for name in sweep.varied:
        takers = [notebook for notebook, known in by_notebook.items() if name in known]
        if set(takers) <= off.keys():
            raise SweepError(
                f"{name}: found it in {', '.join(takers)} alone, which is switched off, so that it changes nothing; "
                f"set {off[takers[0]]}, or leave {name} out"
            )


def _unfit(place: str, name: str, value: Any, known: Mapping[str, str]) -> Iterator[str]:
    try:
        check_parameters({name: written_number(value)}, known)
    except ProfileError as error:
        yield f"{place}, {str(error).partition('  ')[2]}"


def fresh_entries(plan: Plan, values: Values) -> list[Entry]:
    """The winner's values with the seeds of ``report``, checked as trials are. Raises SweepError naming each fault."""
    trials, by_notebook = fresh_trials(plan.sweep, values), plan.entries[0].ready.by_notebook
    return _entries(plan.sweep, plan.profile, trials, by_notebook, "the winner was not trained again")


def _entries(
    sweep: Sweep, profile: Profile, trials: list[Trial], by_notebook: dict[str, dict[str, str]],
    outcome: str = "nothing was started",
) -> list[Entry]:  # fmt: skip
    faults, found = [], []
    defaults = declared_defaults(stage_notebooks())
    for trial in trials:
        given = {**trial_parameters(sweep, trial), "RUN_ID": trial.run_id}
        try:
            ready = prepare(profile, None, given, by_notebook)
            _refuse_unasked(ready, sweep.choose.checkpoint)
            found.append(Entry(sweep.profile, ready, given, todo_of(ready, defaults)))
        except EXPECTED as error:
            faults.append(f"{trial.run_id}: {error}")
    if faults:
        raise SweepError(f"{outcome}, because of\n  " + "\n  ".join(dict.fromkeys(faults)))
    return found


def _refuse_unasked(ready: Prepared, checkpoint: str) -> None:
    asked = ready.parameters.get("CHECKPOINTS")
    if asked and checkpoint not in asked:
        raise SweepError(f"choose, checkpoint: found {checkpoint}, which CHECKPOINTS {asked} leaves out; add it there")


def refuse_profiles_seed(sweep: Sweep, profile: Profile) -> None:
    """Raise SweepError when the one seed of all trials, where the sweep names none, is among those of ``report``."""
    if sweep.seeds or not sweep.report.seeds:
        return
    seed = profile.parameters.get("SEED", declared_defaults(stage_notebooks())["SEED"])
    if seed in sweep.report.seeds:
        raise SweepError(
            f"report, seeds: found {seed}, with which every trial is trained where the sweep names no seeds, expected "
            "seeds that choose nothing; take another"
        )


def refuse_shared_items(sweep: Sweep) -> None:
    """Raise SweepError when a question that chooses the winner is among those that judge it, or a set has too few."""
    asked = {}
    for place, part in (("choose", sweep.choose), ("report", sweep.report)):
        try:
            rows = read_eval_set(dataset_file(part.eval_set))
        except ValueError as error:
            raise SweepError(f"{place}, eval_set: {error}") from None
        if part.items > len(rows):
            raise SweepError(f"{place}, items: found {part.items}, expected at most {len(rows)}, all of the set; lower")
        asked[place] = {normal_prompt(row["prompt"]) for row in rows[: part.items or None]}
    if shared := asked["choose"] & asked["report"]:
        raise SweepError(
            f"report, eval_set: found {len(shared)} questions of {sweep.choose.eval_set} among those of "
            f"{sweep.report.eval_set}, expected none: what chose the winner cannot judge it; name another set"
        )


def refuse_trained_on(sweep: Sweep, entries: Sequence[Entry]) -> None:
    """Raise SweepError when a question that chooses or judges is one that a trial is to be trained on."""
    keys = sorted({key for entry in entries if (key := entry.ready.parameters.get("DATASET"))})
    for key in keys:
        trained = [trace.prompt for trace in read_traces(dataset_file(key))]
        for place, part in (("choose", sweep.choose), ("report", sweep.report)):
            rows = read_eval_set(dataset_file(part.eval_set))[: part.items or None]
            try:
                check_disjoint((row["prompt"] for row in rows), trained)
            except LeakError as error:
                raise SweepError(f"{place}, eval_set: {part.eval_set} and DATASET {key}: {error}") from None
