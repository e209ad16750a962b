"""Where the seconds of a training step go: the profile behind training's share of the matrix peak."""

from typing import Any

from sides import SIDES, Options, folder, side
from training_sides import train, training_rows

__all__ = ["SIDES"]
FIRST, LAST = 6, 15  # the steps that are profiled; those before compile
# Group -> what the names of its operations contain; the first that fits. Fused kernels of torch.compile have no names
# of their own: their time is that of the compiled region around them.
GROUPS = {
    "optimizer: AdamW on float32 masters": ("_fused_adamw",),
    "gradient norm and clipping": ("norm", "_foreach", "stack"),
    "attention: products and softmax": ("bmm", "softmax", "scaled_dot_product"),
    "matrix products": ("linear", "::mm", "addmm", "matmul"),
    "copies and casts": ("copy_", "_to_copy", "zero_", "fill_", "clone", "contiguous"),
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
    parts: dict[str, float] = {}
    for event in profiler.key_averages():
        group = group_of(event.key)
        parts[group] = parts.get(group, 0.0) + event.self_cpu_time_total / 1e6
    done = batches[FIRST:LAST]
    return {
        "units": sum(batch.tokens for batch in done), "seconds": sum(seen[FIRST:LAST]), "check": None, "parts": parts,
        "operations": [[event.key, event.self_cpu_time_total / 1e6, event.count] for event in profiler.key_averages()],
        "padded_tokens": sum(batch.input_ids.size for batch in done),
    }  # fmt: skip
