"""Which code a notebook depends on: the modules it imports from tunixlib, and what those import, by reading them.

code_sha256(Path("notebooks/01_seed.ipynb"))    # changes when any of that code changes, and only then
"""

import ast
from collections.abc import Iterable
from pathlib import Path

import nbformat

from tunixlib.artifacts import canonical_json, sha256_file, sha256_text
from tunixlib.running.notebooks import NotebookError
from tunixlib.trees import PROJECT_ROOT

# What nbformat raises on JSON that is no notebook, depending on what is missing in it.
NO_NOTEBOOK = (
    nbformat.ValidationError, ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError,
)  # fmt: skip


def code_sha256(notebook: Path, root: Path = PROJECT_ROOT) -> str:
    """One hash over every tunixlib file that a notebook can reach through imports."""
    try:
        modules = imported_modules(_code(notebook))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:  # MemoryError: the parser's own depth
        raise NotebookError(f"{notebook.name}: found code that Python cannot read ({error}); correct it") from None
    files = reachable(modules, root)
    return sha256_text(canonical_json({path.relative_to(root).as_posix(): sha256_file(path) for path in files}))


def source_sha256(notebook: Path) -> str:
    """The hash of a notebook's cells: what it says, not how the file is formatted."""
    return sha256_text(canonical_json([list(cell) for cell in _cells(notebook)]))


def _cells(notebook: Path) -> list[tuple[str, str]]:
    """Kind and source of every cell. Raises NotebookError when the file is no notebook."""
    try:
        cells = nbformat.read(notebook, as_version=4).cells
        found = [(cell.cell_type, cell.source) for cell in cells]
    except NO_NOTEBOOK as error:
        reason = str(error).partition("\n")[0][:200]
        raise NotebookError(f"{notebook.name}: found no notebook ({reason}), expected one; restore the file") from None
    if not all(isinstance(part, str) for cell in found for part in cell):
        raise NotebookError(f"{notebook.name}: found a cell whose source is no text; restore the file")
    return found


def _code(notebook: Path) -> str:
    lines = (line for kind, source in _cells(notebook) if kind == "code" for line in source.splitlines())
    return "\n".join(line for line in lines if not line.lstrip().startswith(("%", "!")))


def imported_modules(code: str) -> set[str]:
    """The tunixlib modules that some code imports; ``from tunixlib import runs`` counts as ``tunixlib.runs``."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] == "tunixlib"}


def reachable(modules: Iterable[str], root: Path = PROJECT_ROOT) -> list[Path]:
    """The files of some modules, of their packages, and of everything those import, sorted.

    The package of problem families finds its modules by their names, so all of its files count.
    """
    files: set[Path] = set()
    waiting = list(modules)
    while waiting:
        for path in _files(waiting.pop(), root):
            if path not in files:
                files.add(path)
                waiting += imported_modules(path.read_text(encoding="utf-8"))
    return sorted(files)


def _files(module: str, root: Path) -> list[Path]:
    parts = module.split(".")
    packages = [root.joinpath(*parts[:n], "__init__.py") for n in range(1, len(parts) + 1)]
    found = [path for path in [*packages, root.joinpath(*parts).with_suffix(".py")] if path.is_file()]
    if module == "tunixlib.seeding.tasks":
        found += sorted(root.joinpath(*parts).rglob("*.py"))
    return found
