"""What sealed runs can be compared for, read from the runs themselves: seeds, or the values of one parameter.

    design = design_of("my-rates", [Run(root / "my-cpu-s1"), Run(root / "my-cpu-s2")])
    design.varies, design.seeds                        # "SEED", (1, 2)
    [condition.name for condition in design.conditions]          # ["flat", "curriculum"]

Where only SEED varies, the conditions are the arms of a run, those of self-correction among themselves; where one
parameter does, they are its values with each arm, and every value must come with the same seeds. What cannot be kept
apart is refused with the list of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tunixlib.analysis.arm_differences import decoding_differences, training_differences
from tunixlib.analysis.consumed import read_consumed
from tunixlib.analysis.run_files import read_summary
from tunixlib.artifacts import canonical_json, read_json
from tunixlib.evidence.environment import changed_code, makes_numbers
from tunixlib.evidence.problems import shorten
from tunixlib.running.parameters import ITEMS, NO_TREATMENT
from tunixlib.runs import MANIFEST, Run
from tunixlib.stages import ARMS, CORRECTION_ARMS, STAGES, checkpoint_name
from tunixlib.studies.history import session_commits
from tunixlib.studies.parameters import given_parameters
from tunixlib.trees import PROJECT_ROOT

SEED = "SEED"
NOTHING = "nothing"
# What differs between arms of self-correction, and between the seeds of one of them: the seed draws which rows of stage
# C it has again and, of retries, what goes wrong. Steps, schedule and settings stay the same.
OTHER_ROWS = ("rows", "counts", "tokens")


class DesignError(ValueError):
    """Runs that cannot be put together. The message lists what was found in which run, and what to do."""


class Condition(NamedTuple):
    """One way to train: its name, the arm, the checkpoint it is measured by, and its run with each seed."""

    name: str
    arm: str
    checkpoint: str
    runs: Mapping[int, Run]


class Design(NamedTuple):
    """What varies between runs, and which conditions follow from it. ``comparisons`` are names: the first minus the
    second."""

    study: str
    runs: tuple[Run, ...]
    varies: str
    seeds: tuple[int, ...]
    conditions: tuple[Condition, ...]
    comparisons: tuple[tuple[Condition, Condition], ...]
    treatment: tuple[str, ...]
    eval_sets: tuple[str, ...]

    def treatment_of(self, a: Condition, b: Condition) -> tuple[str, ...]:
        """What two conditions may differ in: arms of self-correction are ways to train that differ in their rows."""
        rows = a.arm != b.arm and {a.arm, b.arm} <= set(CORRECTION_ARMS)
        return (*self.treatment, *(OTHER_ROWS if rows else ()))


def design_of(study: str, runs: Sequence[Run]) -> Design:
    """The design of sealed runs. Raises DesignError unless exactly one thing varies, with the list of what does."""
    values = _values(runs)
    faults = [*_other_inputs(runs, values), *_other_code(runs)]
    varied = [name for name in values if name not in NO_TREATMENT and _differs(values[name])]
    treated = [name for name in varied if name != SEED]
    if not varied:
        faults.append("found the same parameters in all of them, expected another SEED, or one parameter, in each")
    if len(treated) > 1:
        lines = [f"{name}: {_by_run(runs, values[name])}" for name in treated]
        faults.append("found more than one parameter that varies, expected one:\n    " + "\n    ".join(lines))
    faults += [f"{name} varies ({_by_run(runs, values[name])}): items differ" for name in treated if name in ITEMS]
    if faults:
        raise DesignError(_refusal(runs, faults))
    groups = _groups(runs, values, treated[0] if treated else "")
    checkpoints = [name for name in read_summary(runs[0]).checkpoints if _everywhere(name, runs)]
    arms = [arm for arm in (*ARMS, *CORRECTION_ARMS) if checkpoint_name(arm) in checkpoints]
    conditions = tuple(_conditions(groups, arms))
    seeds = tuple(sorted(next(iter(groups.values()))))
    sets = tuple(s for s in read_summary(runs[0]).eval_sets if all(s in read_summary(run).eval_sets for run in runs))
    design = Design(
        study, tuple(runs), treated[0] if treated else SEED, seeds, conditions, tuple(_pairs(conditions, arms)),
        _treatment(runs[0], treated), sets,
    )  # fmt: skip
    if faults := [*_uneven_seeds(design)]:
        raise DesignError(_refusal(runs, faults))
    return design


def _refusal(runs: Sequence[Run], faults: Sequence[str]) -> str:
    names = ", ".join(run.run_id for run in runs)
    return f"{names} cannot be put together:\n  " + "\n  ".join(dict.fromkeys(faults))


def _values(runs: Sequence[Run]) -> dict[str, list[Any]]:
    """Parameter -> its value in each run, "nothing" where the run has none; of two notebooks the first one's.

    A notebook that is switched off in some of the runs made nothing that all have, and is left out.
    """
    every = [given_parameters(run.root) for run in runs]
    off = {stage.name for stage in STAGES if stage.switch and any(stage.name not in stages for stages in every)}
    given: list[dict[str, Any]] = []
    for stages in every:
        merged: dict[str, Any] = {}
        for parameters in (parameters for name, parameters in stages.items() if name not in off):
            merged = {**parameters, **merged}
        given.append(merged)
    names = sorted({name for merged in given for name in merged})
    return {name: [merged.get(name, NOTHING) for merged in given] for name in names}


def _differs(values: Sequence[Any]) -> bool:
    return len({canonical_json(value) for value in values}) > 1


def _by_run(runs: Sequence[Run], values: Sequence[Any]) -> str:
    return ", ".join(f"{shorten(value, 40)} in {run.run_id}" for run, value in zip(runs, values, strict=True))


def _other_inputs(runs: Sequence[Run], values: Mapping[str, list[Any]]) -> Iterator[str]:
    """Bytes that differ under one name: of the data, of the base model, of an evaluation set."""
    manifests = [read_json(run.path(MANIFEST)) for run in runs]
    hashes: dict[str, list[str]] = {
        "DATASET": [manifest["dataset"]["sha256"] for manifest in manifests],
        "MODEL": [manifest["model"]["weights_sha256"] for manifest in manifests],
    }
    for name in manifests[0]["eval_sets"]:
        hashes[name] = [manifest["eval_sets"].get(name, {}).get("sha256", NOTHING) for manifest in manifests]
    for name, found in hashes.items():
        if _differs(found) and not _differs(values.get(name, [])):
            short = [sha256[:12] for sha256 in found]
            yield f"{name}: found other bytes under one name ({_by_run(runs, short)}), expected the same"


def _other_code(runs: Sequence[Run]) -> Iterator[str]:
    """Runs whose commits differ in what makes numbers, or are not known here."""
    manifests = {run.run_id: read_json(run.path(MANIFEST)) for run in runs}
    commits = {run_id: session_commits(manifest) for run_id, manifest in manifests.items()}
    data = {f"data/{name}/" for manifest in manifests.values() for name in _data_sets(manifest)}
    first = commits[runs[0].run_id][0]
    for run_id, mine in commits.items():
        for commit in mine:
            changed = [] if commit == first else changed_code(first, commit, PROJECT_ROOT)
            if changed is None:
                yield f"{run_id}: found commit {commit[:12]}, expected one that git knows here; fetch the whole history"
            elif files := _made_by(changed, data):
                yield f"{run_id}: found other code than in {runs[0].run_id} ({', '.join(files[:3])}); make one again"


def _data_sets(manifest: Mapping[str, Any]) -> list[str]:
    return [manifest["dataset"]["dataset_key"], *manifest["eval_sets"]]


def _made_by(changed: Sequence[str], data: set[str]) -> list[str]:
    """Of changed files those that make the numbers: code first, then data, of which only the sets that runs name."""
    making = [file for file in changed if makes_numbers(file)]
    code = [file for file in making if not file.startswith("data/")]
    return [*code, *(file for file in making if file.startswith(tuple(data)))]


def _groups(runs: Sequence[Run], values: Mapping[str, list[Any]], treated: str) -> dict[str, dict[int, Run]]:
    """Value of the treated parameter ("" for none) -> seed -> run. Raises DesignError where seeds are confounded."""
    seeds = values.get(SEED, [0] * len(runs))
    found: dict[str, dict[int, Run]] = {}
    for index, run in enumerate(runs):
        name = f"{treated}={_word(values[treated][index])}" if treated else ""
        if seeds[index] in found.setdefault(name, {}):
            other = found[name][seeds[index]].run_id
            raise DesignError(_refusal(runs, [f"found {other} and {run.run_id} of the same parameters; leave one out"]))
        found[name][seeds[index]] = run
    if len({tuple(sorted(group)) for group in found.values()}) > 1:
        lines = [f"{name}: seeds {', '.join(map(str, sorted(group)))}" for name, group in found.items()]
        words = "found other seeds for other values, expected the same for each, or nobody can tell the two apart:"
        raise DesignError(_refusal(runs, ["\n    ".join([words, *lines])]))
    return found


def _word(value: Any) -> str:
    return value if isinstance(value, str) else canonical_json(value)


def _everywhere(checkpoint: str, runs: Sequence[Run]) -> bool:
    return all(checkpoint in read_summary(run).checkpoints for run in runs)


def _conditions(groups: Mapping[str, Mapping[int, Run]], arms: Sequence[str]) -> Iterator[Condition]:
    for name, group in groups.items():
        for arm in arms:
            label = f"{name}, {arm}" if name else arm
            yield Condition(label, arm, checkpoint_name(arm), dict(sorted(group.items())))


def _pairs(conditions: Sequence[Condition], arms: Sequence[str]) -> Iterator[tuple[Condition, Condition]]:
    """Of arms in one run each with the first, of those of self-correction with the first of them; of values of a
    parameter each with the first value, arm by arm."""
    if len(conditions) == len(arms):
        for corrects in (False, True):
            alike = [condition for condition in conditions if (condition.arm in CORRECTION_ARMS) is corrects]
            yield from ((condition, alike[0]) for condition in alike[1:])
        return
    for condition in conditions[len(arms) :]:
        yield condition, next(first for first in conditions if first.arm == condition.arm)


def _treatment(run: Run, treated: Sequence[str]) -> tuple[str, ...]:
    """What the gate is to excuse: what the varied parameter decides, training or the way of answering."""
    given = given_parameters(run.root)
    where = {stage for stage, parameters in given.items() for name in treated if name in parameters}
    kinds = ["training"] if where - {"05_evaluate"} else []
    return (*kinds, *(["decoding"] if "05_evaluate" in where else []), *([] if treated else ["order"]))


def _uneven_seeds(design: Design) -> Iterator[str]:
    """Where runs of one condition differ in more than the seed: rows, steps, settings that were chosen by a machine."""
    for condition in design.conditions:
        drawn = OTHER_ROWS if condition.arm in CORRECTION_ARMS else ()
        first, *others = condition.runs.values()
        for run in others:
            sides = (read_consumed(one, condition.checkpoint) for one in (first, run))
            found = (*training_differences(*sides), *decoding_differences(first, run))
            for refusal in (refusal for refusal in found if refusal.kind not in drawn):
                yield f"{condition.name}: {refusal}"
