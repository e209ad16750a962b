"""The figures of a run, drawn from its files alone.

    for path in write_figures(run):
        print(path.name)         # loss_curves.png, trace_lengths.png, scorecards.png, sections.png, ...
    plot_scorecards(run)         # the same figure, shown at the end of a notebook cell

Every figure copes with what a run lacks (an arm, checked steps, a section) and says so in the panel.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tunixlib.analysis.beside import BESIDE
from tunixlib.analysis.beside_figure import plot_beside
from tunixlib.analysis.correction_example_figure import plot_marked_works
from tunixlib.analysis.correction_figures import plot_correction_kinds, plot_correction_rates
from tunixlib.analysis.effect_figure import plot_order_effect
from tunixlib.analysis.example_figure import plot_examples
from tunixlib.analysis.family_figure import plot_families
from tunixlib.analysis.figure_style import png_bytes
from tunixlib.analysis.run_files import read_summary
from tunixlib.analysis.score_figures import plot_scorecards, plot_sections
from tunixlib.analysis.shown_works import shown_work_sets
from tunixlib.analysis.training_figures import plot_loss_curves, plot_trace_lengths
from tunixlib.analysis.work_figure import plot_answer_work
from tunixlib.artifacts import write_bytes
from tunixlib.runs import Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PLOTS: "dict[str, Callable[[Run], Figure]]" = {
    "loss_curves": plot_loss_curves,
    "trace_lengths": plot_trace_lengths,
    "scorecards": plot_scorecards,
    "sections": plot_sections,
    "families": plot_families,
    "answer_work": plot_answer_work,
    "order_effect": plot_order_effect,
    "examples": plot_examples,
}
# Drawn where an arm of self-correction was asked to check works.
CORRECTION_PLOTS: "dict[str, Callable[[Run], Figure]]" = {
    "correction_rates": plot_correction_rates,
    "correction_kinds": plot_correction_kinds,
    "marked_works": plot_marked_works,
}


def write_figures(run: Run) -> list[Path]:
    """Write ``figures/*.png`` and return their paths. The same run gives the same bytes."""
    paths = []
    checked = shown_work_sets(run, read_summary(run))
    beside = {"beside": plot_beside} if run.path(BESIDE).is_file() else {}
    for name, plot in {**PLOTS, **(CORRECTION_PLOTS if checked else {}), **beside}.items():
        path = run.path("figures", f"{name}.png")
        write_bytes(path, png_bytes(plot(run)))
        paths.append(path)
    return paths
