"""Questions as they come, from a person at a terminal or from the lines of a pipe, and answers as they are written."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from tunixlib.visible import visible

if TYPE_CHECKING:
    from rich.console import Console

    from tunixlib.evaluation.asking import Answer, OpenModel
    from tunixlib.evaluation.generation import GenerationConfig

PROMPT = "question> "


@dataclass(frozen=True)
class Asker:
    """Puts questions to the models and writes what they answer."""

    models: "Sequence[OpenModel]"
    config: "GenerationConfig"
    as_json: bool
    out: "Console"
    notes: "Console"

    def answer_all(self, questions: Iterable[tuple[str, str]]) -> int:
        """Answer ``(place, question)`` one by one; how many could not be asked. Nothing to ask counts as one."""
        from tunixlib.evaluation.asking import LEGEND, AskError

        asked = failed = 0
        for asked, (place, question) in enumerate(questions, start=1):
            try:
                with self.notes.status("answering"):
                    answers = [model.ask(question, self.config) for model in self.models]
            except AskError as error:
                failed += 1
                self._write_failure(place, question, str(error))
            except KeyboardInterrupt:
                if not sys.stdin.isatty() or place:
                    raise
                typer.echo("stopped; the model waits for another question", err=True)
            else:
                self._write(place, question, answers)
                if asked - failed == 1 and not self.as_json:
                    self.out.print(LEGEND, style="dim", soft_wrap=True)
        if not asked and not sys.stdin.isatty():
            typer.echo("error: found no question on standard input, expected one on each line", err=True)
            failed = 1
        return failed

    def _write(self, place: str, question: str, answers: "Sequence[Answer]") -> None:
        from tunixlib.evaluation.answer_views import print_answers

        if self.as_json:
            write_json_line({"question": question, "answers": [answer.record() for answer in answers]})
            return
        if place:
            self.out.print(f"question   {visible(question)}", soft_wrap=True)
        print_answers(self.out, answers)

    def _write_failure(self, place: str, question: str, reason: str) -> None:
        typer.echo(visible(f"error: {place}{reason}"), err=True)
        if self.as_json:
            write_json_line({"question": question, "error": reason})


def write_json_line(value: object) -> None:
    """One line of ASCII without control characters, whatever a model wrote: it may be read in a terminal."""
    typer.echo(json.dumps(value, sort_keys=True, allow_nan=False).replace("\x7f", "\\u007f"))


def from_stdin() -> Iterator[tuple[str, str]]:
    """``(place, question)`` from a person, or from the lines of a pipe, blank ones left out."""
    if sys.stdin.isatty():
        yield from (("", question) for question in _from_person())
        return
    for number, line in enumerate(sys.stdin.buffer, start=1):
        # What is no UTF-8 becomes text that no model is asked: it is refused with its line number.
        question = line.decode("utf-8-sig" if number == 1 else "utf-8", "surrogateescape").strip()
        if question:
            yield f"line {number}: ", question


def _from_person() -> Iterator[str]:
    with suppress(ImportError):  # Windows has its own line editing
        import readline  # noqa: F401  arrows and history
    typer.echo("An empty line, Ctrl-D or :quit ends.", err=True)
    while True:
        try:
            # Not on standard output where that goes into a file.
            if not sys.stdout.isatty():
                typer.echo(PROMPT, nl=False, err=True)
            question = input(PROMPT if sys.stdout.isatty() else "").strip()
        except EOFError:
            typer.echo("", err=True)
            return
        if question in ("", ":quit"):
            return
        yield question
