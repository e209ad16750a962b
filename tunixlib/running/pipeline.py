"""The notebooks, strictly, in order: one command from a profile to a sealed run.

    run_pipeline("smoke", run_id="smoke-v1")

Unknown or mistyped parameters stop it before anything starts. A finished stage whose notebook, code, parameters and
inputs are unchanged is skipped; after an interruption the same command continues. A sealed run is refused.
"""

import os
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunixlib.analysis.beside import beside_run
from tunixlib.artifacts import canonical_json, read_json, sha256_file, sha256_text, write_json, write_text
from tunixlib.evidence.environment import capture_commit, capture_environment
from tunixlib.evidence.sealing import begin_session
from tunixlib.holding import hold
from tunixlib.modeling.checkpoints import verified_checkpoint
from tunixlib.modeling.launching import Machines
from tunixlib.modeling.models import (
    SHORT_NAMES,
    ModelError,
    best_device,
    load_tokenizer,
    model_folder,
    weights_sha256,
)
from tunixlib.modeling.tunix_support import check_supported, require_tunix
from tunixlib.progress import PROGRESS_VARIABLE
from tunixlib.running.bars import Watcher, shown_progress
from tunixlib.running.dependencies import code_sha256, source_sha256
from tunixlib.running.notebooks import execute
from tunixlib.running.profiles import NOTEBOOKS, Profile, ProfileError, check_parameters, load_profile, merge_declared
from tunixlib.runs import (
    HOLDER_VARIABLE,
    MANIFEST,
    ROOT_VARIABLE,
    STAGES,
    WORK,
    Run,
    RunError,
    hash_tree,
    remove,
    stage_named,
)
from tunixlib.seeding.correction.datasets import CORRECTION_DATASET
from tunixlib.seeding.datasets import dataset_file, load_traces
from tunixlib.training.config import FSDP
from tunixlib.training.correction import SHARES, check_pairs, check_shares
from tunixlib.training.devices import check_several, visible_processes

Say = Callable[[str], None]

# The profile that is refused on a machine without a GPU; the others take what there is.
NEEDS_GPU = "gpu"

# There while a run is sealed, or about to be, and its report and bundle are not built.
UNPUBLISHED = (WORK, "unpublished")


@dataclass(frozen=True)
class Prepared:
    """A run of which everything is known and nothing is written: ``by_notebook`` says which parameter goes where."""

    profile: Profile
    run: Run
    parameters: dict[str, Any]
    by_notebook: dict[str, dict[str, str]]


def prepare(
    profile_name: str | Profile, run_id: str | None = None, overrides: Mapping[str, Any] | None = None,
    by_notebook: dict[str, dict[str, str]] | None = None,
) -> Prepared:  # fmt: skip
    """Read a profile and check every parameter; writes nothing. Raises ProfileError, or RunError for a bad run id.

    ``by_notebook`` is what ``merge_declared`` gives, for who prepares many: reading the notebooks takes a second.
    """
    profile = profile_name if isinstance(profile_name, Profile) else load_profile(profile_name)
    if profile.name == NEEDS_GPU and not profile.recorded and best_device() != "cuda":
        raise ProfileError(
            "profile gpu: found no NVIDIA GPU that PyTorch can use, expected one; take --profile cpu (under 20 minutes "
            "on two cores) or --profile full (hours), or install a CUDA build of torch and the driver"
        )
    by_notebook = by_notebook or merge_declared(stage_notebooks())
    parameters = {**profile.parameters, **(overrides or {})}
    if run_id:
        parameters["RUN_ID"] = run_id
    check_parameters(parameters, {name: kind for known in by_notebook.values() for name, kind in known.items()})
    if "RUN_ID" not in parameters:
        raise ProfileError(f"profile {profile.name}: found no RUN_ID, expected one in the file or with --run-id")
    # By the environment, not as a parameter: executed notebooks are evidence, and say nothing of this machine.
    run = Run.open(parameters["RUN_ID"], parameters.pop("RUNS_ROOT", "submission_runs"))
    return Prepared(profile, run, parameters, by_notebook)


