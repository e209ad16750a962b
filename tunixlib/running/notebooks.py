"""Run one notebook in a fresh kernel and believe only what truly finished.

    execute(Path("notebooks/01_seed.ipynb"), run.path("notebooks", "01_seed.ipynb"), {"RUN_ID": "demo"})

papermill's metadata is not to be trusted: after a kernel's death or an interrupt cells that never ran say "completed".
The notebook is executed under a temporary name and renamed only when every cell has run without an error.
"""

import logging
import os
import re
import sys
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat

from tunixlib.artifacts import write_text
from tunixlib.evidence.notebook_check import unfinished
from tunixlib.running.interrupts import interruptible
from tunixlib.trees import PROJECT_ROOT

# A kernel imports torch on a busy machine, perhaps from a cold disk.
START_SECONDS = 300


class NotebookError(RuntimeError):
    """A notebook did not finish. The message names the notebook, the cell and the error."""


class KernelDiedError(NotebookError):
    """The kernel ended in the middle of a notebook: another try may go further."""


def execute(source: Path, target: Path, parameters: Mapping[str, Any], failed: Path | None = None) -> None:
    """Execute ``source`` with ``parameters`` into ``target``. A failed copy is kept at ``failed`` for reading.

    Raises NotebookError with the failing cell's error, or KeyboardInterrupt, and leaves ``target`` as it was.
    """
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    scratch = failed or target.with_name(f".{target.name}.part")
    scratch.parent.mkdir(parents=True, exist_ok=True)
    logging.getLogger("papermill").setLevel(logging.CRITICAL)  # what it would say, the errors below do
    try:
        interruptible(lambda: _papermill(source, scratch, parameters))
    except PapermillExecutionError as error:
        kept = f"\nthe executed copy, with the traceback: {scratch}" if failed else ""
        raise NotebookError(f"{source.name}, cell {error.cell_index}: {error.ename}: {error.evalue}{kept}") from None
    except DeadKernelError:
        raise KernelDiedError(
            f"{source.name}: the kernel died (out of memory, or killed); the same command continues"
        ) from None
    except RuntimeError as error:  # nbclient's way to say that a kernel did not start
        raise NotebookError(f"{source.name}: {error}; the same command continues") from None
    finished = nbformat.read(scratch, as_version=4)
    if problem := unfinished(finished):
        raise NotebookError(f"{source.name}: {problem}; run it again")
    _make_portable(finished, source, target)
    write_text(target, nbformat.writes(finished) + "\n")
    scratch.unlink()


def _papermill(source: Path, target: Path, parameters: Mapping[str, Any]) -> None:
    import papermill

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        papermill.execute_notebook(
            _literal(source), _literal(target), parameters=dict(parameters), kernel_name="python3",
            cwd=str(PROJECT_ROOT), start_timeout=START_SECONDS, progress_bar=False, log_output=False,
            extra_arguments=["--log-level=CRITICAL"],
        )  # fmt: skip


def _literal(path: Path) -> str:
    """A path for papermill, which fills parameters into what stands in braces: a folder's name may hold some."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _make_portable(notebook: nbformat.NotebookNode, source: Path, target: Path) -> None:
    """Evidence names files relative to the project, so that it reads the same on every machine."""
    metadata = notebook.metadata["papermill"]
    metadata["input_path"] = f"notebooks/{source.name}"
    metadata["output_path"] = f"notebooks/{target.name}"
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                output.text = _without_folders(output.text, target.parent.parent)


def _without_folders(text: str, run: Path) -> str:
    """What was printed (a warning names the file that it is of), without this machine's folders in front."""
    temporary = tempfile.gettempdir()  # where kernels name their cells: /tmp/ipykernel_123/456.py
    folders = {str(run), str(PROJECT_ROOT), sys.prefix, temporary, os.path.realpath(temporary)}
    for folder in sorted(folders, key=len, reverse=True):
        text = re.sub(rf"(?<![\w.~/\\-]){re.escape(folder)}[/\\]", "", text)
    return text
