"""Six shown works with the marks of a checkpoint beside their lines, true marks and false ones told apart.

    plot_marked_works(run)        # T, green: a true mark; F, vermilion: a false one; a dash: no mark

The works are chosen by the rule in ``correction_examples``; the last row of each holds the expected and the given
verdict.
"""

from typing import TYPE_CHECKING, Any

from tunixlib.analysis.correction_examples import (
    FALSE_MARK,
    NO_MARK,
    TRUE_MARK,
    UNKNOWN,
    WorkExample,
    choose_works,
)
from tunixlib.analysis.correction_figures import NOT_ASKED, chosen_arms
from tunixlib.analysis.example_figure import COLUMN, INDENT, LEFT, LINE, WIDTH, marked, wrap, write
from tunixlib.analysis.figure_style import FALSE, TRUE, UNCHECKED, drawable, empty, new_figure, styled
from tunixlib.analysis.shown_works import shown_works
from tunixlib.runs import Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHADES = {TRUE_MARK: TRUE, FALSE_MARK: FALSE, NO_MARK: UNCHECKED, UNKNOWN: UNCHECKED}
LEGEND = {
    TRUE_MARK: "the mark, right or wrong, is true", FALSE_MARK: "the mark is false", NO_MARK: "no mark",
    UNKNOWN: "the right work was not asked for",
}  # fmt: skip
MOST_LINES = {"question": 2, "line": 2, "verdict": 1}
RIGHT_OUTCOMES = ("repaired", "accepted")


@styled
def plot_marked_works(run: Run) -> "Figure":
    """One work of each kind of error from the first set of shown works, as the contrastive arm marked it."""
    works = shown_works(run)
    eval_set, answered = next(iter(works.items()), ("", {}))
    name = chosen_arms(list(answered))[0] if answered else ""
    blocks = [_Block(example) for example in choose_works(answered[name])] if answered else []
    height = sum(block.height for block in blocks) + 3.5 * LINE
    figure, axes = new_figure(2 * WIDTH / 72, max(height, 60) / 72, rows=1, columns=1)
    panel = axes[0, 0]
    if not blocks:
        empty(panel, "no wrong work was shown" if answered else NOT_ASKED)
        return figure
    figure.set_layout_engine("none")  # the panel fills the figure and its unit is the point
    panel.set(position=(0, 0, 1, 1), xlim=(0, 2 * WIDTH), ylim=(height, 0))
    panel.set_axis_off()
    title = f"{eval_set}: the first wrong work of each kind, as shown (left) and as {name} marks it (right)"
    write(panel, LEFT, 6, drawable(title), weight="bold")
    top = 6 + 1.5 * LINE
    for block in blocks:
        block.draw(panel, top)
        top += block.height
    letters = {line.letter for block in blocks for line in block.example.lines}
    for place, letter in enumerate([letter for letter in LEGEND if letter in letters]):
        marked(panel, LEFT + 190 * place, top + 2, letter, SHADES[letter], LEGEND[letter])
    return figure


class _Block:
    """One work laid out: its kind and question over the full width, then lines and marks side by side."""

    def __init__(self, example: WorkExample):
        item = example.item
        self.example = example
        self.question = wrap(item.shown.question, 2 * WIDTH - 2 * LEFT, MOST_LINES["question"])
        self.rows = [
            (wrap(line.shown, COLUMN, MOST_LINES["line"]), line.letter, wrap(line.said, COLUMN, MOST_LINES["line"]))
            for line in example.lines
        ]
        given = item.check.verdict
        self.verdicts = [
            wrap(text, COLUMN, MOST_LINES["verdict"])[0]
            for text in (f"expected: {item.expected}", f"says: {given}" if given else "gives no verdict")
        ]
        lines = sum(max(len(shown), len(said)) for shown, _, said in self.rows)
        self.height = (2 + len(self.question) + lines) * LINE + 14

    def draw(self, panel: Any, top: float) -> None:
        """Write the block into a panel whose unit is the point, from ``top`` down."""
        item, start = self.example.item, top
        write(panel, LEFT, top, drawable(f"{item.kind}  ({item.id})"), weight="bold")
        write(panel, LEFT + WIDTH + INDENT, top, item.outcome, color="#444444", style="italic")
        for number, line in enumerate(self.question, start=1):
            write(panel, LEFT, top + number * LINE, line)
        top += (1 + len(self.question)) * LINE
        for shown, letter, said in self.rows:
            for number, text in enumerate(shown):
                write(panel, LEFT, top + number * LINE, text)
            write(panel, LEFT + WIDTH, top, letter, color=SHADES[letter], weight="bold")
            for number, text in enumerate(said):
                write(panel, LEFT + WIDTH + INDENT, top + number * LINE, text, color=SHADES[letter])
            top += max(len(shown), len(said)) * LINE
        shade = TRUE if item.outcome in RIGHT_OUTCOMES else FALSE
        write(panel, LEFT, top, self.verdicts[0], weight="bold")
        write(panel, LEFT + WIDTH + INDENT, top, self.verdicts[1], weight="bold", color=shade)
        bottom = start + self.height - 8
        panel.plot([LEFT, 2 * WIDTH - LEFT], [bottom, bottom], color="#bbbbbb", linewidth=1)
