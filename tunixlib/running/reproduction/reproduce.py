"""``python -m tunixlib reproduce``: execute a sealed run again from what it recorded, and say per file what held.

    found = reproduce(Path("submission_runs/smoke-v1"))      # into submission_runs/smoke-v1-again
    found.reproduced, found.counts                           # True, {"same bytes": 43, "same but for times": 16, ...}

The recorded parameters, model and data are used, not the profile's file, which may have changed since. The original is
verified before and the new run after; the result lies in ``dist/<new run>/reproduction.json`` and ``.md``, never in a
sealed run.
"""

from pathlib import Path
from typing import Any

from tunixlib.analysis.beside import BESIDE, beside_run
from tunixlib.artifacts import ArtifactError, read_json, sha256_file, write_json, write_text
from tunixlib.evidence.environment import capture_environment
from tunixlib.evidence.verify import verify_run
from tunixlib.modeling.models import model_folder, weights_sha256
from tunixlib.running.pipeline import Say, run_pipeline
from tunixlib.running.preparing import recorded_profile
from tunixlib.running.reproduction.files import compare_files
from tunixlib.running.reproduction.machine_class import class_words, code_difference, code_words, machine_differences
from tunixlib.running.reproduction.metrics import compare_metrics
from tunixlib.running.reproduction.result import Reproduction
from tunixlib.running.summary import without_place
from tunixlib.runs import MANIFEST, WORK, Run, RunError
from tunixlib.seeding.datasets import dataset_file
from tunixlib.trees import PROJECT_ROOT


def reproduce(folder: Path, run_id: str | None = None, say: Say = print) -> Reproduction:
    """Execute a sealed run again as ``run_id`` (default ``<run>-again``), compare file by file, write the result.

    An interrupted reproduction continues; a finished one is only compared again. Raises RunError when one of the runs
    does not verify or the new name is taken, ArtifactError when model or data are not the recorded ones, and what
    ``run_pipeline`` raises.
    """
    original = Run(folder.resolve())
    refuse_faulty(original)
    again = Run.open(run_id or f"{original.run_id}-again")
    if again.root.resolve() == original.root:
        raise RunError(f"run {again.run_id!r} is the original itself; name another one with --run-id")
    command = f"python -m tunixlib reproduce {_typed(original)} --run-id {again.run_id}"
    profile = recorded_profile(original)
    if again.sealed:
        _refuse_other(original, again, command)
        say(f"run {again.run_id} is sealed: nothing is executed, the two are compared")
    else:
        _refuse_foreign(again, command)
        check_recorded_inputs(original, profile.parameters)
        for line in _before(original):
            say(line)
        run_pipeline(profile, again.run_id, say=say, command=command, bundle=False)
    refuse_faulty(again)
    found = compare_executions(original, again)
    write_result(found)
    return found


def compare_executions(original: Run, again: Run) -> Reproduction:
    """Two sealed, verified executions of the same recorded parameters, compared by file and by metric."""
    before, after = (read_json(run.path(MANIFEST)) for run in (original, again))
    machine = machine_differences(before["environment"], after["environment"])
    metrics = compare_metrics(original, again)
    code = code_words(code_difference(before, after), before["commit"])
    files = compare_files(original, again, not machine, metrics)
    return Reproduction(original, again, before, after, machine, code, files, metrics)


def write_result(found: Reproduction) -> list[Path]:
    """Write ``reproduction.json`` and ``reproduction.md`` beside what is published of the new run."""
    from tunixlib.submission import bundle

    folder = bundle.DIST / found.again.run_id
    write_json(folder / "reproduction.json", found.record())
    write_text(folder / "reproduction.md", found.markdown())
    return [folder / "reproduction.json", folder / "reproduction.md"]