def run_pipeline(
    profile_name: str | Profile, run_id: str | None = None, overrides: Mapping[str, Any] | None = None,
    say: Say = print, *, command: str | None = None, watcher: Watcher | None = None, bundle: bool = True,
) -> Run:  # fmt: skip
    """Run every notebook of a profile in fresh kernels, seal the run and (unless ``bundle`` is off) publish it.

    A ``Profile`` that is no file's, such as what a sealed run recorded, is taken as it is. ``command`` goes on record
    instead of the command line. Raises ProfileError, RunError or NotebookError; whatever had finished by then stays
    and is not done again.
    """
    from tunixlib.evidence import verify
    from tunixlib.submission.bundle import publish

    ready = prepare(profile_name, run_id, overrides)
    run, parameters = ready.run, ready.parameters
    unpublished = run.path(*UNPUBLISHED)
    if not (bundle and unpublished.is_file()):
        run.refuse_if_sealed()
        check_inputs(parameters)
        if other := parameters.get("BESIDE_RUN"):
            beside_run(run, other)
    lock = hold(run.root)
    try:
        if run.sealed:
            _finish_publishing(run, unpublished, say)
            return run
        notebooks = _switched_on(run, parameters)
        say(f"run {run.run_id} with profile {ready.profile.name}: {len(notebooks)} notebooks into {run.root}")
        begin_session(run, {"profile": ready.profile.name, "command": command or command_line(), **capture_commit()})
        with _kernel_environment(run):
            for number, notebook in enumerate(notebooks, start=1):
                mine = {k: v for k, v in parameters.items() if k in ready.by_notebook[notebook.stem]}
                _run_stage(run, notebook, mine, f"[{number}/{len(notebooks)}] {notebook.stem}", say, watcher)
        if bundle:
            write_text(unpublished, "sealed or about to be; report and bundle are still to be built\n")
        verify.seal_verified(run)
        if bundle:
            publish(run)
            unpublished.unlink()
        say("sealed; report and bundle built" if bundle else "sealed")
    finally:
        lock.release()
    return run


def _finish_publishing(run: Run, unpublished: Path, say: Say) -> None:
    """Report and bundle of a run that was sealed by a try which ended before they were built."""
    from tunixlib.submission.bundle import publish

    if not unpublished.is_file():
        run.refuse_if_sealed()
    publish(run)
    unpublished.unlink()
    say(f"run {run.run_id} was sealed before; its report and bundle are built now")


def stage_notebooks() -> list[Path]:
    """The notebooks of the corridor that exist, in order."""
    return [path for stage in STAGES if (path := NOTEBOOKS / f"{stage.name}.ipynb").is_file()]


def _switched_on(run: Run, parameters: Mapping[str, Any]) -> list[Path]:
    """The notebooks of the corridor but for those that are switched off; what an earlier try made of these is removed.

    A switch is empty where a notebook declares it.
    """
    off = [stage for stage in STAGES if stage.switch and not parameters.get(stage.switch)]
    for stage in off:
        run.switch_off(stage)
    return [path for path in stage_notebooks() if path.stem not in {stage.name for stage in off}]


def command_line() -> str:
    """The command as a stranger would type it: no absolute path in it."""
    return f"python -m tunixlib {shlex.join(map(without_folder, sys.argv[1:]))}"


def without_folder(word: str) -> str:
    """``/home/ada/a.yaml`` -> ``a.yaml``, ``RUNS_ROOT=/home/ada/runs`` -> ``RUNS_ROOT=runs``; others stay."""
    name, equals, value = word.rpartition("=")
    path = Path(value.strip("'\" "))
    return f"{name}{equals}{path.name}" if path.is_absolute() else word


def stage_key(run: Run, notebook: Path, parameters: Mapping[str, Any]) -> str:
    """What a finished stage depends on, as one hash: notebook, code, parameters, inputs, machine and packages."""
    depends = {
        "environment": capture_environment(),
        "notebook": source_sha256(notebook),
        "code": code_sha256(notebook),
        "parameters": dict(parameters),
        "inputs": hash_tree(run.root, stage_named(notebook.stem).reads),
        "outside": {**outside_inputs(parameters), **_beside(run, parameters)},
    }
    return sha256_text(canonical_json(depends))


def _beside(run: Run, parameters: Mapping[str, Any]) -> dict[str, str]:
    """The sha256 of the manifest of the run that a stage sets beside this one."""
    if not (other := parameters.get("BESIDE_RUN")):
        return {}
    return {"BESIDE_RUN": sha256_file(beside_run(run, other).path(MANIFEST))}


