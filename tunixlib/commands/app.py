"""The parts that all commands share: the application, and how errors become one message and an exit code."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    help="Train small language models that show their work, and prove the numbers.\n\n"
    "Start with: python -m tunixlib run --profile smoke (under a minute), then --profile cpu (the main job).",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)

RunFolder = Annotated[Path, typer.Argument(help="A run folder, such as submission_runs/cpu-v1.")]


def reported(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn the errors that we raise on purpose into one message and exit code 1; anything else keeps its traceback."""

    @wraps(command)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        from tunixlib.artifacts import not_writable
        from tunixlib.modeling.models import ModelError
        from tunixlib.running.notebooks import NotebookError
        from tunixlib.runs import RunError

        try:
            return command(*args, **kwargs)
        except (ValueError, RunError, ModelError, NotebookError, OSError) as error:
            shown = not_writable(error) if isinstance(error, OSError) else error
            typer.echo(f"error: {shown}", err=True)
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            typer.echo("\nstopped; what has finished is kept, and the same command continues", err=True)
            raise typer.Exit(130) from None

    return guarded
