"""What is checked before a run starts: the profile, every parameter, the model and the data that it names.

ready = prepare("smoke", run_id="my-try")      # a parameter that no notebook declares is refused
check_inputs(ready.parameters)                 # so is a model or a data set that is not there
"""

import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunixlib.artifacts import read_json
from tunixlib.modeling.launching import Machines
from tunixlib.modeling.models import SHORT_NAMES, best_device, load_tokenizer, model_folder
from tunixlib.modeling.tunix_support import check_supported, require_tunix
from tunixlib.running.parameters import check_parameters, merge_declared, stage_notebooks
from tunixlib.running.profiles import Profile, ProfileError, load_profile
from tunixlib.runs import MANIFEST, Run, RunError
from tunixlib.seeding.correction.datasets import CORRECTION_DATASET
from tunixlib.seeding.datasets import dataset_file, load_traces
from tunixlib.training.config import FSDP
from tunixlib.training.correction import SHARES, check_pairs, check_shares
from tunixlib.training.devices import check_several, visible_processes

# The profile that is refused on a machine without a GPU; the others take what there is.
NEEDS_GPU = "gpu"


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


def recorded_profile(run: Run) -> Profile:
    """The parameters of every stage as ``provenance.json`` has them, under the name of the recorded profile.

    One of a GPU is not refused elsewhere: what differs between the machines is said before, and measured after.
    Raises RunError when two notebooks, run by hand, got different values of one parameter.
    """
    merged: dict[str, Any] = {}
    for stage in read_json(run.path("provenance.json"))["stages"]:
        for name, value in stage["parameters"].items():
            if merged.setdefault(name, value) != value:
                raise RunError(
                    f"run {run.run_id!r}: found {name} = {value!r} in {stage['stage']} and {merged[name]!r} before it, "
                    "expected one value for all; such a run, made by hand, is repeated by hand"
                )
    return Profile(read_json(run.path(MANIFEST))["profile"], merged, recorded=True)


def check_inputs(parameters: Mapping[str, Any]) -> None:
    """Raise ModelError or ArtifactError when a model or a data set that a profile names is not there, or unfit.

    Raises TrainingError for shares or shown works from which no arm of self-correction can be made, and for ENGINE
    fsdp on one device; EvaluationError for more EVAL_PROCESSES than GPUs; ValueError when the environment names half of
    several machines.

    A model of the hub is downloaded here, before anything starts.

    A model that is known by a short name is not looked for here, since its conversion may take a while; but with
    ENGINE tunix it is: that engine must be installed and compute this model rightly.
    """
    if parameters.get("MODEL", "tiny") not in SHORT_NAMES:
        load_tokenizer(parameters["MODEL"])
    Machines.named()
    if parameters.get("EVAL_PROCESSES", 0) > 1:
        from tunixlib.evaluation.answering import check_gpus  # torch comes with it

        check_gpus(best_device(), parameters["EVAL_PROCESSES"])
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


def command_line() -> str:
    """The command as a stranger would type it: no absolute path in it."""
    return f"python -m tunixlib {shlex.join(map(without_folder, sys.argv[1:]))}"


def without_folder(word: str) -> str:
    """``/home/ada/a.yaml`` -> ``a.yaml``, ``RUNS_ROOT=/home/ada/runs`` -> ``RUNS_ROOT=runs``; others stay."""
    name, equals, value = word.rpartition("=")
    path = Path(value.strip("'\" "))
    return f"{name}{equals}{path.name}" if path.is_absolute() else word
