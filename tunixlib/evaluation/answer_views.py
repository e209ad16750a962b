r"""Answers for people: plain text, a terminal with colours, and HTML for a notebook.

    print(plain_text(answer))          # true       17 + 28 = 45
                                       # answer     45
    Shown(answers)                     # the same as the last line of a notebook cell: coloured, models side by side

What a model writes is foreign text. No view lets a control character through: they are shown as ``\x1b``, ``\u202e``.
"""

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tunixlib.evaluation.asking import LEGEND, Answer, Line
from tunixlib.tables import markdown_table
from tunixlib.visible import visible

if TYPE_CHECKING:
    from rich.console import Console, Group

MARK_WIDTH = 9
# Columns of a terminal that two answers side by side need.
WIDE = 100

# Kind of line -> its style in a terminal, and the background of its mark in HTML, under white in either theme.
STYLES = {
    "true": "green", "false": "bold red", "unchecked": "yellow", "answer": "bold", "form": "red",
    "right": "green", "wrong": "bold red", "unmarked": "yellow", "verdict": "bold",
}  # fmt: skip
BACKGROUNDS = {"true": "#1a7f37", "false": "#cf222e", "unchecked": "#7d6608", "answer": "#0a58ca", "form": "#cf222e"}
OTHER_BACKGROUND = "#59636e"


class View(Protocol):
    """What a model wrote, as lines: an answer, or a work that it has marked."""

    @property
    def model(self) -> str:
        """The model's name."""

    def lines(self) -> list[Line]:
        """``(kind, text, note)``, top to bottom."""


def plain_text(answer: View) -> str:
    """One line for each mark, further lines indented to the text; no colours, nothing wrapped."""
    return "\n".join(_plain_line(line) for line in answer.lines())


def _plain_line(line: Line) -> str:
    kind, text, note = line
    first, *more = visible(text + note_words(note)).split("\n")
    indent = " " * (MARK_WIDTH + 2)
    return "\n".join([f"{kind:<{MARK_WIDTH}}  {first}", *(indent + further if further else "" for further in more)])


def note_words(note: str) -> str:
    """A note behind the text it belongs to."""
    return f"   <- {note}" if note else ""


def print_answers(console: "Console", answers: Sequence[View]) -> None:
    """Write the answers to one question: coloured in a terminal, side by side where it is wide enough."""
    if not console.is_terminal:
        for answer in answers:
            console.file.write(f"{visible(answer.model)}\n{plain_text(answer)}\n\n")
        console.file.flush()
        return
    from rich.table import Table

    columns = len(answers) if console.width >= WIDE else 1
    grid = Table.grid(padding=(0, 3), expand=columns > 1)
    for _ in range(columns):
        grid.add_column(ratio=1)
    tables = [_rich_answer(answer) for answer in answers]
    for at in range(0, len(tables), columns):
        grid.add_row(*tables[at : at + columns])
    console.print(grid)


def _rich_answer(answer: View) -> "Group":
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    grid.add_column(width=MARK_WIDTH)
    grid.add_column(overflow="fold")
    for kind, text, note in answer.lines():
        said = Text(visible(text), style="bold" if kind in ("answer", "verdict") else "")
        grid.add_row(Text(kind, style=STYLES.get(kind, "dim")), said.append(visible(note_words(note)), style="dim"))
    return Group(Text(visible(answer.model), style="bold"), grid, "")


@dataclass(frozen=True)
class Shown:
    """Answers in a notebook: one row for each question, its models side by side; the same as plain text elsewhere."""

    answers: Sequence[Answer]

    def _questions(self) -> Iterable[tuple[str, list[Answer]]]:
        for question in dict.fromkeys(answer.question for answer in self.answers):
            yield question, [answer for answer in self.answers if answer.question == question]

    def __repr__(self) -> str:
        parts = []
        for question, answers in self._questions():
            columns = (f"{visible(answer.model)}\n{plain_text(answer)}" for answer in answers)
            parts.append("\n\n".join([f"question   {visible(question)}", *columns]))
        return "\n\n\n".join([*parts, LEGEND])

    def _repr_html_(self) -> str:
        return "".join(_html_row(*found) for found in self._questions()) + f"<p><small>{_html(LEGEND)}</small></p>"


def _html_row(question: str, answers: Sequence[Answer]) -> str:
    cells = "".join(f'<div style="flex:1 1 22em;min-width:0">{_html_answer(answer)}</div>' for answer in answers)
    row = f'<div style="display:flex;flex-wrap:wrap;gap:0.5em 2em">{cells}</div>'
    return (
        '<div style="border-top:1px solid #808080;padding:0.6em 0">'
        f'<div style="font-weight:bold;margin-bottom:0.4em">{_html(question)}</div>{row}</div>'
    )


def _html_answer(answer: Answer) -> str:
    lines = "".join(_html_line(*line) for line in answer.lines())
    return f'<div style="opacity:0.75;margin-bottom:0.3em">{_html(answer.model)}</div>{lines}'


def _html_line(kind: str, text: str, note: str) -> str:
    mark = (
        f'<span style="flex:none;width:6em;text-align:center;background:{BACKGROUNDS.get(kind, OTHER_BACKGROUND)};'
        f'color:#ffffff;border-radius:3px;font-size:0.85em;align-self:flex-start">{kind}</span>'
    )
    weight = "bold" if kind == "answer" else "normal"
    said = f'<span style="white-space:pre-wrap;overflow-wrap:anywhere;font-weight:{weight}">{_html(text)}</span>'
    after = f' <i style="opacity:0.75">{_html(note_words(note).strip())}</i>' if note else ""
    return f'<div style="display:flex;gap:0.6em;margin:0.15em 0">{mark}<span>{said}{after}</span></div>'


def _html(text: str) -> str:
    return html.escape(visible(text))


def answer_table(answers: Sequence[Answer]) -> str:
    """The answers as one Markdown table: question, model, steps by mark, tagged answer, how it ended."""
    header = ("question", "model", "true", "false", "unchecked", "answer", "ended")
    return markdown_table(header, (_table_row(answer) for answer in answers))


def _table_row(answer: Answer) -> Sequence[str]:
    marks = [step["verdict"] for step in answer.steps]
    counts = [str(marks.count(mark)) for mark in ("true", "false", "unchecked")]
    words = (answer.question, answer.model, *counts, answer.tagged or "–", answer.ended)
    return [_markdown(word) for word in words]


def _markdown(text: str) -> str:
    """Foreign text in a Markdown cell: no HTML, no formula, no formatting."""
    return re.sub(r"([\\`*_{}\[\]$~])", r"\\\1", html.escape(visible(text), quote=False))
