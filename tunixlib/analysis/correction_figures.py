"""Figures of shown works: detection against right works not accepted by arm, and what became of every kind of error.

    plot_correction_rates(run)       # shown at the end of a notebook cell
    plot_correction_kinds(run)

Both are drawn only for runs with an arm of self-correction that was asked to check works.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tunixlib.analysis.correction_claims import LEAST_ACCEPTANCE, LEAST_DETECTION
from tunixlib.analysis.figure_style import colour, drawable, empty, new_figure, styled
from tunixlib.analysis.score_figures import SHAPES
from tunixlib.analysis.shown_works import SHOWN_ERRORS, WORDS_ONLY, shown_works
from tunixlib.evaluation.correction_scores import Judged, correction_scorecard
from tunixlib.runs import Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Share = Mapping[str, float]

# Outcomes of wrong works, then of right ones; one without a verdict is found in both.
WRONG = {"repaired": "repaired", "localised": "line\nfound", "detected": "other\nline", "assured": "called\nright"}
CLEAN = {"accepted": "called\nright", "alarmed": "called\nwrong"}
NO_VERDICT = {"unparseable": "no\nverdict"}
SIDES = ((True, "wrong works", {**WRONG, **NO_VERDICT}), (False, "right works", {**CLEAN, **NO_VERDICT}))
GAP = 0.3  # of a cell, between wrong and right works
ALL = "all kinds"
NOT_ASKED = "no checkpoint was asked to check works"


@styled
def plot_correction_rates(run: Run) -> "Figure":
    """Detection against right works not accepted, with both intervals, and how many works got no verdict beside it."""
    works = shown_works(run)
    rows = max(1, len(works))
    figure, axes = new_figure(10.4, 4.9 * rows, rows=rows, columns=2, gridspec_kw={"width_ratios": (1, 0.8)})
    if not works:
        for panel in axes[0]:
            empty(panel, NOT_ASKED)
    for (plane, bars), (eval_set, answered) in zip(axes, works.items(), strict=False):
        cards = {name: correction_scorecard(items) for name, items in answered.items()}
        _plane(plane, cards)
        plane.set_title(f"{drawable(eval_set)}: what is called wrong", loc="left")
        _no_verdict(bars, cards)
    return figure


def _plane(panel: Any, cards: Mapping[str, Mapping[str, Any]]) -> None:
    from matplotlib.patches import Rectangle

    panel.plot([0, 100], [0, 100], "--", color="#8a8a8a", linewidth=1, label="sees no difference")
    corner, most = (0, 100 * LEAST_DETECTION), 100 - 100 * LEAST_ACCEPTANCE
    aim = f"aim: {100 * LEAST_DETECTION:.0f} % or more at {most:.0f} % or less"
    area = Rectangle(corner, most, 100 - corner[1], color="#cfd8dc", zorder=0, label=aim)
    panel.add_patch(area)
    panel.plot(0, 0, "+", color="#333333", markersize=12, label="always “right”")
    for number, (name, card) in enumerate(cards.items()):
        accepted, found = card["acceptance"], card["detection"]
        if not accepted["n"] or not found["n"]:
            continue
        refused = 1 - accepted["rate"]
        label = f"{drawable(name)}: {100 * found['rate']:.1f} % at {100 * refused:.1f} %"
        panel.errorbar(
            100 * refused, 100 * found["rate"], xerr=_spread(accepted)[::-1], yerr=_spread(found),
            fmt=SHAPES[number % len(SHAPES)], color=colour(name), label=label, capsize=3,
            markersize=11 - 1.2 * number,  # those at one place can all be seen
        )  # fmt: skip
    panel.set(xlim=(-3, 103), ylim=(-3, 103), aspect="equal")
    panel.set_xlabel("right works not accepted (called wrong, or no verdict), %")
    panel.set_ylabel("detection: wrong works called wrong, %")
    panel.legend(loc="lower right", fontsize=8.5, frameon=True, framealpha=0.9, edgecolor="none")


def _spread(share: Share) -> list[list[float]]:
    """How far the interval reaches below and above the rate, in percentage points, as matplotlib takes it."""
    below, above = share["rate"] - share["low"], share["high"] - share["rate"]
    return [[100 * max(0.0, below)], [100 * max(0.0, above)]]


def _no_verdict(panel: Any, cards: Mapping[str, Mapping[str, Any]]) -> None:
    for place, (name, card) in enumerate(cards.items()):
        share = card["unparseable"]
        panel.barh(place, 100 * share["rate"], 0.5, color=colour(name))
        panel.errorbar(100 * share["rate"], place, xerr=_spread(share), color="#555555", capsize=3, fmt="none")
        words = f"{share['k']} of {share['n']}"
        panel.text(1.01, place, words, va="center", fontsize=8.5, transform=panel.get_yaxis_transform())
    panel.set(yticks=range(len(cards)), yticklabels=map(drawable, cards), ylim=(len(cards) - 0.5, -0.5))
    panel.set(xlim=(0, 103), xlabel="% of works, with 95 % interval")
    panel.set_title("no verdict that can be read", loc="left")
    panel.grid(axis="y", visible=False)


@styled
def plot_correction_kinds(run: Run) -> "Figure":
    """Kinds of error (rows) by outcomes (columns): the arm that was shown errors, and the one that has the words only.

    A cell holds its count and its share of the wrong, or of the right, works of that row.
    """
    works = shown_works(run)
    rows = max(1, len(works))
    figure, axes = new_figure(11.4, 4.4 * rows, rows=rows, columns=2, sharey="row", gridspec_kw={"wspace": 0.08})
    if not works:
        for panel in axes[0]:
            empty(panel, NOT_ASKED)
    for panels, (eval_set, answered) in zip(axes, works.items(), strict=False):
        names = chosen_arms(list(answered))
        for place, panel in enumerate(panels):
            if place < len(names):
                title = f"{eval_set}: {names[place]}" if place == 0 else names[place]
                _matrix(panel, answered[names[place]], drawable(title))
            else:
                panel.set_axis_off()
    return figure


def chosen_arms(names: Sequence[str]) -> list[str]:
    """The two checkpoints that a figure shows: contrastive and surface; for one that is missing, the last others."""
    others = [name for name in reversed(names) if name not in (SHOWN_ERRORS, WORDS_ONLY)]
    return [*(name for name in (SHOWN_ERRORS, WORDS_ONLY) if name in names), *others][:2]


def _matrix(panel: Any, items: Sequence[Judged], title: str) -> None:
    kinds = [*dict.fromkeys(item.kind for item in items), ALL]
    left, ticks, labels = 0.0, list[float](), list[str]()
    for wrong, name, outcomes in SIDES:
        side = [item for item in items if item.expected.wrong == wrong]
        edges = [left + i for i in range(len(outcomes) + 1)]
        counts = [[_count(side, kind, outcome) for outcome in outcomes] for kind in kinds]
        shares = [[k / max(1, sum(row)) for k in row] for row in counts]
        rows = [*range(len(kinds) - 1), len(kinds) - 1 + GAP]  # all kinds stand apart
        for y, row, share in zip(rows, counts, shares, strict=True):
            panel.pcolormesh(edges, [y, y + 1], [share], cmap="Blues", vmin=0, vmax=1, edgecolors="white", linewidth=1)
            _cells(panel, left, y, row, share)
        middle = {"xy": (left + len(outcomes) / 2, 1), "xycoords": panel.get_xaxis_transform(), "ha": "center"}
        panel.annotate(name, **middle, xytext=(0, 30), textcoords="offset points", fontsize=9, style="italic")
        ticks += [edge + 0.5 for edge in edges[:-1]]
        labels += outcomes.values()
        left = edges[-1] + GAP
    panel.set_xticks(ticks, labels, fontsize=8)
    panel.xaxis.tick_top()
    names = [drawable(kind) for kind in kinds]
    panel.set_yticks([*(i + 0.5 for i in range(len(kinds) - 1)), len(kinds) - 0.5 + GAP], names, fontsize=8.5)
    panel.set(ylim=(len(kinds) + GAP, 0), xlim=(0, left - GAP))
    panel.tick_params(length=0)
    panel.set_title(title, loc="left", pad=48)
    panel.grid(visible=False)
    for spine in panel.spines.values():
        spine.set_visible(False)


def _count(items: Sequence[Judged], kind: str, outcome: str) -> int:
    return sum(item.outcome == outcome for item in items if kind in (ALL, item.kind))


def _cells(panel: Any, left: float, top: float, counts: Sequence[int], shares: Sequence[float]) -> None:
    for x, (count, share) in enumerate(zip(counts, shares, strict=True)):
        shade = "white" if share > 0.7 else "#222222" if count else "#757575"
        look: dict[str, Any] = {"ha": "center", "color": shade}
        panel.text(left + x + 0.5, top + 0.48, str(count), va="bottom", fontsize=9.5, **look)
        panel.text(left + x + 0.5, top + 0.56, f"{100 * share:.0f} %", va="top", fontsize=7, **look)
