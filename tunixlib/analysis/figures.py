"""The figures of a run, drawn from its files alone.

    for path in write_figures(run):
        print(path.name)         # loss_curves.png, trace_lengths.png, scorecards.png, sections.png, examples.png
    plot_scorecards(run)         # the same figure, shown at the end of a notebook cell

Every figure copes with what a run lacks (an arm, checked steps, a section) and says so in the panel.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tunixlib.analysis.example_figure import plot_examples
from tunixlib.analysis.figure_style import colour, drawable, empty, new_figure, png_bytes, styled
from tunixlib.analysis.run_files import read_metrics, read_summary
from tunixlib.artifacts import write_bytes
from tunixlib.runs import Run
from tunixlib.traces import read_traces, render_completion

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SMOOTHED_SHARE = 0.08  # of all steps of an arm, the width of the moving average
CHARACTER_BIN = 50
SHAPES = "osv^DPX"  # of checkpoints, in their order


@styled
def plot_loss_curves(run: Run) -> "Figure":
    """Loss per optimizer step of both arms, raw and as a moving average; dotted lines where a segment begins."""
    figure, axes = new_figure(8, 3.8, rows=1, columns=1)
    panel, arms = axes[0, 0], read_metrics(run)
    if not arms:
        empty(panel, "no arm was trained")
    for arm, segments in arms.items():
        losses = [row["loss"] for rows in segments.values() for row in rows]
        steps = range(1, len(losses) + 1)
        panel.plot(steps, losses, color=colour(arm), linewidth=0.6, alpha=0.35)
        style = "-" if arm == "flat" else "--"
        panel.plot(steps, moving_average(losses), style, color=colour(arm), linewidth=2, label=arm)
    if arms:
        _mark_segments(panel, arms)
        panel.set(xlabel="optimizer step", ylabel="loss (nats per target token)", title="Training loss of both arms")
        panel.set_ylim(bottom=0)
        panel.legend(loc="upper right", title="thin: each step\nthick: moving average")
    return figure


def moving_average(values: Sequence[float]) -> list[float]:
    """The mean over a window around each value, narrower at the ends; as long as the input."""
    half = max(1, round(len(values) * SMOOTHED_SHARE / 2))
    windows = (values[max(0, i - half) : i + half + 1] for i in range(len(values)))
    return [sum(window) / len(window) for window in windows]


def _mark_segments(panel: Any, arms: Mapping[str, Mapping[str, Sequence[Any]]]) -> None:
    """Borders and names of the curriculum's segments, if trained; both arms are cut at the same lengths."""
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


PANELS = (
    ("accuracy", (("accuracy", "o", "strict: answer in its tags"), ("lenient_accuracy", "D", "lenient: anywhere"))),
    ("format rate", (("format_rate", "o", "exact text form"),)),
    ("step truth", (("step_truth", "o", "true steps of checked ones"),)),
)


@styled
def plot_scorecards(run: Run) -> "Figure":
    """Accuracy, format rate and step truth with 95 % intervals: one row per evaluation set, the base model on top."""
    summary = read_summary(run)
    rows, most = max(1, len(summary.eval_sets)), len(summary.checkpoints)
    figure, axes = new_figure(10, rows * (1.1 + 0.34 * most), rows=rows, columns=len(PANELS), sharex=True)
    for row, eval_set in enumerate(summary.eval_sets):
        cards = summary.cards(eval_set)
        for column, (title, measures) in enumerate(PANELS):
            panel = axes[row, column]
            for number, (measure, marker, label) in enumerate(measures):
                shift = 0.16 * (2 * number - len(measures) + 1)
                _dots(panel, cards, measure, marker, shift)
                panel.plot([], [], marker, color="#333333", label=label, **_hollow(marker, "#333333"))
            names = [card["checkpoint"] if column == 0 else "" for card in cards]
            panel.set(yticks=range(len(cards)), yticklabels=names, xlim=(-3, 103), ylim=(len(cards) - 0.5, -0.5))
            panel.set_title(f"{eval_set} ({cards[0]['n']} items): {title}" if column == 0 else title, loc="left")
            panel.grid(axis="y", visible=False)
            if row == rows - 1:
                panel.set_xlabel("% with 95 % interval")
                panel.legend(loc="upper center", bbox_to_anchor=(0.5, -0.22 * 2.8 / (1.1 + 0.34 * most)), fontsize=8.5)
    return figure