def refuse_faulty(run: Run) -> None:
    """Raise RunError, naming the problems, when a run does not verify."""
    report = verify_run(run.root)
    if report.problems:
        lines = "\n  ".join(str(problem) for problem in report.problems[:5])
        raise RunError(f"{report.headline}; only a run that verifies can be reproduced or compared:\n  {lines}")


def check_recorded_inputs(run: Run, parameters: dict[str, Any]) -> None:
    """Raise ArtifactError when a data set or the base model is not, byte for byte, the one that the run recorded."""
    manifest = read_json(run.path(MANIFEST))
    wanted = {parameters["DATASET"]: manifest["dataset"]["sha256"]}
    wanted |= {name: entry["sha256"] for name, entry in manifest["eval_sets"].items()}
    for key, sha256 in wanted.items():
        path = dataset_file(key)
        _refuse_changed(f"data set {key!r} ({without_place(path)})", sha256_file(path), sha256)
    if other := parameters.get("BESIDE_RUN"):
        found = sha256_file(beside_run(run, other).path(MANIFEST))
        _refuse_changed(f"the run beside it, {other!r}", found, read_json(run.path(BESIDE))["manifest_sha256"])
    model = parameters["MODEL"]
    _refuse_changed(f"model {model!r}", weights_sha256(model_folder(model)), manifest["model"]["weights_sha256"])


def _refuse_changed(what: str, found: str, expected: str) -> None:
    if found != expected:
        raise ArtifactError(
            f"{what}: found sha256 {found[:16]}..., expected {expected[:16]}... as the run recorded; nothing was "
            "started; restore it, or check out the commit that the manifest names"
        )


def _refuse_other(original: Run, again: Run, command: str) -> None:
    """A sealed run is compared only when it came of this command, or of the same parameters on the same inputs."""
    if read_json(again.path(MANIFEST))["command"] == command:
        return
    mine, yours = (_asked(run) for run in (original, again))
    if mine != yours:
        names = sorted(name for name in mine | yours if mine.get(name) != yours.get(name))
        raise RunError(
            f"run {again.run_id!r} is sealed and no reproduction of {original.run_id!r}: found another "
            f"{', '.join(names)}; choose a new name with --run-id"
        )


def _asked(run: Run) -> dict[str, Any]:
    manifest = read_json(run.path(MANIFEST))
    stages = {stage["stage"]: stage["parameters"] for stage in read_json(run.path("provenance.json"))["stages"]}
    return {**stages, **{name: manifest[name] for name in ("model", "dataset", "eval_sets")}}


def _refuse_foreign(again: Run, command: str) -> None:
    """An unsealed run is continued only when this command began it: continuing another would clear its stages."""
    if not again.root.is_dir() or not any(path.name != WORK for path in again.root.iterdir()):
        return
    note = again.path(WORK, "run.json")
    began = read_json(note)["sessions"][0]["command"] if note.is_file() else "notebooks run by hand"
    if began != command:
        raise RunError(
            f"run {again.run_id!r} is there, unsealed, begun by {began!r}, and would be overwritten; "
            "choose a new name with --run-id"
        )


def _before(original: Run) -> list[str]:
    """What to know before the work starts: how long it took, another machine, other code."""
    manifest = read_json(original.path(MANIFEST))
    minutes = sum(manifest["seconds"].values()) / 60
    lines = [f"the original took {minutes:.1f} minutes on {', '.join(class_words(manifest['environment']))}"]
    differences = machine_differences(manifest["environment"], capture_environment())
    if differences:
        lines.append(f"this machine is of another class, so bytes may differ: {'; '.join(differences)}")
    changed = code_difference(manifest)
    if changed:
        lines.append(f"code: {code_words(changed, manifest['commit'])}")
    return lines


def _typed(run: Run) -> str:
    """The run folder as evidence may name it: relative to the project, or its name alone."""
    inside = run.root.is_relative_to(PROJECT_ROOT)
    return run.root.relative_to(PROJECT_ROOT).as_posix() if inside else run.run_id
