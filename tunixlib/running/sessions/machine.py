"""What machine a session has, and which profile fits it.

>>> choose_profile("auto", "gpu")
'kaggle-gpu'
>>> choose_profile("smoke", "gpu")
'smoke'
"""

import os
import shutil
import subprocess
from pathlib import Path

from tunixlib.running.profiles import PROFILES

PROFILE_FOR = {"tpu": "kaggle-tpu", "gpu": "kaggle-gpu", "cpu": "cpu"}
AUTO = "auto"


def detect_accelerator() -> tuple[str, str]:
    """``tpu``, ``gpu`` or ``cpu``, and what it was told by."""
    if sign := _tpu_sign():
        return "tpu", sign
    import torch

    if torch.cuda.is_available():
        names = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
        return "gpu", ", ".join(names)
    if listed := _listed_gpus():
        return "gpu", f"{listed}, which this torch {torch.__version__} cannot use"
    return "cpu", f"{os.cpu_count() or 1} cores, no TPU and no GPU"


def choose_profile(wish: str, accelerator: str) -> str:
    """The profile asked for, or for ``auto`` the one of the accelerator. Raises ValueError when it is not there.

    A wish may be the path of a YAML file; whether that can be read is for ``load_profile`` to say.
    """
    name = PROFILE_FOR[accelerator] if wish == AUTO else wish
    have = sorted(path.stem for path in PROFILES.glob("*.yaml"))
    if name in have or name.endswith((".yaml", ".yml")):
        return name
    others = [f"accelerator {kind!r} (profile {other})" for kind, other in PROFILE_FOR.items() if other in have]
    why = f"chosen because this is a {accelerator} session" if wish == AUTO else "asked for"
    raise ValueError(
        f"profile {name!r} ({why}): found no notebooks/profiles/{name}.yaml, expected one of {', '.join(have)}; "
        f"set PROFILE to one of them, or start the session with {' or '.join(others)}"
    )


def _tpu_sign() -> str:
    """What tells that a TPU is attached, without starting one, or nothing."""
    if os.environ.get("PJRT_DEVICE", "").upper() == "TPU":
        return "PJRT_DEVICE=TPU"
    if names := sorted(name for name in os.environ if name.startswith("TPU_")):
        return f"the variable {names[0]}"
    devices = sorted(path.name for path in Path("/dev").glob("accel*") if path.name[5:].isdigit())
    return f"/dev/{devices[0]}" if devices else ""


def _listed_gpus() -> str:
    """The GPUs that nvidia-smi lists, or nothing."""
    program = shutil.which("nvidia-smi")
    if not program:
        return ""
    done = subprocess.run([program, "-L"], capture_output=True, text=True, timeout=30, check=False)
    lines = done.stdout.strip().splitlines() if done.returncode == 0 else []
    return ", ".join(line.partition(" (UUID")[0] for line in lines)
