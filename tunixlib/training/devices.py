"""How many processes train together, and whether they can share the weights out.

visible_processes()       # 2: a machine with two GPUs; 4: two such machines
processes_here(4)         # 2: of four processes on two machines
"""

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


def check_plain(precision: str) -> None:
    """Raise TrainingError for a precision that needs a scaled loss, which shared weights do not have."""
    if precision not in PLAIN:
        raise TrainingError(
            f"found ENGINE fsdp and {precision}, the precision of this device, expected one of {', '.join(PLAIN)}; set "
            "PRECISION float32"
        )
