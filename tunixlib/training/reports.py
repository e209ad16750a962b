"""What the training notebooks show: each segment's losses, and whether two arms are fair twins."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from tunixlib.artifacts import read_json, read_jsonl
from tunixlib.modeling.tokenization import EncodedTrace
from tunixlib.runs import Run
from tunixlib.tables import markdown_table


def training_table(run: Run, arm: str) -> str:
    """One row per segment: steps, tokens, mean loss of its first and last five steps, where it was computed."""
    rows = []
    for folder in sorted(path for path in run.path("training", arm).iterdir() if path.is_dir()):
        metrics = [row for _, row in read_jsonl(folder / "metrics.jsonl")]
        chosen = read_json(folder / "checkpoint" / "checkpoint.json")["chosen"]
        tokens, seconds = sum(row["tokens"] for row in metrics), sum(row["seconds"] for row in metrics)
        first, last = _mean_loss(metrics[:5]), _mean_loss(metrics[-5:])
        count = chosen.get("processes", 1)
        how = f"{chosen['precision']} on {f'{count} x ' if count > 1 else ''}{chosen['device']}"
        how += ", compiled" if chosen["compile"] else ""
        how += f", {skipped} skipped" if (skipped := sum(row.get("skipped", False) for row in metrics)) else ""
        rows.append((folder.name, len(metrics), tokens, f"{first:.3f}", f"{last:.3f}", f"{tokens / seconds:.0f}", how))
    header = ("segment", "steps", "tokens", "first 5 losses", "last 5 losses", "tokens/s", "computed in")
    return markdown_table(header, rows)


def _mean_loss(rows: list[dict[str, Any]]) -> float:
    return sum(row["loss"] for row in rows) / len(rows)


def consumed(run: Run, arm: str) -> list[str]:
    """Every trace id that an arm consumed, in order, repeats included, from its ``order.jsonl`` files."""
    files = sorted(run.path("training", arm).glob("*/order.jsonl"))
    return [trace_id for file in files for _, step in read_jsonl(file) for trace_id in step["trace_ids"]]


def fairness(
    run: Run, arm: str, other: str, rows: Mapping[str, EncodedTrace], max_steps: int
) -> dict[str, tuple[int, int]]:
    """What two arms consumed, side by side: rows, distinct rows, steps, tokens, targets.

    Raises ValueError when the arms were trained with other settings, or did not consume the same rows equally often in
    the same number of steps. A limit of ``max_steps`` per segment cuts them at different rows: only steps are compared.
    """
    settings = [_settings(run, name) for name in (arm, other)]
    if settings[0] != settings[1]:
        raise ValueError(f"arms {arm} and {other} were trained with {settings[0]} and {settings[1]}; train both alike")
    ids = consumed(run, arm), consumed(run, other)
    if not max_steps and Counter(ids[0]) != Counter(ids[1]):
        difference = (Counter(ids[0]) - Counter(ids[1])) + (Counter(ids[1]) - Counter(ids[0]))
        raise ValueError(
            f"arms {arm} and {other} are no fair pair: {sum(difference.values())} rows differ, such as trace "
            f"{next(iter(difference))}; train both with the same EPOCHS, MAX_LENGTH, MAX_STEPS and SEED"
        )
    steps = tuple(
        sum(1 for file in run.path("training", name).glob("*/metrics.jsonl") for _ in read_jsonl(file))
        for name in (arm, other)
    )
    if steps[0] != steps[1]:
        raise ValueError(f"arms {arm} and {other} took {steps[0]} and {steps[1]} steps; train both alike")
    count = {
        "rows": [len(found) for found in ids],
        "distinct rows": [len(set(found)) for found in ids],
        "steps": list(steps),
        "tokens": [sum(len(rows[i].input_ids) for i in found) for found in ids],
        "supervised tokens": [sum(rows[i].completion_tokens for i in found) for found in ids],
    }
    return {name: (both[0], both[1]) for name, both in count.items()}


def _settings(run: Run, arm: str) -> list[dict[str, Any]]:
    """Config and what was chosen on the machine, of every segment, each once.

    How many rows were computed at once, and layers twice, may differ: losses are summed, the update is the same.
    """
    records = [read_json(path) for path in sorted(run.path("training", arm).glob("*/checkpoint/checkpoint.json"))]
    found = [{**record["config"], **record["chosen"]} for record in records]
    for settings in found:
        for name in ("rows_at_once", "recompute"):
            settings.pop(name, None)
    return [settings for i, settings in enumerate(found) if settings not in found[:i]]


def fairness_table(run: Run, arm: str, other: str, rows: Mapping[str, EncodedTrace], max_steps: int) -> str:
    """``fairness`` as Markdown."""
    found = fairness(run, arm, other, rows, max_steps)
    return markdown_table(("consumed", arm, other), [(name, *both) for name, both in found.items()])


def consumed_table(run: Run, arms: Sequence[str]) -> str:
    """What each arm consumed, from ``order.jsonl`` and ``metrics.jsonl``; arms need not have the same rows."""
    columns = []
    for arm in arms:
        ids = consumed(run, arm)
        metrics = [row for file in run.path("training", arm).glob("*/metrics.jsonl") for _, row in read_jsonl(file)]
        tokens = (sum(row["tokens"] for row in metrics), sum(row["target_tokens"] for row in metrics))
        columns.append((len(ids), len(set(ids)), len(metrics), *tokens))
    names = ("rows", "distinct rows", "steps", "tokens", "supervised tokens")
    return markdown_table(("consumed", *arms), zip(names, *columns, strict=True))
