"""A study: every run that a committed bar asks for, then the verdict. One command, which continues when interrupted.

    run_study("order-135m")      # submission_runs/order-135m-s1, -s2, -s3, then submission_runs/order-135m/study.json

Runs are ordinary: the same notebooks through papermill, sealed, verifiable on their own. Finished ones are skipped. A
finished run that other code made is refused, and so is a bar that is not committed, unless it is a rehearsal.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tunixlib.artifacts import read_json, write_bytes, write_json
from tunixlib.evidence.environment import capture_commit, same_code
from tunixlib.holding import locked_runs
from tunixlib.running.housekeeping import drop_weights
from tunixlib.running.parameters import check_parameters, merge_declared, stage_notebooks
from tunixlib.running.pipeline import Say, run_pipeline
from tunixlib.running.profiles import PROFILES, load_profile
from tunixlib.running.summary import without_place
from tunixlib.runs import MANIFEST, Run, RunError, runs_root
from tunixlib.studies.bar import JUDGED, Bar, BarError, read_bar
from tunixlib.studies.document import BAR, STUDY, study_document, study_figure, study_texts
from tunixlib.studies.folder import held_folder, refuse_taken
from tunixlib.studies.gate import expected_resolution
from tunixlib.studies.history import bar_record, committed_bytes, rules_here, rules_record
from tunixlib.studies.parameters import parameter_faults, planned_faults
from tunixlib.studies.plan import PlannedRun, planned_runs
from tunixlib.studies.results import study_runs
from tunixlib.studies.verify_study import verify_study
from tunixlib.trees import PROJECT_ROOT

STUDIES = PROFILES / "studies"


def run_study(
    profile: str, say: Say = print, *, rehearsal: bool = False, keep_weights: bool = False, seeds: Sequence[int] = ()
) -> Path | None:
    """Make every run of a study that is not there yet, then write the study's folder and return it.

    ``seeds`` makes the runs of these alone and returns None: machines, or processes, can share the runs, and the same
    command without it puts them together. A finished study whose bar is unchanged is verified, and nothing is made.
    ``rehearsal`` goes on without a committed bar and a clean tree; ``verify`` will say so. Weights of sealed runs are
    deleted unless ``keep_weights`` or locked.
    Raises BarError, ProfileError, RunError or NotebookError; what is finished stays.
    """
    path = study_path(profile)
    bar = read_bar(path)
    content = path.read_bytes()
    file, folder = without_place(path), runs_root() / bar.study
    if not rehearsal and is_finished(folder, content):
        refuse_faulty_study(folder)
        say(f"study {bar.study} is finished, its bar unchanged: nothing is made, and all of it verifies")
        return folder
    refuse_taken(folder)
    _check_parameters(bar)
    check_shown(bar)
    runs = of_seeds(bar, seeds)
    say(f"study {bar.study}: {len(runs)} runs of {len(bar.conditions)} conditions into {folder.parent}")
    say(resolution_words(bar))
    for number, planned in enumerate(runs, start=1):
        state = committed_state(file, content, rehearsal)  # hours may have passed since the last one
        _make(bar, planned, f"[run {number}/{len(runs)}]", state, say, rehearsal, profile)
        if not keep_weights and planned.run_id not in locked_runs(folder.parent):
            drop_weights(Run(folder.parent / planned.run_id))
    if seeds:
        return None
    with held_folder(folder):
        return write_study(folder, bar, file, content)


def of_seeds(bar: Bar, seeds: Sequence[int]) -> list[PlannedRun]:
    """The planned runs of some seeds, of all when none is named. Raises BarError for a seed that the bar has not."""
    unknown = [str(seed) for seed in seeds if seed not in bar.seeds]
    if unknown:
        raise BarError(
            f"study {bar.study}: found seed {', '.join(unknown)}, expected some of {', '.join(map(str, bar.seeds))}, "
            "which the bar names; leave the others out"
        )
    return [run for run in planned_runs(bar) if not seeds or run.seed in seeds]


def is_finished(folder: Path, content: bytes) -> bool:
    """Whether a folder holds a whole study under a bar of these bytes."""
    bar = folder / BAR
    return (folder / STUDY).is_file() and bar.is_file() and bar.read_bytes() == content


def refuse_faulty_study(folder: Path) -> None:
    """Raise RunError, naming the problems, when a finished study or one of its runs does not verify."""
    report = verify_study(folder)
    if report.problems:
        lines = "\n  ".join(str(problem) for problem in report.problems[:5])
        raise RunError(f"{report.headline}; its verdict is not shown:\n  {lines}")


def study_path(profile: str) -> Path:
    """A study's profile by name (``notebooks/profiles/studies/<name>.yaml``) or by the path of a YAML file."""
    return Path(profile).resolve() if profile.endswith((".yaml", ".yml")) else STUDIES / f"{profile}.yaml"


def committed_state(file: str, content: bytes, rehearsal: bool) -> dict[str, Any]:
    """The commit that a run made now will name. Raises RunError when it does not hold the bar or the tree differs."""
    state = capture_commit()
    if not rehearsal and state["dirty"]:
        raise RunError("the tree holds changes that no commit has; commit them first, or rehearse with --rehearsal")
    if not rehearsal and committed_bytes(state["commit"], file, PROJECT_ROOT) != content:
        raise RunError(f"{file} is not in commit {state['commit'][:12]} as it is; commit the bar before its runs")
    return state


