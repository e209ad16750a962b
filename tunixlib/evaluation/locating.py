"""Which checkpoint somebody means: a run, a folder or a model, by the words they typed.

    found = find_checkpoint("submission_runs/cpu-v1")      # the checkpoint that the run is judged by
    found.label, found.folder                              # "cpu-v1/stage_c", .../curriculum/stage_c/checkpoint
    find_base(found).label                                 # "smollm2", held against the hash that the run recorded

Nothing is replaced by something else: a run whose weights are gone is an error that names the command to get them.
"""

from dataclasses import dataclass
from pathlib import Path

from tunixlib.artifacts import read_json
from tunixlib.holding import WORK
from tunixlib.modeling.checkpoints import RECORD, read_record, verified_checkpoint
from tunixlib.modeling.models import SHORT_NAMES, ModelError, model_folder, weights_sha256
from tunixlib.runs import MANIFEST, Run, runs_root
from tunixlib.stages import BASIC_ARMS, CHECKPOINTS, CORRECTION_ARMS, FINAL, SEGMENTS
from tunixlib.trees import PROJECT_ROOT

STUDY = "study.json"
EXPECTED = "a run, a checkpoint folder, tiny, smollm2, a model folder or org/name@commit of the hub"


@dataclass(frozen=True)
class Located:
    """A model on disk: its name for people, its folder, and the run that made it, if one did."""

    label: str
    folder: Path
    run: Run | None = None


def find_checkpoint(text: str, checkpoint: str | None = None, default: str = FINAL) -> Located:
    """The checkpoint that ``text`` names: a run folder or id, a checkpoint folder, a model's name or folder.

    ``checkpoint`` names one of a run's (``base``, ``flat``, ``stage_a`` ...); without it, ``default``: the one that the
    run is judged by. A relative path is looked for where the command was started, in the project, and among its runs.
    Raises ModelError for what is none of these, is not there, or has other weights than its record says.
    """
    folder = None if text in SHORT_NAMES else _folder(text)
    if folder is None and (text in SHORT_NAMES or "@" in text):
        _refuse_name(text, checkpoint)
        return Located(text, model_folder(text))
    if folder is None:
        raise ModelError(f"{text!r}: found no such run or folder, expected {EXPECTED}; {_runs_here()}")
    if (folder / MANIFEST).is_file() or (folder / WORK).is_dir() or any(folder.glob("training/*/*/checkpoint")):
        return _of_run(Run(folder), checkpoint or default)
    if (folder / STUDY).is_file():
        names = ", ".join(runs_of_study(folder))
        raise ModelError(f"{text!r}: found a study of the runs {names}, expected one run; name one of them")
    _refuse_name(text, checkpoint)
    return _of_folder(folder / "checkpoint" if (folder / "checkpoint").is_dir() else folder)


def runs_of_study(folder: Path) -> list[str]:
    """The ids of the runs that a study's folder names, in its order.

    Raises ArtifactError for a ``study.json`` that cannot be read, ModelError for one without a list of runs.
    """
    document = read_json(folder / STUDY)
    try:
        return [str(run["run_id"]) for run in document["runs"]]
    except (KeyError, TypeError):
        raise ModelError(f"{folder / STUDY}: found no runs with a run_id, expected them; verify the study") from None


def find_base(found: Located) -> Located:
    """The base model that a run's checkpoint was trained from. Raises ModelError where that is not on record.

    Its weights must have the hash that the first stages recorded as their parent's.
    """
    if found.run is None:
        raise ModelError(
            f"{found.label}: found no run around it that says what it was trained from, expected a run's checkpoint; "
            "leave --base out (BASE = False), or ask the base model on its own: smollm2, or its folder"
        )
    name = _base_name(found.run)
    folder = model_folder(name)
    if folder == found.folder:
        raise ModelError(
            f"{found.label}: found the base model itself, nothing to put beside it; leave --base out (BASE = False)"
        )
    parents = {read_record(first).parent_sha256 for first in _first_checkpoints(found.run)}
    if parents and weights_sha256(folder) not in parents:
        raise ModelError(
            f"base model {name!r}: found other weights than {found.run.run_id} was trained from "
            f"({', '.join(sorted(parent[:16] for parent in parents))}...); bring those back, or leave --base out"
        )
    return Located(f"{Path(name).name} (base)", folder, found.run)


def _folder(text: str) -> Path | None:
    """The folder that is meant; a path to a file in it is an error that says so."""
    if not text.strip():
        raise ModelError(f"found an empty name, expected {EXPECTED}; name one")
    try:
        given = Path(text).expanduser()
    except RuntimeError:  # ~somebody who is not known here
        given = Path(text)
    for place in (given, PROJECT_ROOT / text, runs_root() / text):
        if place.is_dir():
            return place.resolve()
        if place.is_file():
            raise ModelError(f"{text!r}: found a file, expected {EXPECTED}; name the folder it lies in")
    return None


