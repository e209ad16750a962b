"""How many processes train together, and whether they can share the weights out.

visible_processes()       # 2: a machine with two GPUs; 4: two such machines
processes_here(4)         # 2: of four processes on two machines
"""

import os

from tunixlib.modeling.launching import Machines, devices_here
from tunixlib.training.config import PLAIN, TrainingError


def visible_processes() -> int:
    """One process for each visible GPU, one on a CPU, on each of the machines that share the work."""
    return devices_here() * Machines.named().count


def processes_here(processes: int) -> int:
    """How many of the processes run on each machine. Raises TrainingError unless they can be shared out alike."""
    machines = Machines.named().count
    if processes % machines:
        raise TrainingError(f"found {processes} processes on {machines} machines, expected as many on each; correct it")
    return processes // machines


def check_several(processes: int) -> None:
    """Raise TrainingError unless there are processes to share weights out over."""
    if processes < 2:
        raise TrainingError(
            "found one device with ENGINE fsdp, expected at least two to share the weights out over; set ENGINE torch"
        )


def check_started(found: int, planned: int, *, sharded: bool) -> None:
    """Raise TrainingError unless as many processes run as were planned, and by the config of their engine.

    Under the config of ENGINE fsdp transformers reads no weights but in the first process of a machine: the others
    would train zeros.
    """
    if found != planned:
        raise TrainingError(
            f"found {found} processes at work, expected the {planned} that were planned; give every machine as many in "
            "--num_processes"
        )
    if not sharded and os.environ.get("ACCELERATE_USE_FSDP", "").lower() in ("1", "true"):
        raise TrainingError(
            "found a process with the settings of ENGINE fsdp (ACCELERATE_USE_FSDP), expected those of ENGINE torch; "
            "start it with accelerate launch --config_file notebooks/profiles/accelerate/ddp.yaml, or unset it"
        )


def check_plain(precision: str) -> None:
    """Raise TrainingError for a precision that needs a scaled loss, which shared weights do not have."""
    if precision not in PLAIN:
        raise TrainingError(
            f"found ENGINE fsdp and {precision}, the precision of this device, expected one of {', '.join(PLAIN)}; set "
            "PRECISION float32"
        )