def _check_parameters(bar: Bar) -> None:
    """Stop before anything starts when a parameter of any run is unknown or of the wrong type (ProfileError)."""
    known = {name: kind for kinds in merge_declared(stage_notebooks()).values() for name, kind in kinds.items()}
    base = load_profile(bar.base).parameters
    for planned in planned_runs(bar):
        check_parameters({**base, **planned.parameters}, known)


def check_shown(bar: Bar) -> None:
    """Raise BarError when a bar asks for verdicts on shown works and none of its evaluation sets shows any."""
    from tunixlib.analysis.shown_works import shows_works
    from tunixlib.seeding.datasets import dataset_file
    from tunixlib.seeding.evalsets import read_eval_set

    asked = [name for name, on in ((f"measure {JUDGED}", bar.measure == JUDGED), ("an aim", bar.aim)) if on]
    if asked and not any(shows_works(read_eval_set(dataset_file(name))) for name in bar.eval_sets):
        raise BarError(
            f"study {bar.study}: found {' and '.join(asked)} and eval_sets {', '.join(bar.eval_sets)}, which show no "
            "works, expected one that does; name eval-correction"
        )


def resolution_words(bar: Bar) -> str:
    """Before the runs: whether so many items and seeds can show the smallest effect of interest."""
    from tunixlib.seeding.datasets import dataset_file

    primary = bar.comparisons[0]
    items = bar.items or sum(1 for _ in dataset_file(bar.eval_sets[0]).open("rb"))
    found = expected_resolution(bar, items, len(bar.seeds_of(primary.a, primary.b)))
    smallest = f"the smallest effect of interest is {100 * bar.smallest_effect:.1f} points"
    if found is None:
        return f"{smallest}; the bar has no pilot, so nothing is said of what the runs can show"
    if "value" not in found:
        return f"{smallest}; these items and seeds are expected to show no difference at all: add some"
    words = f"expected to show {100 * found['value']:.1f} points four times in five"
    if bar.family > 1:
        words += f" (alpha divided by {bar.family} comparisons)"
    words = f"{words}; {smallest}"
    return words if found["value"] <= bar.smallest_effect else f"{words}, which is finer: an undecided end is likely"


def _make(
    bar: Bar, planned: PlannedRun, label: str, state: Mapping[str, Any], say: Say, rehearsal: bool, profile: str
) -> None:
    run = Run.open(planned.run_id)
    if not run.sealed:
        say(f"{label} {planned.run_id}: {', '.join(planned.conditions)} with seed {planned.seed}")
        command = f"python -m tunixlib study {Path(profile).name}"
        run_pipeline(bar.base, planned.run_id, planned.parameters, say, command=command, bundle=False)
        return
    manifest = read_json(run.path(MANIFEST))
    faults = list(planned_faults(run.root, bar, planned))
    if not rehearsal:
        faults = list(parameter_faults(run.root, bar, planned, PROJECT_ROOT))
        faults += ["a tree that no commit holds"] if manifest["dirty"] else []
        same = same_code(manifest["commit"], state["commit"], bar.base, PROJECT_ROOT)
        faults += [] if same else [f"other code, that of commit {manifest['commit'][:12]}"]
    if faults:
        raise RunError(
            f"run {planned.run_id!r} is sealed but made with {'; '.join(faults)}; move it away or go back to its commit"
        )
    other = "" if manifest["commit"] == state["commit"] else f" (at commit {manifest['commit'][:12]}, same code)"
    say(f"{label} {planned.run_id}: sealed, skipped{other}")


def write_study(folder: Path, bar: Bar, file: str, content: bytes) -> Path:
    """Write bar, claims, analysis and figure, then ``study.json``, whose presence means the study is whole."""
    root = folder.parent
    runs, commit = study_runs(root, bar), capture_commit()["commit"]
    record = {
        "bar": bar_record(file, content, runs, commit, PROJECT_ROOT),
        "rules": rules_record(commit, rules_here(PROJECT_ROOT), runs, PROJECT_ROOT),
    }
    files = study_texts(root, bar, content, record)
    files |= study_figure(bar, files)
    for name, data in files.items():
        write_bytes(folder / name, data)
    write_json(folder / STUDY, study_document(root, bar, record, files))
    return folder


def study_words(folder: Path) -> str:
    """The end of a study: its verdicts, where they are, and how to check them."""
    from tunixlib.studies.report import comparison_ids, points, verdict_words

    claims = {claim["id"]: claim for claim in read_json(folder / "claims.json")["claims"]}
    lines = [""]
    for claim_id in comparison_ids(read_bar(folder / BAR)):
        claim = claims[claim_id]
        lines += [f"{claim_id}: {verdict_words(claim)}", f"  {points(claim)}" if "interval" in claim else claim["text"]]
    aims = [claim for claim_id, claim in claims.items() if claim_id.endswith("/aim")]
    lines += [f"{claim['id']}: {claim['verdict']}\n  {claim['text']}" for claim in aims]
    shown = folder.relative_to(PROJECT_ROOT).as_posix() if folder.is_relative_to(PROJECT_ROOT) else folder.name
    return "\n".join([*lines, "", f"study      {shown}", f"next       python -m tunixlib verify {shown}"])
