"""The figure of shown errors: detection against right works not accepted, each seed and all of them with intervals.

    figure = plot_shown_errors(bar, claims)      # claims: those of claims.json

On the diagonal a verdict says nothing: wrong works are called wrong as often as right ones. Above it errors are seen.
No verdict on a right work counts as a false alarm does, so that whoever is silent on them does not reach the aim.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tunixlib.analysis.figure_style import drawable, empty, new_figure
from tunixlib.studies.bar import Bar
from tunixlib.studies.correction_report import shows_errors

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Okabe and Ito's palette without yellow, which is too pale for points on white.
PALETTE = ("#0072B2", "#E69F00", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#000000")
MARKERS = "os^DvP*"
AIM_AREA = "#e6e6e6"


def plot_shown_errors(bar: Bar, claims: Sequence[Mapping[str, Any]]) -> "Figure":
    """One panel for each evaluation set of shown works."""
    known = {claim["id"]: claim for claim in claims}
    sets = shows_errors(bar, known)
    figure, axes = new_figure(6.4 * max(1, len(sets)), 5.6, rows=1, columns=max(1, len(sets)))
    for panel, eval_set in zip(axes[0], sets, strict=False):
        _panel(panel, bar, known, eval_set)
    if not sets:
        empty(axes[0, 0], "no works were shown")
        return figure
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", fontsize=8.5, ncols=2)
    return figure


def _panel(panel: Any, bar: Bar, known: Mapping[str, Mapping[str, Any]], eval_set: str) -> None:
    if bar.aim:
        left, low = 100 * bar.aim.false_alarms, 100 * bar.aim.detection
        words = f"the aim: {low:.0f} % or more, {left:.0f} % or fewer"
        panel.fill_between([0, left], low, 100, color=AIM_AREA, zorder=0, linewidth=0, label=words)
    panel.plot([0, 100], [0, 100], color="#999999", linewidth=1, linestyle=":", label="a verdict that says nothing")
    for number, condition in enumerate(bar.conditions):
        _condition(panel, bar, known, f"{eval_set}/{condition.name}", condition.name, number)
    panel.set(xlim=(-3, 103), ylim=(-3, 103), aspect="equal", title=f"Study {bar.study}: errors shown, {eval_set}")
    level = f"{100 * (1 - bar.alpha):.0f} %"
    panel.set_xlabel(f"right works not accepted, %; large: all seeds, {level} interval")
    panel.set_ylabel("wrong works called wrong, % (detection)")


def _condition(
    panel: Any, bar: Bar, known: Mapping[str, Mapping[str, Any]], start: str, name: str, number: int
) -> None:
    shade, marker = PALETTE[number % len(PALETTE)], MARKERS[number % len(MARKERS)]
    seeds = [known[f"{start}/shown/s{seed}"]["fields"] for seed in bar.seeds_of(name)]
    points = [(1 - one["acceptance_rate"], one["detection_rate"]) for one in seeds if _both(one)]
    for x, y in points:
        panel.plot(100 * x, 100 * y, marker, color=shade, markersize=4.5, alpha=0.6, clip_on=False)
    accepted, detection = known[f"{start}/acceptance"], known[f"{start}/detection"]
    if "value" not in accepted or "value" not in detection:
        return
    x, y = 100 - 100 * accepted["value"], 100 * detection["value"]
    panel.errorbar(
        x, y, xerr=_spread(accepted)[::-1], yerr=_spread(detection), fmt=marker, color=shade, markersize=9,
        linewidth=1.6, capsize=3, label=drawable(f"{name}: {y:.1f} % detected, {x:.1f} % not accepted"), clip_on=False,
    )  # fmt: skip


def _both(fields: Mapping[str, Any]) -> bool:
    return "acceptance_rate" in fields and "detection_rate" in fields


def _spread(claim: Mapping[str, Any]) -> list[list[float]]:
    low, high = claim["interval"]
    return [[max(0.0, 100 * (claim["value"] - low))], [max(0.0, 100 * (high - claim["value"]))]]
