"""Figures of the training: the loss of each arm with the borders of its segments, and the lengths of the traces.

    plot_loss_curves(run)        # shown at the end of a notebook cell

Every figure copes with what a run lacks (an arm, a stage) and says so in the panel.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tunixlib.analysis.figure_style import colour, empty, new_figure, styled
from tunixlib.analysis.run_files import read_metrics
from tunixlib.runs import Run
from tunixlib.traces import read_traces, render_completion

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SMOOTHED_SHARE = 0.08  # of all steps of an arm, the width of the moving average
CHARACTER_BIN = 50
LINES = ("-", "--", "-.", ":", (0, (5, 1)))  # of arms, in their order


@styled
def plot_loss_curves(run: Run) -> "Figure":
    """Loss per optimizer step of every arm, raw and as a moving average; dotted lines where a segment begins."""
    figure, axes = new_figure(8, 3.8, rows=1, columns=1)
    panel, arms = axes[0, 0], read_metrics(run)
    if not arms:
        empty(panel, "no arm was trained")
    for style, (arm, segments) in zip(LINES, arms.items(), strict=False):
        losses = [row["loss"] for rows in segments.values() for row in rows]
        steps = range(1, len(losses) + 1)
        smoothed = [
            loss for rows in segments.values() for loss in moving_average([row["loss"] for row in rows], len(losses))
        ]
        panel.plot(steps, losses, color=colour(arm), linewidth=0.6, alpha=0.35)
        panel.plot(steps, smoothed, style, color=colour(arm), linewidth=2, label=arm)
    if arms:
        _mark_segments(panel, arms)
        panel.set(xlabel="optimizer step", ylabel="loss (nats per target token)", title="Training loss by arm")
        panel.set_ylim(bottom=0)
        panel.legend(loc="upper right", title="thin: each step\nthick: moving average")
    return figure


def moving_average(values: Sequence[float], whole: int = 0) -> list[float]:
    """The mean over a window around each value, narrower at the ends; as long as the input.

    The window is a fixed share of ``whole`` values, by default of those given: a segment is averaged by itself, so that
    no jump at its border shows before it happens.
    """
    half = max(1, round((whole or len(values)) * SMOOTHED_SHARE / 2))
    windows = (values[max(0, i - half) : i + half + 1] for i in range(len(values)))
    return [sum(window) / len(window) for window in windows]


def _mark_segments(panel: Any, arms: Mapping[str, Mapping[str, Sequence[Any]]]) -> None:
    """Borders and names of the curriculum's segments, if trained; all arms are cut at the same lengths."""
    segments = arms.get("curriculum") or next(iter(arms.values()))
    start = 0
    for number, (name, rows) in enumerate(segments.items()):
        if number:
            panel.axvline(start + 0.5, color="#777777", linewidth=1, linestyle=":")
        place = {"xy": (start + 1, 0), "xycoords": panel.get_xaxis_transform()}
        panel.annotate(name, **place, xytext=(3, 3), textcoords="offset points", color="#444444", fontsize=8.5)
        start += len(rows)


@styled
def plot_trace_lengths(run: Run) -> "Figure":
    """How many steps, and how many characters of completion, the training traces of each stage have."""
    figure, axes = new_figure(9, 3.4, rows=1, columns=2)
    stages = {path.stem: path for path in sorted(run.path("data").glob("stage_?.jsonl"))}
    counts = {name: _lengths(path) for name, path in stages.items()}
    for panel, which, label, width in ((axes[0, 0], 0, "steps", 1), (axes[0, 1], 1, "characters", CHARACTER_BIN)):
        bottom: Counter[int] = Counter()
        for name, found in counts.items():
            places = sorted(found[which])
            heights, floors = [found[which][p] for p in places], [bottom[p] for p in places]
            middle = [p * width + (width / 2 if width > 1 else 0) for p in places]
            look: dict[str, Any] = {"color": colour(name), "edgecolor": "white", "label": f"{name} ({sum(heights)})"}
            panel.bar(middle, heights, width, floors, **look)
            bottom.update(found[which])
        panel.set(xlabel=f"{label} per trace", ylabel="traces", title=f"Training traces by number of {label}")
        panel.grid(axis="x", visible=False)
    if counts:
        for axis in (axes[0, 0].xaxis, axes[0, 0].yaxis, axes[0, 1].yaxis):
            axis.get_major_locator().set_params(integer=True)
        axes[0, 1].legend()
    else:
        for panel in axes[0]:
            empty(panel, "no stages were written")
    return figure


def _lengths(path: Path) -> tuple[Counter[int], Counter[int]]:
    """Number of steps -> traces, and number of characters in bins -> traces; one trace in memory at a time."""
    steps: Counter[int] = Counter()
    characters: Counter[int] = Counter()
    for trace in read_traces(path):
        steps[len(trace.steps)] += 1
        characters[len(render_completion(trace)) // CHARACTER_BIN] += 1
    return steps, characters
