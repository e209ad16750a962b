"""What a stage depends on: code, found by reading what its notebook imports, parameters, inputs, machine and packages.

code_sha256(Path("notebooks/01_seed.ipynb"))    # changes when any of that code changes, and only then
stage_key(run, notebook, parameters)            # a finished stage of the same key need not run again
"""

import ast
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import nbformat

from tunixlib.analysis.beside import beside_run
from tunixlib.artifacts import canonical_json, sha256_file, sha256_text
from tunixlib.evidence.environment import capture_environment
from tunixlib.modeling.models import model_folder, weights_sha256
from tunixlib.running.notebooks import NotebookError
from tunixlib.runs import MANIFEST, Run
from tunixlib.seeding.datasets import dataset_file
from tunixlib.stages import stage_named
from tunixlib.trees import PROJECT_ROOT, hash_tree

# What nbformat raises on JSON that is no notebook, depending on what is missing in it.
NO_NOTEBOOK = (
    nbformat.ValidationError, ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError,
)  # fmt: skip


def stage_key(run: Run, notebook: Path, parameters: Mapping[str, Any]) -> str:
    """What a finished stage depends on, as one hash: notebook, code, parameters, inputs, machine and packages."""
    depends = {
        "environment": capture_environment(),
        "notebook": source_sha256(notebook),
        "code": code_sha256(notebook),
        "parameters": dict(parameters),
        "inputs": hash_tree(run.root, stage_named(notebook.stem).reads),
        "outside": {**outside_inputs(parameters), **_beside(run, parameters)},
    }
    return sha256_text(canonical_json(depends))


def _beside(run: Run, parameters: Mapping[str, Any]) -> dict[str, str]:
    """The sha256 of the manifest of the run that a stage sets beside this one."""
    if not (other := parameters.get("BESIDE_RUN")):
        return {}
    return {"BESIDE_RUN": sha256_file(beside_run(run, other).path(MANIFEST))}


def outside_inputs(parameters: Mapping[str, Any]) -> dict[str, str]:
    """The sha256 of what a stage reads outside the run: data sets and base weights, named by parameters."""
    keys = [parameters["DATASET"]] if "DATASET" in parameters else []
    keys += [parameters["CORRECTION_DATASET"]] if "CORRECTION_DATASET" in parameters else []
    found = {key: sha256_file(dataset_file(key)) for key in [*keys, *parameters.get("EVAL_SETS", [])]}
    if "MODEL" in parameters:
        found["MODEL"] = weights_sha256(model_folder(parameters["MODEL"]))
    return found


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
