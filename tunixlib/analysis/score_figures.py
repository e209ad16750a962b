"""Figures of the scorecards: every rate with its 95 % interval, by checkpoint and by section.

    plot_scorecards(run)         # shown at the end of a notebook cell

Every figure copes with what a run lacks (checked steps, a section) and says so in the panel.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tunixlib.analysis.figure_style import colour, drawable, new_figure, styled
from tunixlib.analysis.run_files import read_summary
from tunixlib.analysis.shown_works import question_sets
from tunixlib.runs import Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHAPES = "osv^DPX"  # of checkpoints, in their order

MOST_APART = 7  # checkpoints that stand 0.15 of a section apart; more of them are drawn closer

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
    """Strict accuracy by section and checkpoint with 95 % intervals, one panel per evaluation set of questions."""
    summary = read_summary(run)
    asked = question_sets(run, summary)
    widths = [max(1, len(_sections(summary.cards(eval_set)))) for eval_set in asked] or [1]
    figure, axes = new_figure(
        2.4 + 1.5 * sum(widths), 3.6, rows=1, columns=len(widths), sharey=True, gridspec_kw={"width_ratios": widths}
    )
    for panel, eval_set in zip(axes[0], asked, strict=False):
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
    apart = 0.15 if len(cards) <= MOST_APART else 0.85 / len(cards)
    for number, card in enumerate(cards):
        name = card["checkpoint"]
        look: dict[str, Any] = {"color": colour(name), "fmt": SHAPES[number % len(SHAPES)], "label": drawable(name)}
        shift = apart * (number - (len(cards) - 1) / 2)
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
