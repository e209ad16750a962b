"""Models: ask one something, let one check a worked solution."""

import shlex
import sys
from typing import Annotated

import typer

from tunixlib.commands.app import app, guided, reported
from tunixlib.commands.questions import Asker, from_stdin, write_json_line
from tunixlib.evaluation.config import MAX_NEW_TOKENS

PANEL = "Models"
TARGET = "A run (folder or id), a checkpoint folder, smollm2, tiny, a model folder or org/name@COMMIT."
QUESTION = "In quotes. Without one you are asked for them; from a pipe each line is one."
LIMIT = "Where an answer is cut off."
WORK = "Text: the question, lines of work, then 'Answer: ...'. `-` is standard input."
ANOTHER = "Of a run: base, flat, stage_a ...; by default the one it is judged by."
CHECKERS = "Of a run: base, flat, stage_a ...; by default contrastive, which learns to check."


@app.command(rich_help_panel=PANEL)
@guided(
    'python -m tunixlib ask my-cpu "What is 17 + 28 + 15?" --base',
    "python -m tunixlib ask my-cpu --json < questions.txt",
    reads="a checkpoint; without a question, standard input",
    writes="nothing",
    one="not found, or a question could not be asked",
)
@reported
def ask(
    target: Annotated[str, typer.Argument(metavar="RUN_OR_CHECKPOINT", help=TARGET)],
    question: Annotated[str | None, typer.Argument(help=QUESTION)] = None,
    base: Annotated[bool, typer.Option("--base", help="The run's base model beside it.")] = False,
    checkpoint: Annotated[str | None, typer.Option(help=ANOTHER)] = None,
    max_new_tokens: Annotated[int, typer.Option(help=LIMIT, min=1)] = MAX_NEW_TOKENS,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON for each question.")] = False,
) -> None:
    """Ask a checkpoint: its steps, each marked true, false or unchecked, then its answer and how it ended.

    Answers are greedy: the same question gets the same answer.
    A mark says whether what a step states is true, decided exactly.
    Whether the answer is right nobody checks.

    Without a question you are asked for them until an empty line, Ctrl-D or :quit.
    """
    from rich.console import Console

    notes = Console(stderr=True, highlight=False)
    try:
        with notes.status("starting"):  # torch and transformers: seconds
            from tunixlib.evaluation.asking import open_models
            from tunixlib.evaluation.generation import GenerationConfig

        models = open_models(target, base, checkpoint, say=lambda words: typer.echo(words, err=True))
        config = GenerationConfig(max_new_tokens=max_new_tokens)
        asker = Asker(models, config, as_json, Console(highlight=False, markup=False, emoji=False), notes)
        failed = asker.answer_all(from_stdin() if question is None else [("", question)])
    except KeyboardInterrupt:
        typer.echo("\nstopped", err=True)
        raise typer.Exit(130) from None
    raise typer.Exit(1 if failed else 0)


@app.command(rich_help_panel=PANEL)
@guided(
    "python -m tunixlib check my-checks solution.txt",
    "python -m tunixlib check my-checks - --json < solution.txt",
    reads="a checkpoint, and a text file or standard input",
    writes="nothing",
    one="not found, or no worked solution",
)
@reported
def check(
    target: Annotated[str, typer.Argument(metavar="RUN_OR_CHECKPOINT", help=TARGET)],
    file: Annotated[str, typer.Argument(metavar="FILE", help=WORK)],
    checkpoint: Annotated[str | None, typer.Option(help=CHECKERS)] = None,
    max_new_tokens: Annotated[int, typer.Option(help=LIMIT, min=1)] = 512,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON.")] = False,
) -> None:
    """Let a checkpoint mark a worked solution, line by line, with exact arithmetic beside it.

    The file begins with the question, one paragraph or several up to one that ends in "?".
    Each further line is a line of work:

    \b
    A pen costs $3. What do 4 pens and a $5 cap cost?
    1. Pens: 4 * 3 = 13
    2. With the cap: 13 + 5 = 18
    Answer: $18

    A mark is what the model says. Where it is wrong by exact arithmetic is said beside the line.
    """
    from rich.console import Console

    from tunixlib.seeding.correction.solutions import read_solution

    shown = read_solution(*_file_bytes(file))
    notes = Console(stderr=True, highlight=False)
    with notes.status("starting"):  # torch and transformers: seconds
        from tunixlib.evaluation.answer_views import print_answers
        from tunixlib.evaluation.asking import open_models
        from tunixlib.evaluation.generation import GenerationConfig
        from tunixlib.evaluation.marking import CHECKER, LEGEND, mark_work, measured_rates, measured_words

    say = lambda words: typer.echo(words, err=True)  # noqa: E731
    [model] = open_models(target, checkpoint=checkpoint, say=say, default=CHECKER)
    with notes.status("checking"):
        marked = mark_work(model, shown, GenerationConfig(max_new_tokens=max_new_tokens))
    measured = measured_rates(model.located)
    named = checkpoint or (
        CHECKER if model.located.label.endswith(f"/{CHECKER}") else ""
    )  # evaluate has another default
    asked = shlex.join([target, *(["--checkpoint", named] if named else [])])
    if as_json:
        write_json_line(marked.record(measured))
        return
    out = Console(highlight=False, markup=False, emoji=False)
    print_answers(out, [marked])
    out.print(f"{LEGEND}\n{measured_words(measured, asked)}", style="dim", soft_wrap=True)


def _file_bytes(name: str) -> tuple[bytes, str]:
    """What a file or standard input holds, a little more than is ever read of it at most, and its name for messages."""
    from tunixlib.seeding.correction.solutions import MAX_BYTES

    if name == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1), "standard input"
    with open(name, "rb") as source:
        return source.read(MAX_BYTES + 1), name
