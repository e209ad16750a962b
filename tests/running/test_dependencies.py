import nbformat
import pytest

from tunixlib.running.dependencies import code_sha256, imported_modules, reachable, source_sha256
from tunixlib.trees import PROJECT_ROOT


@pytest.fixture
def project(tmp_path):
    """A package of four modules: the notebook imports a, which imports b; c stands alone."""
    package = tmp_path / "tunixlib"
    package.mkdir()
    for name, code in {"__init__": "", "a": "from tunixlib import b", "b": "X = 1", "c": "Y = 1"}.items():
        (package / f"{name}.py").write_text(code)
    cells = [nbformat.v4.new_markdown_cell("# T"), nbformat.v4.new_code_cell("%time 1\nfrom tunixlib.a import b")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "n.ipynb")
    return tmp_path


def test_code_changes_when_any_reached_module_changes_and_only_then(project):
    before = code_sha256(project / "n.ipynb", project)
    (project / "tunixlib" / "c.py").write_text("Y = 2")
    assert code_sha256(project / "n.ipynb", project) == before
    (project / "tunixlib" / "b.py").write_text("X = 2")
    assert code_sha256(project / "n.ipynb", project) != before


def test_a_notebook_changes_with_its_words_not_with_its_outputs(project):
    path = project / "n.ipynb"
    before = source_sha256(path)
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].execution_count = 7
    nbformat.write(notebook, path)
    assert source_sha256(path) == before
    notebook.cells[0].source = "# Another title"
    nbformat.write(notebook, path)
    assert source_sha256(path) != before


def test_imports_are_read_in_both_forms():
    code = (
        "import os, tunixlib.runs\nfrom tunixlib import traces\nfrom tunixlib.seeding.gate import check_disjoint as c"
    )
    assert {"tunixlib.runs", "tunixlib.traces", "tunixlib.seeding.gate"} <= imported_modules(code)
    assert not {name for name in imported_modules(code) if name.startswith("os")}


def test_seeding_depends_on_every_family_and_training_does_not_depend_on_figures():
    seeding = {path.relative_to(PROJECT_ROOT).as_posix() for path in reachable(["tunixlib.seeding.datasets"])}
    assert "tunixlib/seeding/tasks/addition.py" in seeding
    assert "tunixlib/seeding/tasks/unseen/book_pages.py" in seeding
    training = {path.relative_to(PROJECT_ROOT).as_posix() for path in reachable(["tunixlib.training.run_arm"])}
    assert "tunixlib/modeling/tiny.py" in training
    assert not {name for name in training if "analysis" in name or "submission" in name}
