"""The figure of a run and the one set beside it: the losses of both, and how far they are apart.

plot_beside(run)        # shown at the end of a notebook cell
"""

from typing import TYPE_CHECKING

from tunixlib.analysis.beside import Segment, read_beside
from tunixlib.analysis.beside_claims import TOLERANCE
from tunixlib.analysis.figure_style import colour, empty, new_figure, styled
from tunixlib.runs import Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Losses that are equal to the last bit are drawn here.
LEAST = 1e-9


@styled
def plot_beside(run: Run) -> "Figure":
    """Left the losses of both runs per optimizer step of an arm, right the difference on a logarithmic scale."""
    figure, (row,) = new_figure(9.5, 3.6, rows=1, columns=2)
    losses, apart = row
    beside = read_beside(run)
    arms: dict[str, list[Segment]] = {}
    for name, segment in (beside.segments if beside else {}).items():
        if not segment.differs:
            arms.setdefault(name.split("/")[0], []).append(segment)
    if beside is None or not arms:
        empty(losses, "no segment that both runs trained alike")
        empty(apart, "nothing to compare")
        return figure
    for arm, segments in arms.items():
        steps = range(1, sum(len(segment.losses) for segment in segments) + 1)
        here = [loss for segment in segments for loss in segment.losses]
        there = [loss for segment in segments for loss in segment.others]
        losses.plot(steps, there, color=colour(arm), linewidth=4, alpha=0.3)
        losses.plot(steps, here, color=colour(arm), linewidth=1, label=arm)
        points = [max(LEAST, value) for segment in segments for value in segment.apart]
        apart.plot(steps, points, color=colour(arm), linewidth=1, marker=".", markersize=3)
    title = f"thin: {beside.engine}, here\nwide: {beside.document['engine']}, {beside.run_id}"
    losses.set(xlabel="optimizer step of the arm", ylabel="loss (nats per target token)", title="Losses of both runs")
    losses.set_ylim(bottom=0)
    losses.legend(title=title, fontsize=8, title_fontsize=8)
    apart.axhline(TOLERANCE, color="#777777", linewidth=1, linestyle="--")
    apart.annotate(
        "tolerance", (1, TOLERANCE), xytext=(2, 3), textcoords="offset points", color="#555555", fontsize=8.5
    )
    apart.set(yscale="log", xlabel="optimizer step of the arm", ylabel="|difference|", title="How far apart")
    apart.set_ylim(LEAST / 2, max(10 * TOLERANCE, apart.get_ylim()[1]))
    return figure
