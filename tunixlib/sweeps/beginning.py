"""What is looked at before a sweep begins or goes on: whether the folder is its own, and what was begun stays in it.

    refuse_other(plan.folder, plan)     # RunError: sweep 'tries' was begun with 3 trials that are no longer in it: ...
    begin(plan)                         # once a cluster is there

Whoever takes configurations out after reading the scores chooses by what they read, and no record would show it. So a
sweep only grows.
"""

from pathlib import Path

from tunixlib.artifacts import write_bytes
from tunixlib.holding import WORK, refuse_if_locked
from tunixlib.running.runs_table import SWEEP, SWEEP_FILE
from tunixlib.runs import MANIFEST, RunError
from tunixlib.stages import CHECKPOINTS
from tunixlib.studies.document import STUDY
from tunixlib.sweeps.found import EVALUATIONS, Found
from tunixlib.sweeps.plan import Plan
from tunixlib.sweeps.points import trials_of
from tunixlib.sweeps.ranking import by_configuration
from tunixlib.sweeps.spec import parse_sweep


def refuse_other(folder: Path, plan: Plan) -> None:
    """Raise RunError unless the folder is new or this sweep's, its file as before in what trials are ranked by."""
    refuse_if_locked(folder)
    for there in (STUDY, MANIFEST):
        if (folder / there).is_file():
            raise RunError(f"{folder.name!r}: found {there} in it, expected a sweep or nothing; choose another run_id")
    own = (SWEEP, SWEEP_FILE, "ranking.md", f"{folder.name}-best.yaml", EVALUATIONS, WORK)
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    if foreign := [name for name in names if name not in own and not name.endswith(".part")]:
        raise RunError(
            f"{folder.name!r}: found a folder with {', '.join(foreign[:3])}, expected none, or this sweep; choose "
            "another run_id, or move the folder away"
        )
    if (folder / SWEEP_FILE).is_file():
        _refuse_changed((folder / SWEEP_FILE).read_bytes(), plan)


def _refuse_changed(content: bytes, plan: Plan) -> None:
    """Raise RunError when the sweep was begun by other rules, or with trials that it has no more."""
    before, name = parse_sweep(content, SWEEP_FILE), plan.sweep.run_id
    begun, now = before.lasting, plan.sweep.lasting
    rule = "only values, trials and seeds may be added: choose another run_id"
    if other := [f"{key} {begun[key]!r}, now {now[key]!r}" for key in now if now[key] != begun[key]]:
        raise RunError(f"sweep {name!r} was begun with {'; '.join(other)}; {rule}")
    there = {trial.run_id for trial in plan.trials}
    if gone := [trial.run_id for trial in trials_of(before) if trial.run_id not in there]:
        raise RunError(
            f"sweep {name!r} was begun with {', '.join(gone[:3])}{_more(gone)}, which its file no longer has (values, "
            f"seeds, trials or search_seed changed), expected all that were begun; {rule}"
        )
    if lost := [str(seed) for seed in before.report.seeds if seed not in plan.sweep.report.seeds]:
        raise RunError(
            f"sweep {name!r} was begun with {', '.join(lost)} in report, seeds, which its file no longer has, expected "
            "all that were begun: what the winner is reported by is not drawn again; put them back, or choose another "
            "run_id"
        )


def refuse_without_weights(found: Found) -> None:
    """Raise RunError when a configuration that gets more trials has one whose weights are gone, which may have to be
    asked: it would come out only after all was trained. With seeds of ``report`` none of them is asked."""
    if found.sweep.report.seeds:
        return
    place = ("training", *CHECKPOINTS[found.sweep.choose.checkpoint], "checkpoint")
    gone = [
        trial.run_id
        for group in by_configuration(found.trials) if not all(found.run(trial).sealed for trial in group)
        for trial in group
        if found.run(trial).sealed and not found.asked(trial)
        if not [*found.run(trial).path(*place).glob("*.safetensors")]
    ]  # fmt: skip
    if gone:
        raise RunError(
            f"sweep {found.sweep.run_id!r}: found no weights of {', '.join(gone[:3])}{_more(gone)}, expected them: "
            "with more seeds another configuration may win, and is then asked again; choose another run_id and add "
            "--keep-weights where seeds may follow, or move those folders away: they are made again"
        )


def _more(names: list[str]) -> str:
    return f" and {len(names) - 3} more" if len(names) > 3 else ""


def begin(plan: Plan) -> None:
    """Take back that the sweep is whole and write its file. Called when trials can be made: until then all stays."""
    (plan.folder / SWEEP).unlink(missing_ok=True)
    write_bytes(plan.folder / SWEEP_FILE, plan.content)
