"""How training will compute, decided before anything is loaded: precision, processes, rows at once.

    plan = plan_training("smollm2", rows, traces_per_step=8, config=SFTConfig())
    print(plan.table())       # the projected memory beside what the device has
    plan.choice               # Choice(device="cpu", precision="bfloat16", precision_reason=..., rows_at_once=8, ...)

Rows of a step are computed in one go or, where memory is short, in several whose losses are summed: the update is the
same up to rounding, so arms stay comparable. Only when single rows do not fit are layers computed twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from tunixlib.modeling.attention import MATMUL, choose_attention
from tunixlib.modeling.memory import (
    DeviceMemory,
    MemoryProjection,
    device_memory,
    gigabytes,
    model_shape,
    project_memory,
    shared_out,
)
from tunixlib.modeling.models import best_device, model_folder
from tunixlib.modeling.precision import choose_precision, model_type_of
from tunixlib.modeling.tokenization import Batch, EncodedTrace
from tunixlib.tables import markdown_table
from tunixlib.training.config import FSDP, SFTConfig, TrainingError
from tunixlib.training.devices import check_plain, check_several, processes_here, visible_processes

# The part of a device's memory that a projection may fill; the rest is for the driver, fragments and other programs.
USABLE = 0.9


@dataclass(frozen=True)
class Choice:
    """What was chosen on this machine; it goes on record with every checkpoint."""

    device: str
    precision: str
    precision_reason: str
    processes: int
    rows_at_once: int  # in each process
    recompute: bool  # layers are computed again in the backward pass
    attention: str = "sdpa"  # matmul for short rows on a CPU (modeling.attention), else the model's own
    engine: str = "torch"

    def record(self) -> dict[str, Any]:
        """For ``chosen`` in ``checkpoint.json``; the engine is named where it is not the usual one."""
        return {name: value for name, value in asdict(self).items() if (name, value) != ("engine", "torch")}


@dataclass(frozen=True)
class Plan:
    """A choice, the memory it will need on each device, and what the device has."""

    choice: Choice
    projection: MemoryProjection
    memory: DeviceMemory

    def table(self) -> str:
        """Two Markdown tables: how training computes, and its memory."""
        choice = self.choice
        rows = [
            ("device", choice.device), ("precision", f"{choice.precision}: {choice.precision_reason}"),
            ("processes", choice.processes), ("rows at once in each", choice.rows_at_once),
            ("layers recomputed", "yes" if choice.recompute else "no"), ("attention", choice.attention),
        ]  # fmt: skip
        rows += [("engine", choice.engine)] if choice.engine != "torch" else []
        return markdown_table(("chosen", "value"), rows) + "\n\n" + self.projection.table(self.memory)


def plan_training(model: str, rows: Mapping[str, EncodedTrace], traces_per_step: int, config: SFTConfig) -> Plan:
    """The plan for steps of ``traces_per_step`` of these rows, as if each were the longest: the same in every arm."""
    tokens = max(len(row.input_ids) for row in rows.values())
    targets = max(row.completion_tokens for row in rows.values())
    return plan_segment(model_folder(model), traces_per_step, tokens, targets, config)


def plan_segment(parent: Path, rows: int, tokens: int, targets: int, config: SFTConfig) -> Plan:
    """The plan for steps of ``rows`` rows of at most ``tokens`` tokens, at most ``targets`` of them supervised.

    Raises TrainingError when not even one row fits into the device's memory.
    """
    if config.engine == "tunix":
        from tunixlib.training.tunix_plan import plan_tunix

        return plan_tunix(parent, rows, tokens, targets, config)
    device = best_device()
    precision, reason = choose_precision(config.precision, device, model_type_of(parent))
    processes = config.processes or visible_processes()
    if config.engine == FSDP:
        check_several(processes)
        check_plain(precision)
    attention = choose_attention(parent, device, tokens)
    shape, memory = model_shape(parent, config.lora_rank), device_memory(device)
    shape = replace(shape, scores=shape.scores or attention == MATMUL)
    # On the CPU what other programs hold now does not count: the same machine makes the same choice.
    room = int(USABLE * memory.total) if device == "cpu" else min(memory.free, int(USABLE * memory.total))
    room //= processes_here(processes) if device == "cpu" else 1
    most = min(config.micro_batch, -(-rows // processes))
    for at_once, recompute in _ways(most):
        found = project_memory(
            shape, precision, rows=at_once, tokens=tokens, targets=at_once * targets, recompute=recompute
        )
        if config.engine == FSDP:
            found = shared_out(found, shape, precision, processes)
        if found.total <= room:
            choice = Choice(device, precision, reason, processes, at_once, recompute, attention, config.engine)
            return Plan(choice, found, memory)
    raise TrainingError(
        f"training one row of {tokens} tokens in {precision} needs {gigabytes(found.total)} GB, found room for "
        f"{gigabytes(room)} GB on {device}: {advice(found, config)}"
    )


def advice(found: MemoryProjection, config: SFTConfig) -> str:
    """What to lower, the largest part first."""
    parts = {
        "lower MAX_LENGTH": found.activations + found.logits,
        "take a smaller MODEL": found.weights,
        "set LORA_RANK to 16, which freezes the weights": found.masters + found.gradients + found.optimizer,
    }
    if config.engine == FSDP:
        del parts["set LORA_RANK to 16, which freezes the weights"]
    if config.lora_rank:
        parts["lower LORA_RANK"] = parts.pop("set LORA_RANK to 16, which freezes the weights")
    return ", or ".join(sorted(parts, key=lambda name: -parts[name]))


def check_room(plan: Plan, config: SFTConfig) -> None:
    """Raise TrainingError when a machine whose memory would suffice has not enough left now, swap included.

    On a CPU the choice counts all memory there is; a process that takes more than is left would be killed without a
    word. On a GPU ``plan_segment`` has counted only what is free.
    """
    if plan.choice.device != "cpu":
        return
    import psutil

    needed = plan.projection.total * processes_here(plan.choice.processes)
    left = plan.memory.free + psutil.swap_memory().free
    if needed > left:
        raise TrainingError(
            f"training needs {gigabytes(needed)} GB, found {gigabytes(left)} GB left of {gigabytes(plan.memory.total)} "
            f"GB: close other programs, or {advice(plan.projection, config)}"
        )


def what_to_lower(parent: Path, rows: int, tokens: int, targets: int, config: SFTConfig, choice: Choice) -> str:
    """After memory ran out: each parameter that lowers a step's memory, to what, and what is projected then."""
    at_once, adapters = choice.rows_at_once, config.lora_rank

    def total(at_once: int = at_once, tokens: int = tokens, targets: int = targets, rank: int = adapters) -> int:
        if choice.engine == "tunix":
            from tunixlib.training.tunix_plan import project_tunix

            return project_tunix(parent, rank, choice, at_once, tokens).total
        shape = model_shape(parent, rank)
        shape = replace(shape, scores=shape.scores or choice.attention == MATMUL)
        found = project_memory(
            shape, choice.precision, rows=at_once, tokens=tokens, targets=at_once * targets, recompute=choice.recompute
        )
        return (shared_out(found, shape, choice.precision, choice.processes) if choice.engine == FSDP else found).total

    ways = {f"MAX_LENGTH {tokens // 2} (longer traces are left out)": total(tokens=tokens // 2, targets=targets // 2)}
    if at_once > 1:
        ways[f"TRACES_PER_STEP {at_once // 2 * choice.processes}"] = total(at_once=at_once // 2)
    if adapters != 1 and choice.engine != FSDP:
        rank = adapters // 2 or 16
        ways[f"LORA_RANK {rank}"] = total(rank=rank)
    offers = ", or ".join(f"{way}: {gigabytes(ways[way])} GB" for way in sorted(ways, key=lambda way: ways[way]))
    return f"a step was projected at {gigabytes(total())} GB in each process; set {offers}"


def largest(steps: Sequence[Batch]) -> tuple[int, int, int]:
    """Rows, tokens of a row and targets of a row, of the largest there are."""
    rows = max(len(batch.trace_ids) for batch in steps)
    tokens = max(batch.input_ids.shape[1] for batch in steps)
    return rows, tokens, max(int(batch.loss_mask.sum(1).max()) for batch in steps)


def _ways(most: int) -> Iterator[tuple[int, bool]]:
    """Rows at once, halved down to one, first with layers kept and then with layers computed twice."""
    for recompute in (False, True):
        at_once = most
        while at_once:
            yield at_once, recompute
            at_once //= 2
