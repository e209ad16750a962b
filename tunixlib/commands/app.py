"""The parts that all commands share: the application, the form of every help, and how errors become an exit code.

    @app.command(rich_help_panel="Evidence")
    @guided("python -m tunixlib verify submission_runs/cpu-v1", reads="a run", writes="nothing", one="a problem found")
    @reported
    def verify(folder: RunFolder) -> None: ...

Exit codes are those of ``EXIT_CODES`` and no others.
"""

import inspect
import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from tunixlib.commands.completion import complete_run
from tunixlib.visible import visible

DONE, PROBLEM, MISUSED, STOPPED, NO_READER = 0, 1, 2, 130, 141
EXIT_CODES = {
    DONE: "done",
    PROBLEM: "a problem was found, or a run failed: the message says what to do",
    MISUSED: "not understood, or a comparison refused as unfair",
    STOPPED: "stopped by Ctrl-C; the same command continues",
    NO_READER: "whoever read the output has gone, as in `| head`",
}

GUIDE = """Train small language models that show their work, and prove the numbers.

A model learns to write true reasoning steps, then the answer, then to stop. Every run leaves a folder in which each\
 number can be traced to bytes and computed again, offline.

\b
What people do first:
  python -m tunixlib run smoke                      a tiny model: about a minute
  python -m tunixlib run                            the main job on a laptop
  python -m tunixlib ask my-cpu "What is 17 + 28?"  its steps, marked
  python -m tunixlib verify submission_runs/my-cpu  recompute its evidence
  python -m tunixlib run cpu --seeds 1 2 3          several runs, one by one
  python -m tunixlib runs                           every run, with intervals

\b
COMMAND --help has examples of each. Settings are the parameters of the
notebooks, see notebooks/profiles. Once installed, `tunixlib` is the same
command, and `tunixlib --install-completion` teaches it to your shell.
"""


app = typer.Typer(
    help=GUIDE,
    epilog="\b\nExit codes:\n" + "\n".join(f"  {code:<4} {meaning}" for code, meaning in EXIT_CODES.items()),
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)

RunFolder = Annotated[
    Path, typer.Argument(help="A run folder, such as submission_runs/cpu-v1.", autocompletion=complete_run)
]


def guided(
    *examples: str, reads: str, writes: str, one: str, two: str = "not understood"
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command's help its form: the docstring, then example, what is read, what is written, exit codes.

    ``one`` and ``two`` say when the command ends with these exit codes.
    """

    def with_guide(command: Callable[..., Any]) -> Callable[..., Any]:
        parts = [
            inspect.cleandoc(command.__doc__ or ""),
            _lines("Example:" if len(examples) == 1 else "Examples:", *examples),
            f"Reads: {reads}.",
            f"Writes: {writes}.",
            f"Exit codes: 0 done; 1 {one}; 2 {two}; 130 Ctrl-C.",
        ]
        command.__doc__ = "\n\n".join(parts)
        return command

    return with_guide


def _lines(title: str, *lines: str) -> str:
    """A paragraph whose line ends stay."""
    return "\b\n" + "\n".join([title, *(f"  {line}" for line in lines)])


def reported(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn the errors that we raise on purpose into one message and exit code 1; anything else keeps its traceback."""

    @wraps(command)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        from tunixlib.atomic import not_writable
        from tunixlib.modeling.models import ModelError
        from tunixlib.running.notebooks import NotebookError
        from tunixlib.runs import RunError
        from tunixlib.training.config import TrainingError

        try:
            return command(*args, **kwargs)
        except BrokenPipeError:
            # What is still to be flushed goes nowhere: Python would complain of it when it ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(NO_READER) from None
        except (ValueError, RunError, ModelError, NotebookError, TrainingError, OSError) as error:
            shown = not_writable(error) if isinstance(error, OSError) else error
            typer.echo(f"error: {visible(str(shown))}", err=True)  # it may quote a stranger's file
            raise typer.Exit(PROBLEM) from None
        except KeyboardInterrupt:
            typer.echo("\nstopped; what has finished is kept, and the same command continues", err=True)
            raise typer.Exit(STOPPED) from None

    return guarded