def outside_inputs(parameters: Mapping[str, Any]) -> dict[str, str]:
    """The sha256 of what a stage reads outside the run: data sets and base weights, named by parameters."""
    keys = [parameters["DATASET"]] if "DATASET" in parameters else []
    keys += [parameters["CORRECTION_DATASET"]] if "CORRECTION_DATASET" in parameters else []
    found = {key: sha256_file(dataset_file(key)) for key in [*keys, *parameters.get("EVAL_SETS", [])]}
    if "MODEL" in parameters:
        found["MODEL"] = weights_sha256(model_folder(parameters["MODEL"]))
    return found


def check_inputs(parameters: Mapping[str, Any]) -> None:
    """Raise ModelError or ArtifactError when a model or a data set that a profile names is not there, or unfit.

    Raises TrainingError for shares or shown works from which no arm of self-correction can be made, and for ENGINE
    fsdp on one device; ValueError when the environment names half of several machines.

    A model of the hub is downloaded here, before anything starts.

    A model that is known by a short name is not looked for here, since its conversion may take a while; but with
    ENGINE tunix it is: that engine must be installed and compute this model rightly.
    """
    if parameters.get("MODEL", "tiny") not in SHORT_NAMES:
        load_tokenizer(parameters["MODEL"])
    Machines.named()
    if parameters.get("ENGINE") == FSDP:
        check_several(visible_processes())
    if parameters.get("ENGINE") == "tunix":
        require_tunix()
        check_supported(model_folder(parameters.get("MODEL", "smollm2")))
    keys = [parameters["DATASET"]] if "DATASET" in parameters else []
    if arms := parameters.get("CORRECTION_ARMS"):
        keys.append(parameters.get("CORRECTION_DATASET", CORRECTION_DATASET))
        traces, replay, density = (parameters.get(name, default) for name, default in SHARES.items())
        check_shares(traces, replay, density)
        check_pairs(arms, load_traces(dataset_file(keys[-1])), traces, replay)
    for key in [*keys, *parameters.get("EVAL_SETS", [])]:
        dataset_file(key)


def _run_stage(
    run: Run, notebook: Path, parameters: Mapping[str, Any], label: str, say: Say, watcher: Watcher | None
) -> None:
    target, note = run.path("notebooks", notebook.name), run.path(WORK, "pipeline", f"{notebook.stem}.json")
    key = stage_key(run, notebook, parameters)
    if _is_done(run, notebook.stem, key, target, note):
        say(f"{label}: unchanged, skipped")
        return
    note.unlink(missing_ok=True)
    started = time.time()
    if watcher:
        watcher.began(run, notebook.stem, parameters)
    with shown_progress(run, label, watcher):
        execute(notebook, target, parameters, failed=run.path(WORK, f"failed-{notebook.name}"))
    if stage_key(run, notebook, parameters) != key:
        remove(target)
        raise RunError(
            f"{notebook.name}: code, notebook, inputs or packages changed while it ran, and nobody can tell what it "
            "used; leave them alone and repeat the command"
        )
    done = {"executed_sha256": sha256_file(target), "source_sha256": source_sha256(notebook)}
    write_json(note, {"key": key, **done, **capture_commit()})
    run.forget_states(stage_named(notebook.stem))
    say(f"{label}: done in {time.time() - started:.0f} s")
    if watcher:
        watcher.ended(run, notebook.stem)


def _is_done(run: Run, name: str, key: str, target: Path, note: Path) -> bool:
    record = run.record(name)
    if not (record and note.is_file() and target.is_file()):
        return False
    known = read_json(note)
    if known["key"] != key or known["executed_sha256"] != sha256_file(target):
        return False
    if hash_tree(run.root, stage_named(name).writes) != record["outputs"]:
        return False
    # Evidence can outlive weights: a stage whose weights were cleaned away or damaged is done again.
    try:
        for path in record["outputs"]:
            if path.endswith("checkpoint.json"):
                verified_checkpoint(run.path(path).parent)
    except ModelError:
        return False
    return True


@contextmanager
def _kernel_environment(run: Run) -> Iterator[None]:
    """What kernels inherit: who holds the lock, where runs lie, where to report progress, UTF-8 everywhere."""
    values = {
        HOLDER_VARIABLE: str(run.root),
        ROOT_VARIABLE: str(run.root.parent),
        PROGRESS_VARIABLE: str(run.path(WORK, "progress.json")),
        "PYTHONUTF8": "1",
        "PYTHONWARNINGS": "ignore:IProgress not found",  # tqdm wishes for widgets, and names a path of this machine
        "TOKENIZERS_PARALLELISM": "false",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
