"""The heat map: right answers of every family by checkpoint, grouped by section, the counts written into the cells.

    plot_families(run)           # shown at the end of a notebook cell

A cell is k right answers of n items; shade is their share. Few items stand behind a cell: the map shows where to look,
the intervals are in the scorecards. The base model has never seen the tags and is graded lenient, by the last number
where there are no tags: in a family whose answers are texts it can have none right.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

from tunixlib.analysis.comparisons import LENIENT, STRICT
from tunixlib.analysis.figure_style import drawable, empty, new_figure, styled
from tunixlib.analysis.run_files import BASE, Summary, read_predictions, read_summary
from tunixlib.analysis.shown_works import answered_arms, question_sets
from tunixlib.runs import Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_FAMILIES = 40  # in a panel
MOST_COLUMNS = 4
COLOURS = "Blues"  # one hue from light to dark, told apart by any reader


@dataclass(frozen=True)
class Block:
    """One panel: families of one section and, for each of them, ``(k, n)`` of each checkpoint."""

    title: str
    checkpoints: tuple[str, ...]
    families: tuple[str, ...]
    counts: tuple[tuple[tuple[int, int], ...], ...]


@styled
def plot_families(run: Run) -> "Figure":
    """Families (rows) by checkpoints (columns); a section with many families goes on in the next panel."""
    summary = read_summary(run)
    asked = question_sets(run, summary)
    lines = [line for eval_set in asked for line in _lines(list(family_blocks(run, summary, eval_set)))]
    if not lines:
        figure, axes = new_figure(6, 1.6, rows=1, columns=1)
        empty(axes[0, 0], "no checkpoint was evaluated")
        return figure
    heights = [max(len(block.families) for block in line) for line in lines]
    columns = max(map(len, lines))
    wider = 0.3 * max((len(answered_arms(summary, eval_set)) for eval_set in asked), default=0)
    size = ((3.3 + wider) * columns, sum(0.185 * height + 1.15 for height in heights))
    figure, axes = new_figure(*size, rows=len(lines), columns=columns, gridspec_kw={"height_ratios": heights})
    for panels, line, height in zip(axes, lines, heights, strict=True):
        for place, panel in enumerate(panels):
            if place < len(line):
                _draw(panel, line[place], height)
            else:
                panel.set_axis_off()
    return figure


def family_blocks(run: Run, summary: Summary, eval_set: str) -> Iterator[Block]:
    """Panels of one evaluation set: the largest section first, its families by name, in even parts."""
    names = tuple(card["checkpoint"] for card in summary.cards(eval_set))
    rows = {name: read_predictions(run, eval_set, name) for name in names}
    found: dict[str, dict[str, dict[str, tuple[int, int]]]] = {}
    for name in names:
        measure = LENIENT if name == BASE else STRICT
        for row in rows[name]:
            cells = found.setdefault(row["section"], {}).setdefault(row["family"], dict.fromkeys(names, (0, 0)))
            k, n = cells[name]
            cells[name] = (k + bool(row[measure]), n + 1)
    for section in sorted(found, key=lambda section: (-len(found[section]), section)):
        families = sorted(found[section])
        parts = ceil(len(families) / MOST_FAMILIES)
        size = ceil(len(families) / parts)
        for part in range(parts):
            chunk = tuple(families[part * size : (part + 1) * size])
            counts = tuple(tuple(found[section][family][name] for name in names) for family in chunk)
            title = f"{eval_set}: {section}" + (f", {part + 1} of {parts}" if parts > 1 else "")
            yield Block(title, names, chunk, counts)


def _lines(blocks: list[Block]) -> list[list[Block]]:
    return [blocks[i : i + MOST_COLUMNS] for i in range(0, len(blocks), MOST_COLUMNS)]


def _draw(panel: Any, block: Block, height: int) -> None:
    shares = [[k / n if n else 0.0 for k, n in row] for row in block.counts]
    panel.pcolormesh(shares, cmap=COLOURS, vmin=0, vmax=1, edgecolors="white", linewidth=1)
    for y, row in enumerate(block.counts):
        for x, (k, n) in enumerate(row):
            shade = "white" if shares[y][x] > 0.55 else "#222222" if k else "#757575"
            panel.text(x + 0.5, y + 0.52, f"{k}/{n}", ha="center", va="center", color=shade, fontsize=7)
    names = [f"{drawable(name)} (last number)" if name == BASE else drawable(name) for name in block.checkpoints]
    middles = [x + 0.5 for x in range(len(names))]
    panel.set_xticks(middles, names, rotation=55, ha="left", rotation_mode="anchor", fontsize=8)
    panel.set_yticks([y + 0.5 for y in range(len(block.families))], map(drawable, block.families), fontsize=7.5)
    panel.xaxis.tick_top()
    panel.tick_params(length=0)
    panel.set_ylim(height, 0)  # as many rows as the longest panel beside it, so that cells are of one height
    panel.set_title(drawable(block.title), loc="left", fontsize=9.5)
    panel.grid(visible=False)
    for side in ("left", "bottom"):
        panel.spines[side].set_visible(False)
