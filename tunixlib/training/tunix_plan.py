"""How Google Tunix will compute on the devices that JAX sees, and the memory of each, before anything is compiled.

    plan = plan_segment(folder, 8, 400, 300, SFTConfig(engine="tunix", lora_rank=16))
    print(plan.table())         # ... weights, float32 masters, ..., logits, total, beside what a device has

Weights, their gradients and AdamW's moments are shared out over all devices, and so are a step's rows. Logits, which
outweigh all else where a vocabulary has 256 K tokens, are computed for a few targets at a time (``CHUNK``).
"""

from dataclasses import replace
from pathlib import Path

from tunixlib.modeling.memory import DeviceMemory, MemoryProjection, device_memory, gigabytes, model_shape
from tunixlib.modeling.memory import project_memory as project
from tunixlib.modeling.tunix_support import check_supported, require_tunix
from tunixlib.training.config import SFTConfig, TrainingError
from tunixlib.training.plan import USABLE, Choice, Plan, advice

# Rows are padded to a multiple of so many tokens: every width is compiled once, and that takes seconds to minutes.
WIDTH = 128
# Targets of a row whose logits are in memory together.
CHUNK = 64


def rounded(count: int, step: int) -> int:
    """The next multiple of ``step``."""
    return -(-count // step) * step


def plan_tunix(parent: Path, rows: int, tokens: int, targets: int, config: SFTConfig) -> Plan:
    """The plan of ``plan_segment`` for Tunix: layers are computed twice only where they do not fit otherwise.

    Raises ModelError where the engine is missing or computes this model otherwise, TrainingError when it does not fit.
    """
    require_tunix()
    check_supported(parent)
    import jax

    devices = jax.devices()
    if config.processes > len(devices):
        raise TrainingError(f"found {len(devices)} devices, expected the {config.processes} asked for; lower processes")
    device = {"gpu": "cuda"}.get(devices[0].platform, devices[0].platform)
    count = config.processes or len(devices)
    precision, reason = _precision(config.precision, device)
    choice = Choice(device, precision, reason, count, -(-rows // count), False, "tunix", "tunix")
    memory = _memory(device, count)
    for recompute in (False, True):
        choice = replace(choice, recompute=recompute)
        found = project_tunix(parent, config.lora_rank, choice, choice.rows_at_once, tokens)
        if found.total <= USABLE * memory.total:
            return Plan(choice, found, memory)
    raise TrainingError(
        f"training {choice.rows_at_once} rows of {tokens} tokens on each of {count} {device} in {precision} needs "
        f"{gigabytes(found.total)} GB, found room for {gigabytes(int(USABLE * memory.total))} GB: lower "
        f"TRACES_PER_STEP, or {advice(found, config)}"
    )


def project_tunix(parent: Path, lora_rank: int, choice: Choice, rows: int, tokens: int) -> MemoryProjection:
    """The memory of each device at the worst moment of a step, bytes."""
    shape, count = replace(model_shape(parent, lora_rank), scores=True), choice.processes
    found = project(
        shape, choice.precision, rows=rows, tokens=rounded(tokens, WIDTH), targets=rows * CHUNK,
        recompute=choice.recompute,
    )  # fmt: skip
    if count == 1:
        return found
    # Every device puts the whole head together for its own rows; so, in its turn, each layer, which is far smaller.
    head = shape.vocabulary * shape.hidden * (2 if choice.precision == "bfloat16" else 4)
    return replace(
        found, weights=found.weights // count, masters=found.masters // count, gradients=found.gradients // count,
        optimizer=found.optimizer // count, logits=found.logits + head * (1 if lora_rank else 2),
    )  # fmt: skip


def _precision(wish: str, device: str) -> tuple[str, str]:
    if wish != "auto":
        return wish, "asked for by name"
    if device == "tpu":
        return "bfloat16", "a TPU multiplies bfloat16"
    return "float32", f"of JAX's devices only a TPU gets bfloat16 unasked, and this is {device}"


def _memory(device: str, count: int) -> DeviceMemory:
    """Of one device; several virtual devices share the memory of the CPU."""
    import jax

    if device == "cpu":
        found = device_memory("cpu")
        return DeviceMemory(found.free // count, found.total // count)
    stats = jax.devices()[0].memory_stats() or {}
    if "bytes_limit" not in stats:
        raise TrainingError(f"found a {device} that does not say how much memory it has; set ENGINE torch")
    return DeviceMemory(stats["bytes_limit"] - stats["bytes_in_use"], stats["bytes_limit"])