def _hollow(marker: str, edge: str) -> dict[str, Any]:
    return {"markerfacecolor": "white" if marker == "D" else edge, "markeredgecolor": edge}


def _dots(panel: Any, cards: Sequence[Mapping[str, Any]], measure: str, marker: str, shift: float) -> None:
    for place, card in enumerate(cards):
        share, shade = card[measure], colour(card["checkpoint"])
        if not share["n"]:
            panel.text(1, place + shift, "nothing to measure", va="center", color="#555555", fontsize=8.5)
            continue
        spread = [[reach] for reach in _spread(share)]
        panel.errorbar(
            100 * share["rate"], place + shift, xerr=spread, fmt=marker, color=shade, markersize=6, capsize=3,
            **_hollow(marker, shade),
        )  # fmt: skip


@styled
def plot_sections(run: Run) -> "Figure":
    """Strict accuracy by section and checkpoint with 95 % intervals, one panel per evaluation set."""
    summary = read_summary(run)
    widths = [max(1, len(_sections(summary.cards(eval_set)))) for eval_set in summary.eval_sets] or [1]
    figure, axes = new_figure(
        2.4 + 1.5 * sum(widths), 3.6, rows=1, columns=len(widths), sharey=True, gridspec_kw={"width_ratios": widths}
    )
    for panel, eval_set in zip(axes[0], summary.eval_sets, strict=False):
        cards = summary.cards(eval_set)
        _section_dots(panel, cards, _sections(cards))
        panel.set_title(eval_set, loc="left")
        panel.grid(axis="x", visible=False)
    axes[0, 0].set(ylabel="strict accuracy, %", ylim=(-3, 103))
    handles, labels = axes[0, 0].get_legend_handles_labels()
    if handles:
        figure.legend(handles, labels, loc="outside right center")
    return figure


def _sections(cards: Sequence[Mapping[str, Any]]) -> list[str]:
    """Section names, the largest section first."""
    counts = cards[0]["by_section"] if cards else {}
    return sorted(counts, key=lambda name: (-counts[name]["n"], name))


def _section_dots(panel: Any, cards: Sequence[Mapping[str, Any]], sections: Sequence[str]) -> None:
    for number, card in enumerate(cards):
        name = card["checkpoint"]
        look: dict[str, Any] = {"color": colour(name), "fmt": SHAPES[number % len(SHAPES)], "label": drawable(name)}
        shift = 0.15 * (number - (len(cards) - 1) / 2)
        for place, section in enumerate(sections):
            share = card["by_section"].get(section, {}).get("accuracy", {"n": 0})
            if share["n"]:
                spread = [[reach] for reach in _spread(share)]
                panel.errorbar(place + shift, 100 * share["rate"], yerr=spread, markersize=6, capsize=3, **look)
                look["label"] = None  # one entry per checkpoint in the legend
    counts = [cards[0]["by_section"][section]["n"] for section in sections]
    labels = [f"{drawable(section)}\n{n} items" for section, n in zip(sections, counts, strict=True)]
    panel.set(xticks=range(len(sections)), xticklabels=labels, xlim=(-0.5, len(sections) - 0.5))


def _spread(share: Mapping[str, float]) -> tuple[float, float]:
    """How far the interval reaches below and above the rate, in percentage points."""
    return 100 * max(0.0, share["rate"] - share["low"]), 100 * max(0.0, share["high"] - share["rate"])


PLOTS: dict[str, Callable[[Run], "Figure"]] = {
    "loss_curves": plot_loss_curves,
    "trace_lengths": plot_trace_lengths,
    "scorecards": plot_scorecards,
    "sections": plot_sections,
    "examples": plot_examples,
}


def write_figures(run: Run) -> list[Path]:
    """Write ``figures/*.png`` and return their paths. The same run gives the same bytes."""
    paths = []
    for name, plot in PLOTS.items():
        path = run.path("figures", f"{name}.png")
        write_bytes(path, png_bytes(plot(run)))
        paths.append(path)
    return paths
