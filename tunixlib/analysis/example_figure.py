"""Four completions side by side: the prompt, then base and final, each step with a mark for its truth.

    plot_examples(run)       # green check: true step; red cross: false step; grey dot: nothing to check

Long lines are wrapped to the width of their panel, measured in the font itself; long texts end in an ellipsis.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tunixlib.analysis.examples import Example, choose_examples, outcome, shown_lines
from tunixlib.analysis.figure_style import FALSE, FONT, TRUE, UNCHECKED, drawable, empty, new_figure, styled
from tunixlib.analysis.run_files import read_summary
from tunixlib.runs import Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MARKS = {
    "true": ("\N{HEAVY CHECK MARK}", TRUE),
    "false": ("\N{HEAVY BALLOT X}", FALSE),
    "unchecked": ("\N{BLACK CIRCLE}", UNCHECKED),
    "answer": ("\N{RIGHTWARDS ARROW}", "#000000"),
    "text": ("", "#000000"),
}
LEGEND = {"true": "true step", "false": "false step", "unchecked": "nothing to check", "answer": "tagged answer"}

SIZE = 8.5  # points
LINE = 1.45 * SIZE  # points from one line to the next
WIDTH = 5.2 * 72  # points of one panel
LEFT = 8  # points of margin
INDENT = 14  # points left of a step, for its mark
COLUMN = WIDTH - INDENT - 2 * LEFT  # points for the text of a column
MOST_LINES = {"prompt": 3, "panel": 8}


@styled
def plot_examples(run: Run) -> "Figure":
    """The four examples of the first evaluation set, one below the other: base on the left, final on the right."""
    summary = read_summary(run)
    examples = choose_examples(run, summary.eval_sets[0]) if summary.eval_sets else []
    blocks = [_Block(example) for example in examples]
    height = sum(block.height for block in blocks) + 2 * LINE
    figure, axes = new_figure(2 * WIDTH / 72, max(height, 60) / 72, rows=1, columns=1)
    panel = axes[0, 0]
    if not blocks:
        empty(panel, "no checkpoint was evaluated")
        return figure
    figure.set_layout_engine("none")  # the panel fills the figure and its unit is the point
    panel.set(position=(0, 0, 1, 1), xlim=(0, 2 * WIDTH), ylim=(height, 0))
    panel.set_axis_off()
    top = 0.0
    for block in blocks:
        block.draw(panel, top)
        top += block.height
    for place, (kind, meaning) in enumerate(LEGEND.items()):
        marked(panel, LEFT + 110 * place, top + 2, *MARKS[kind], meaning)
    return figure


class _Block:
    """One example laid out in lines: its prompt over the full width, and two columns below it."""

    def __init__(self, example: Example):
        self.example = example
        question = f"{example.prompt}   (expected: {example.expected_answer})"
        self.prompt = wrap(question, 2 * WIDTH - 2 * LEFT, MOST_LINES["prompt"])
        self.columns = [list(_laid_out(row)) for row in (example.before, example.after)]
        self.height = (2 + len(self.prompt) + max(len(column) for column in self.columns)) * LINE + 14

    def draw(self, panel: Any, top: float) -> None:
        """Write the block into a panel whose unit is the point, from ``top`` down."""
        example, top = self.example, top + 6
        write(panel, LEFT, top, example.situation.capitalize(), weight="bold")
        for number, line in enumerate(self.prompt, start=1):
            write(panel, LEFT, top + number * LINE, line)
        top += (1 + len(self.prompt)) * LINE
        sides = ((example.before_name, example.before), (example.after_name, example.after))
        for side, ((name, row), column) in enumerate(zip(sides, self.columns, strict=True)):
            left = LEFT + side * WIDTH
            write(panel, left, top, drawable(f"{name}: {outcome(row)}"), color="#444444", style="italic")
            for number, (mark, shade, line) in enumerate(column, start=1):
                marked(panel, left, top + number * LINE, mark, shade, line)
        bottom = top + (1 + max(len(column) for column in self.columns)) * LINE + 5
        panel.plot([LEFT, 2 * WIDTH - LEFT], [bottom, bottom], color="#bbbbbb", linewidth=1)


def marked(panel: Any, left: float, top: float, mark: str, shade: str, text: str) -> None:
    """A line of text behind its mark, in a panel whose unit is the point."""
    write(panel, left, top, mark, color=shade)
    write(panel, left + INDENT, top, text)


def write(panel: Any, left: float, top: float, text: str, **options: Any) -> None:
    """Text as it is, in our size, its upper left corner at a place given in points."""
    panel.text(left, top, text, fontsize=SIZE, va="top", ha="left", parse_math=False, **options)


def _laid_out(row: Any) -> Iterator[tuple[str, str, str]]:
    """``(mark, its colour, text)`` for each line of a panel, the mark only on the first line of a step.

    Steps that do not fit are cut; the answer, which comes last, is always there.
    """
    shown = shown_lines(row)
    answer = [line for line in shown if line[0] == "answer"]
    steps = shown[: len(shown) - len(answer)]
    room = MOST_LINES["panel"] - len(answer)
    for place, (kind, text) in enumerate(steps, start=1):
        lines = wrap(text, COLUMN, room)
        room -= len(lines)
        if room == 0 and place < len(steps) and not lines[-1].endswith("…"):
            lines.append("…")
        yield from _with_mark(kind, lines)
        if room == 0:
            break
    for kind, text in answer:
        yield from _with_mark(kind, wrap(text, COLUMN, 2))


def _with_mark(kind: str, lines: list[str]) -> Iterator[tuple[str, str, str]]:
    mark, shade = MARKS[kind]
    for number, line in enumerate(lines):
        yield ("" if number else mark, shade, line)


def wrap(text: str, width: float, most: int) -> list[str]:
    """Lines no wider than ``width`` points, at most ``most`` of them; what is cut ends in an ellipsis.

    Words are kept whole where they fit on a line; characters that the font lacks become boxes.
    """
    lines: list[str] = []
    for paragraph in drawable(text).splitlines() or [""]:
        lines += _wrap_line(paragraph, width)
        if len(lines) > most:
            cut = lines[most - 1]
            while cut and _width(cut + "…") > width:
                cut = cut[:-1]
            return [*lines[: most - 1], cut.rstrip() + "…"]
    return lines


def _wrap_line(text: str, width: float) -> list[str]:
    lines, line = [], ""
    for word in text.split(" "):
        joined = f"{line} {word}" if line else word
        if _width(joined) <= width:
            line = joined
            continue
        if line:
            lines.append(line)
        while _width(word) > width:
            fit = next(n for n in range(len(word), 0, -1) if _width(word[:n]) <= width or n == 1)
            lines.append(word[:fit])
            word = word[fit:]
        line = word
    return [*lines, line]


def _width(text: str) -> float:
    """Width in points at our font size."""
    return sum(_advance(char) for char in text)


@lru_cache(maxsize=4096)
def _advance(char: str) -> float:
    from matplotlib.font_manager import FontProperties, findfont, get_font
    from matplotlib.ft2font import LoadFlags

    font = get_font(findfont(FontProperties(family=FONT)))
    return float(font.load_char(ord(char), flags=LoadFlags.NO_SCALE).horiAdvance * SIZE / font.units_per_EM)
