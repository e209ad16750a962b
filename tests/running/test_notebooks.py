import sys
import tempfile
from pathlib import Path

import nbformat
import pytest

from tunixlib.running.notebooks import NotebookError, execute
from tunixlib.runs import PROJECT_ROOT


def notebook(tmp_path, *cells):
    made = nbformat.v4.new_notebook()
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    parameters = nbformat.v4.new_code_cell("TEXT: str = 'default'  # any text")
    parameters.metadata["tags"] = ["parameters"]
    made.cells = [parameters, *(nbformat.v4.new_code_cell(cell) for cell in cells)]
    path = tmp_path / "n.ipynb"
    nbformat.write(made, path)
    return path


def test_parameters_are_data_whatever_they_hold(tmp_path):
    nasty = '\'); import os\n""" {TEXT} \\ é'
    source = notebook(tmp_path, "print(repr(TEXT))")
    execute(source, tmp_path / "out" / "n.ipynb", {"TEXT": nasty})
    done = nbformat.read(tmp_path / "out" / "n.ipynb", as_version=4)
    assert done.cells[-1].outputs[0].text.strip() == repr(nasty)
    assert done.metadata.papermill.output_path == "notebooks/n.ipynb"


def test_a_failing_cell_is_named_and_leaves_no_evidence(tmp_path):
    source = notebook(tmp_path, "x = 1", "raise ValueError('found 1, expected 2')", "y = 1")
    target, failed = tmp_path / "out" / "n.ipynb", tmp_path / "failed.ipynb"
    with pytest.raises(NotebookError, match=r"n\.ipynb, cell \d: ValueError: found 1, expected 2"):
        execute(source, target, {}, failed)
    assert not target.exists()
    assert failed.is_file(), "the failed copy is kept for reading"


def test_a_killed_kernel_is_no_finished_notebook(tmp_path):
    source = notebook(tmp_path, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "y = 1")
    target = tmp_path / "out" / "n.ipynb"
    with pytest.raises(NotebookError, match="kernel died"):
        execute(source, target, {})
    assert not target.exists()


def test_what_is_printed_names_no_folder_of_this_machine(tmp_path):
    inside = ["data", Path("tunixlib", "runs.py"), Path("lib", "x.py"), "https://example.org/tmp/x"]
    places = [tmp_path / "run" / inside[0], PROJECT_ROOT / inside[1], sys.prefix / inside[2], inside[3]]
    lines = [*(f"print({str(place)!r})" for place in places), "import warnings", "warnings.warn('found 1')"]
    execute(notebook(tmp_path, "\n".join(lines)), tmp_path / "run" / "notebooks" / "n.ipynb", {})
    done = nbformat.read(tmp_path / "run" / "notebooks" / "n.ipynb", as_version=4)
    printed, warned = (output.text for output in done.cells[-1].outputs)
    assert printed.split() == [str(place) for place in inside]
    assert warned.startswith("ipykernel_")
    assert warned.endswith("UserWarning: found 1\n  warnings.warn('found 1')\n")
    assert tempfile.gettempdir() not in warned
