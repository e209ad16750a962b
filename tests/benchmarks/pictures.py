"""The results as pictures: ratios with their ranges, growth, and where the seconds of the main job go."""

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.ticker import LogLocator

from tunixlib.analysis.figure_style import new_figure, png_bytes
from tunixlib.artifacts import write_bytes

BLUE, ORANGE = "#0072B2", "#D55E00"


def draw_ratios(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Ratios of ours to each peer on a logarithmic axis; an orange tick where one was aimed at."""
    bars = [(row["name"], ratio) for row in rows for ratio in row["ratios"]]
    if not bars:
        return
    figure, axes = new_figure(9, 0.9 + 0.45 * len(bars), 1, 1)
    axes = axes[0, 0]
    for place, (_, ratio) in enumerate(bars):
        values = ratio["values"]
        axes.barh(place, statistics.median(values), color=BLUE, height=0.6)
        axes.plot([min(values), max(values)], [place, place], color="black", linewidth=1.5)
        if ratio["target"]:
            axes.plot([ratio["target"]] * 2, [place - 0.4, place + 0.4], color=ORANGE, linewidth=2.5)
        ends = max(values), ratio["target"] or 0
        beside = max(ends) if ends[0] < ends[1] < 1.4 * ends[0] else ends[0]  # a mark just there would be hidden
        axes.text(beside * 1.04, place, f"{statistics.median(values):.2f}", va="center")
    labels = [f"{name}:\n{ratio['of']} / {ratio['to']}" for name, ratio in bars]
    axes.set_yticks(range(len(bars)), labels)
    axes.axvline(1, color="#777777", linewidth=1)
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.margins(x=0.12)
    axes.invert_yaxis()
    axes.set_xlabel("times as fast: median and range of the rounds; orange: aimed at")
    write_bytes(path, png_bytes(figure))


def draw_growth(growth: Sequence[dict[str, Any]], path: Path) -> None:
    """Time over size, both logarithmic, one panel for each thing that grows, with a line of slope one."""
    if not growth:
        return
    figure, axes = new_figure(2.7 * len(growth), 2.9, 1, len(growth))
    for panel, item in zip(axes[0], growth, strict=True):
        sizes, seconds = ([point[of] for point in item["points"]] for of in ("size", "seconds"))
        panel.loglog(sizes, seconds, "o-", color=BLUE, label="measured")
        linear = [seconds[0] * size / sizes[0] for size in sizes]
        panel.loglog(sizes, linear, "--", color="#777777", label="linear")
        panel.set(title=item["name"], xlabel=item["variable"], ylabel="seconds")
        panel.minorticks_off()
        panel.set_xticks(sizes, [_short(size) for size in sizes], rotation=45)
        panel.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        panel.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes[0][0].legend()
    write_bytes(path, png_bytes(figure))


def _short(size: int) -> str:
    for unit, name in ((1_000_000, "M"), (1_000, "k")):
        if size >= unit and size % unit == 0:
            return f"{size // unit}{name}"
    return str(size)


def draw_main_job(job: dict[str, Any], path: Path) -> None:
    """One bar for each part of the committed main job, in seconds."""
    parts = sorted(job["parts"].items(), key=lambda part: -part[1])
    figure, axes = new_figure(8, 0.9 + 0.38 * len(parts), 1, 1)
    axes = axes[0, 0]
    axes.barh(range(len(parts)), [seconds for _, seconds in parts], color=BLUE, height=0.6)
    for place, (_, seconds) in enumerate(parts):
        axes.text(seconds, place, f" {seconds:,.0f} s", va="center")
    axes.set_yticks(range(len(parts)), [name for name, _ in parts])
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.set_xlabel(f"seconds of {job['run']}, {job['total'] / 60:.1f} minutes in all")
    write_bytes(path, png_bytes(figure))
