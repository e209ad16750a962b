"""Where the seconds of a step go, in training and in generation: why it is not faster than it is."""

import time
from collections import deque
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from generation_sides import generate_all, prompts_for
from sides import SIDES, Options, folder, side, timed
from training_sides import train, training_rows

__all__ = ["SIDES"]
FIRST, LAST = 6, 15  # the steps that are profiled; training's first ones compile
PRODUCTS = "matrix products"
# Group -> what the names of its operations contain; the first that fits. Fused kernels of torch.compile have no names
# of their own: their time is that of the compiled region around them.
GROUPS = {
    "optimizer: AdamW on float32 masters": ("_fused_adamw",),
    "gradient norm and clipping": ("norm", "_foreach", "stack"),
    "attention: products and softmax": ("bmm", "softmax", "scaled_dot_product"),
    PRODUCTS: ("linear", "::mm", "addmm", "matmul"),
    "choosing the likeliest token": ("argmax",),
    "copies and casts": ("copy_", "_to_copy", "zero_", "fill_", "clone", "contiguous", "aten::cat"),
    "loss": ("nll_loss", "log_softmax", "cross_entropy", "index"),
    "compiled regions: all other kernels": ("Compiled", "graph_", "inductor", "cpp_fused"),
}
OTHER = "other operations"


def group_of(name: str) -> str:
    """The group of an operation of torch's profiler."""
    return next((group for group, parts in GROUPS.items() if any(part in name for part in parts)), OTHER)


@side("profile/training")
def profile_training(options: Options) -> dict[str, Any]:
    """Our training under torch's profiler: seconds of each group of operations over some later steps."""
    from torch.profiler import ProfilerActivity, profile

    from tunixlib.training import loop

    parent, batches, config = training_rows(options)
    profiler, one_step = profile(activities=[ProfilerActivity.CPU]), loop._one_step
    seen: list[float] = []

    def watched(*args: Any) -> dict[str, Any]:
        if len(seen) == FIRST:
            profiler.start()
        row = one_step(*args)
        seen.append(row["seconds"])
        if len(seen) == LAST:
            profiler.stop()
        return row

    loop._one_step = watched
    whole = sum(batch.tokens for batch in training_rows({**options, "steps": None})[1])
    with folder() as out:
        train(parent, batches[:LAST], config, out / "segment", whole)
    done = batches[FIRST:LAST]
    return {
        "units": sum(batch.tokens for batch in done), "seconds": sum(seen[FIRST:LAST]), "check": None,
        "padded_tokens": sum(batch.input_ids.size for batch in done), **_operations(profiler),
    }  # fmt: skip


@side("profile/generation")
def profile_generation(options: Options) -> dict[str, Any]:
    """Our generation: how long prompts and steps took; then again, some of the steps under torch's profiler."""
    from torch.profiler import ProfilerActivity, profile

    model, stops, prompts = prompts_for(options)
    generate_all(model, stops, prompts[:1], options)
    fed, found = _fed(lambda: generate_all(model, stops, prompts, options))
    profiler = profile(activities=[ProfilerActivity.CPU])
    again, _ = _fed(lambda: generate_all(model, stops, prompts, options), profiler)
    steps = [(rows, seconds) for rows, tokens, seconds in again if tokens == 1][FIRST:LAST]
    return {
        "units": sum(rows for rows, _ in steps), "seconds": sum(seconds for _, seconds in steps), "check": None,
        "steps": len(steps), "written_tokens": sum(len(row.tokens) for row in found), "fed": fed,
        **_operations(profiler),
    }  # fmt: skip


@side("profile/validation")
def profile_validation(options: Options) -> dict[str, Any]:
    """Reading traces: its parts one after the other on the same lines, and the whole."""
    from tunixlib.artifacts import read_lines
    from tunixlib.traces import FROM_JSON, MAX_LINE, ReasoningTrace, read_traces

    path = Path(options["file"])
    read, write = ReasoningTrace.__pydantic_validator__, ReasoningTrace.__pydantic_serializer__

    def each(part: Callable[[Any], Any], items: Iterable[Any]) -> float:
        return timed(lambda: deque(map(part, items), maxlen=0))[0]  # nothing is kept, as in reading

    lines_seconds, lines = timed(lambda: [line for _, line in islice(read_lines(path, MAX_LINE), options["traces"])])
    traces = [read.validate_json(line, context=FROM_JSON) for line in lines]
    parts = {
        "lines of the file": lines_seconds,
        "pydantic: parsed and held against the schema": each(lambda x: read.validate_json(x, context=FROM_JSON), lines),
        "pydantic: written again, to see keys that stand twice": each(
            lambda x: write.to_json(x, exclude_unset=True), traces
        ),
    }
    del traces
    seconds, count = timed(lambda: sum(1 for _ in islice(read_traces(path), options["traces"])))
    return {"units": count, "seconds": seconds, "check": None, "parts": parts}


def _fed(work: Callable[[], Any], profiler: Any = None) -> tuple[list[tuple[int, int, float]], Any]:
    """Rows, tokens of each row and seconds of every call of the model; the profiler sees the steps FIRST to LAST."""
    from tunixlib.evaluation.generation import _Batch

    fed: list[tuple[int, int, float]] = []
    write, steps = _Batch._write, 0

    def watched(self: Any, rows: Any, ids: list[list[int]], cache: Any) -> None:
        nonlocal steps
        step = len(ids[0]) == 1
        if profiler and step and steps == FIRST:
            profiler.start()
        started = time.perf_counter()
        write(self, rows, ids, cache)
        fed.append((len(ids), len(ids[0]), time.perf_counter() - started))
        steps += step
        if profiler and step and steps == LAST:
            profiler.stop()

    _Batch._write = watched  # type: ignore[method-assign]
    try:
        return fed, work()
    finally:
        _Batch._write = write  # type: ignore[method-assign]


def _operations(profiler: Any) -> dict[str, Any]:
    """Seconds and calls of each operation, and of their groups."""
    events, parts = profiler.key_averages(), {}
    for event in events:
        group = group_of(event.key)
        parts[group] = parts.get(group, 0.0) + event.self_cpu_time_total / 1e6
    return {
        "parts": parts,
        "operations": [[event.key, event.self_cpu_time_total / 1e6, event.count] for event in events],
    }
