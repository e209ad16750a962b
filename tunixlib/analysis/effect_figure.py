"""The order effect: how much curriculum is above flat, with its interval and what could have been seen drawn in.

    plot_order_effect(run)       # last stage of the curriculum minus flat, on the same items, whole and by section
    effects = [Effect("eval-core", 0.02, -0.06, 0.09, n=120, resolves=0.10)]
    effect_figure(effects, "curriculum - flat", smallest=0.05)     # a study draws its own effects with its own bar

An interval inside the shaded band says that any effect is smaller than the smallest one of interest; a pale bar is the
minimum detectable difference at 0.05 shared by the comparisons of the run: a true effect inside it would often have
been missed by these items.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tunixlib.analysis.comparisons import compare, fixed_comparisons, resolvable
from tunixlib.analysis.figure_style import colour, drawable, empty, new_figure, styled
from tunixlib.analysis.run_files import read_predictions
from tunixlib.runs import Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FLAT = "flat"
BAND, BAR = "#e6e6e6", "#cfd8dc"
RESOLVES = "minimum detectable difference (smaller ones are often missed); no bar: too few items disagree"


@dataclass(frozen=True)
class Effect:
    """A difference of two rates with its 95 % interval, all -1 to 1, over ``n`` items.

    ``resolves`` is the minimum detectable difference, None where the items can show none; ``whole`` marks an effect
    over all items, drawn heavier than those of parts.
    """

    label: str
    difference: float
    low: float
    high: float
    n: int
    resolves: float | None = None
    whole: bool = True


@styled
def plot_order_effect(run: Run) -> "Figure":
    """The last stage of the curriculum minus flat, both strict, for each evaluation set and each of its sections."""
    effects = list(order_effects(run))
    if not effects:
        figure, axes = new_figure(8, 1.6, rows=1, columns=1)
        empty(axes[0, 0], "there are no two arms to compare")
        return figure
    return effect_figure(effects, "Order effect: curriculum minus flat, one seed")


def order_effects(run: Run) -> Iterator[Effect]:
    """Paired differences of the run's last curriculum stage and flat; sections only where a set has several."""
    family = fixed_comparisons(run)
    for planned in family:
        if planned.b != FLAT:
            continue
        a = read_predictions(run, planned.eval_set, planned.a)
        b = read_predictions(run, planned.eval_set, planned.b)
        yield _effect(planned.eval_set, a, b, len(family))
        sections = [section for section, _ in Counter(row["section"] for row in a).most_common()]
        for section in sections if len(sections) > 1 else ():
            part_a, part_b = ([row for row in rows if row["section"] == section] for rows in (a, b))
            yield _effect(section, part_a, part_b, len(family), whole=False)


def _effect(
    label: str, a: Sequence[dict[str, Any]], b: Sequence[dict[str, Any]], family: int, whole: bool = True
) -> Effect:
    found = compare(a, b)
    ends = (found["difference"], found["low"], found["high"])
    return Effect(label, *ends, n=found["n"], resolves=resolvable(found, family), whole=whole)


def effect_figure(effects: Sequence[Effect], title: str, smallest: float | None = None) -> "Figure":
    """One row per effect; ``smallest``, the smallest effect of interest as a share, becomes a band around zero.

    Raises ValueError without effects. Call it inside ``figure_style.styled``, or the reader's own style is used.
    """
    if not effects:
        raise ValueError("found no effects, expected at least one; compare two arms first")
    figure, axes = new_figure(8.6, 1.7 + 0.36 * len(effects), rows=1, columns=1)
    panel = axes[0, 0]
    if smallest is not None:
        words = f"below the smallest effect of interest, ±{100 * smallest:.1f} points"
        panel.axvspan(-100 * smallest, 100 * smallest, color=BAND, zorder=0, label=words)
    panel.axvline(0, color="#333333", linewidth=1)
    for place, effect in enumerate(effects):
        _draw(panel, place, effect)
    labels = [f"{drawable(effect.label)} ({effect.n} items)" for effect in effects]
    panel.set(yticks=range(len(effects)), yticklabels=labels, ylim=(len(effects) - 0.5, -0.5), title=title)
    panel.set_xlabel("difference in percentage points with 95 % interval; right of zero: more right answers")
    panel.grid(axis="y", visible=False)
    if any(effect.resolves is not None for effect in effects):
        panel.barh([0], [0], color=BAR, label=RESOLVES)
    handles, _ = panel.get_legend_handles_labels()
    if handles:
        figure.legend(loc="outside lower center", fontsize=8.5, ncols=1)
    return figure


def _draw(panel: Any, place: int, effect: Effect) -> None:
    if effect.resolves is not None:
        panel.barh(place, 200 * effect.resolves, 0.62, left=-100 * effect.resolves, color=BAR, zorder=1)
    middle, shade = 100 * effect.difference, colour("curriculum") if effect.whole else "#555555"
    spread = [[max(0.0, middle - 100 * effect.low)], [max(0.0, 100 * effect.high - middle)]]
    size = {"markersize": 8, "linewidth": 2.2} if effect.whole else {"markersize": 5, "linewidth": 1.2}
    panel.errorbar(middle, place, xerr=spread, fmt="D" if effect.whole else "o", color=shade, capsize=3, **size)
    words = f"{middle:+.1f} [{100 * effect.low:+.1f}, {100 * effect.high:+.1f}]"
    side = {"transform": panel.get_yaxis_transform(), "va": "center", "fontsize": 8.5}
    panel.text(1.01, place, words, weight="bold" if effect.whole else "normal", **side)