def _of_run(run: Run, name: str) -> Located:
    if name == "base":
        base = find_base(Located("", run.root, run))
        return Located(base.label, base.folder, run)
    folders = checkpoint_places(run)
    if name not in folders:
        raise ModelError(f"checkpoint {name!r}: expected base or one of {', '.join(folders)}")
    if not any(folders[name].glob("*.safetensors")):
        there = [other for other, folder in folders.items() if any(folder.glob("*.safetensors"))]
        raise ModelError(_no_weights(run, name, there))
    return Located(f"{run.run_id}/{name}", verified_checkpoint(folders[name])[0], run)


def checkpoint_places(run: Run) -> dict[str, Path]:
    """The name of a checkpoint in predictions -> where it lies, if it is there; those that every run has come first."""
    names = sorted(CHECKPOINTS, key=lambda name: CHECKPOINTS[name][0] not in BASIC_ARMS)
    return {name: run.path("training", *CHECKPOINTS[name], "checkpoint") for name in names}


def _no_weights(run: Run, name: str, there: list[str]) -> str:
    """What is missing, which checkpoints are there, and the command that makes the weights."""
    shown = f"submission_runs/{run.run_id}" if run.root.parent == runs_root().resolve() else str(run.root)
    other = f"; there are weights of {', '.join(there)} (--checkpoint)" if there else ""
    if name in CORRECTION_ARMS and not run.path("training", name).is_dir():
        return (
            f"run {run.run_id!r}: found no arm {name}, which learns from shown works{other}. Train one in another run: "
            f"python -m tunixlib run --run-id my-checks --set 'CORRECTION_ARMS=[{name}]' "
            "--set 'EVAL_SETS=[eval-core, eval-correction]'"
        )
    if run.sealed:
        remedy = f"`python -m tunixlib reproduce {shown}` trains them again, into {run.run_id}-again; then ask that run"
    else:
        correcting = name.partition("/")[0] in CORRECTION_ARMS
        by_hand = "04_self_correction.ipynb" if correcting else "02_train.ipynb and 03_curriculum.ipynb"
        remedy = (
            f"The run is not finished: the command that began it continues it (python -m tunixlib run --run-id "
            f"{run.run_id} ..., or by hand {by_hand})"
        )
    return f"run {run.run_id!r}: found no weights of {name}, which git does not hold{other}. {remedy}"


def _of_folder(folder: Path) -> Located:
    """A checkpoint folder, with its run when it lies in one, or any model folder."""
    if not (folder / RECORD).is_file():
        return Located(folder.name, model_folder(str(folder)))
    parents = folder.parents
    run = Run(parents[3]) if len(parents) > 3 and parents[2].name == "training" else None
    if run and not any(folder.glob("*.safetensors")):
        raise ModelError(_no_weights(run, f"{parents[1].name}/{parents[0].name}", []))
    record = verified_checkpoint(folder)[1]
    name = f"{record.arm}/{record.stage}" if record.arm in CORRECTION_ARMS else record.stage  # stage_d is of four arms
    return Located(f"{run.run_id}/{name}" if run else f"{folder.name} ({record.stage})", folder, run)


def _base_name(run: Run) -> str:
    """The parameter MODEL that a run was made with, from its manifest or the record of its first training stage."""
    if run.sealed:
        return str(read_json(run.path(MANIFEST))["model"]["model_id"])
    record = run.record("02_train")
    if record is None:
        raise ModelError(f"run {run.run_id!r}: found no finished 02_train, which records the base model; finish it")
    return str(record["parameters"]["MODEL"])


def _first_checkpoints(run: Run) -> list[Path]:
    """The checkpoints whose parent is the base model and whose record is there."""
    places = [run.path("training", arm, SEGMENTS[arm][0], "checkpoint") for arm in BASIC_ARMS]
    return [place for place in places if (place / RECORD).is_file()]


def _refuse_name(text: str, checkpoint: str | None) -> None:
    if checkpoint:
        raise ModelError(f"found --checkpoint {checkpoint} with {text!r}, which is no run; leave it out, or name a run")


def _runs_here() -> str:
    folders = sorted(runs_root().glob("*/")) if runs_root().is_dir() else []
    names = [folder.name for folder in folders if any(folder.glob("training/*/*/checkpoint/*.safetensors"))]
    return f"runs here with weights: {', '.join(names) or 'none, `python -m tunixlib run` makes one'}"
