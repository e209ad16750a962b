"""The table of answers and work as a figure: is the answer right, are the steps true, and how often both.

    plot_answer_work(run)        # one small table per checkpoint

The outlined cell is "right answer, false work": what a table of accuracies cannot show.
"""

from collections.abc import Iterator, Sequence
from math import ceil
from typing import TYPE_CHECKING, Any

from tunixlib.analysis.figure_style import FALSE, drawable, empty, new_figure, styled
from tunixlib.analysis.run_files import Summary, read_predictions, read_summary
from tunixlib.analysis.shown_works import question_sets
from tunixlib.analysis.work_table import ANSWERS, WORKS, work_counts
from tunixlib.runs import Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_BESIDE = 7  # tables in a line
HEADS = {
    "all_true": "\N{HEAVY CHECK MARK}\nall true",
    "false_work": "\N{HEAVY BALLOT X}\na false\nstep",
    "no_checkable": "\N{BLACK CIRCLE}\nnothing\nto check",
}


@styled
def plot_answer_work(run: Run) -> "Figure":
    """Completions by answer (rows) and by truth of their steps (columns): lines of tables for each set of questions."""
    summary = read_summary(run)
    if not summary.eval_sets:
        figure, axes = new_figure(6, 1.6, rows=1, columns=1)
        empty(axes[0, 0], "no checkpoint was evaluated")
        return figure
    lines = [line for eval_set in question_sets(run, summary) for line in _lines(summary, eval_set)]
    most = max(len(names) for _, names in lines)
    figure, axes = new_figure(0.9 + 2.05 * most, 0.6 + 2.0 * len(lines), rows=len(lines), columns=most)
    for panels, (eval_set, names) in zip(axes, lines, strict=True):
        for place, panel in enumerate(panels):
            if place >= len(names):
                panel.set_axis_off()
                continue
            rows = read_predictions(run, eval_set, names[place])
            title = f"{eval_set}, {len(rows)} items\n{names[place]}" if place == 0 else names[place]
            _draw(panel, rows, title, first=place == 0)
    figure.legend(handles=[_outline((0, 0), 1, 1)], labels=["right answer, false work"], loc="outside lower center")
    return figure


def _lines(summary: Summary, eval_set: str) -> Iterator[tuple[str, list[str]]]:
    """The checkpoints of an evaluation set, evenly in as many lines as it takes."""
    names = [card["checkpoint"] for card in summary.cards(eval_set)]
    width = ceil(len(names) / ceil(len(names) / MOST_BESIDE))
    for start in range(0, len(names), width):
        yield eval_set, names[start : start + width]


def _outline(corner: tuple[float, float], width: float, height: float) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle(corner, width, height, fill=False, edgecolor=FALSE, linewidth=2)


def _draw(panel: Any, rows: Sequence[dict[str, Any]], title: str, first: bool) -> None:
    counts = work_counts(rows)
    table = [[counts[f"{answer}_{work}"] for work in WORKS] for answer in ANSWERS]
    panel.imshow(table, cmap="Blues", vmin=0, vmax=len(rows), aspect="auto")
    for y, row in enumerate(table):
        for x, count in enumerate(row):
            shade = "white" if count > 0.55 * len(rows) else "#222222"
            panel.text(x, y, str(count), ha="center", va="center", color=shade, fontsize=11)
    place = (list(WORKS).index("false_work") - 0.47, ANSWERS.index("right") - 0.47)
    panel.add_patch(_outline(place, 0.94, 0.94))
    panel.set_xticks(range(len(WORKS)), [HEADS[work] for work in WORKS], fontsize=8)
    panel.set_yticks(range(len(ANSWERS)), [f"{answer} answer" if first else "" for answer in ANSWERS], fontsize=9)
    panel.tick_params(length=0)
    panel.set_title(drawable(title), loc="left", fontsize=9.5)
    panel.grid(visible=False)
    for spine in panel.spines.values():
        spine.set_visible(False)
