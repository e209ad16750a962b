"""Checks of executed notebooks: what ran to its end, with these parameters, from this source, and shows these files.

>>> unfinished({"metadata": {"papermill": {"end_time": "2026-01-01"}}, "cells": [code_cell_without_count]})
'cell 0 was never run'

Executed copies are read as JSON: nbformat would take longer to import than all checks together.
"""

import ast
import io
import json
import re
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tunixlib.artifacts import canonical_json, sha256_text
from tunixlib.evidence.check_pictures import check_pictures
from tunixlib.evidence.environment import git
from tunixlib.evidence.problems import Problem, same, shorten
from tunixlib.evidence.sealed_run import Evidence
from tunixlib.evidence.shown import shown_problems
from tunixlib.trees import PROJECT_ROOT

INJECTED = "injected-parameters"
HEADING = "# Parameters"  # how papermill begins the cell that it puts in
RERUN = "run the notebook again"
_IN_COMMIT = re.compile(r"([0-9a-f]{40}|[0-9a-f]{64}):notebooks/\w+\.ipynb")


def unfinished(notebook: Mapping[str, Any]) -> str | None:
    """Why an executed notebook does not count as finished, or None when it does."""
    metadata = notebook["metadata"].get("papermill", {})
    if metadata.get("exception") or not metadata.get("end_time"):
        return f"papermill says end_time={metadata.get('end_time')}, exception={metadata.get('exception')}"
    last = 0
    for number, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] != "code" or not source_of(cell).strip():
            continue
        count = cell.get("execution_count")
        if not count:
            return f"cell {number} was never run"
        if count <= last or any(output.get("execution_count", count) != count for output in cell["outputs"]):
            return f"cell {number} was not run in its order"
        last = count
        if any(output.get("output_type") == "error" for output in cell["outputs"]):
            return f"cell {number} ended in an error"
    return None


def source_of(cell: Mapping[str, Any]) -> str:
    """A cell's text, whether it is stored as one string or as lines."""
    return "".join(cell["source"])


def is_injected(cell: Mapping[str, Any]) -> bool:
    """Whether papermill put this cell in."""
    return INJECTED in cell["metadata"].get("tags", [])


def check_notebooks(evidence: Evidence) -> Iterator[Problem]:
    """Executed notebooks are finished, whole, and ran with the recorded parameters; pictures are pictures."""
    recorded = set()
    for stage, entry in evidence.stages.items():
        note = entry.get("notebook")
        if note:
            recorded.add(note["executed"])
            yield from _notebook(evidence, stage, entry, note)
        elif evidence.manifest["profile"] != "interactive":
            yield Problem("provenance.json", f"no notebook for {stage}", "one, since a profile was run", RERUN)
    for name in sorted(evidence.below("notebooks").keys() - recorded):
        yield Problem(name, "a notebook that provenance.json does not name", "no such file", "move it out of the run")
    yield from check_pictures(evidence)
    yield from _committed_sources(evidence)


def _committed_sources(evidence: Evidence) -> Iterator[Problem]:
    """The sources are those of the commit that the manifest names, where git has it and the tree was clean."""
    notes = {stage: entry["notebook"] for stage, entry in evidence.stages.items() if "notebook" in entry}
    commit, several = evidence.manifest["commit"], any("commits" in note for note in evidence.manifest["notes"])
    if evidence.manifest["dirty"] or several or not notes or not (PROJECT_ROOT / ".git").exists():
        return
    places = [f"{commit}:notebooks/{stage}.ipynb" for stage in notes]
    if not all(_IN_COMMIT.fullmatch(place) for place in places):  # what a stranger wrote must not be an option of git
        return
    done = git(PROJECT_ROOT, "show", *places)
    if done is None or done.returncode:
        return
    text, decoder = done.stdout.decode("utf-8"), json.JSONDecoder()
    for note in notes.values():
        notebook, end = decoder.raw_decode(text.lstrip())
        text = text.lstrip()[end:]
        if cells_sha256(notebook) != note["source_sha256"]:
            yield Problem(note["executed"], "other cells", f"those of {note['source']} in commit {commit[:12]}", RERUN)


def cells_sha256(notebook: Mapping[str, Any]) -> str:
    """The hash of a notebook's cells but the injected one: what it says, not how the file is formatted."""
    cells = [[cell["cell_type"], source_of(cell)] for cell in notebook["cells"] if not is_injected(cell)]
    return sha256_text(canonical_json(cells))


def _notebook(evidence: Evidence, stage: str, entry: dict[str, Any], note: dict[str, str]) -> Iterator[Problem]:
    name = note["executed"]
    if name != f"notebooks/{stage}.ipynb" or note["source"] != name:
        yield Problem("provenance.json", f"{name} from {note['source']}", f"notebooks/{stage}.ipynb for both", RERUN)
        return
    if evidence.hashes.get(name) != note["executed_sha256"]:
        yield Problem(name, "another sha256", f"{note['executed_sha256'][:16]}... as provenance.json says", RERUN)
    notebook = evidence.json(name)
    if reason := unfinished(notebook):
        yield Problem(name, reason, "every cell run to its end", RERUN)
    if cells_sha256(notebook) != note["source_sha256"]:
        yield Problem(name, "other cells", f"those of the source, sha256 {note['source_sha256'][:16]}...", RERUN)
    yield from _injected(name, notebook)
    yield from _parameters(name, notebook["cells"], entry["parameters"], evidence.manifest["run_id"])
    for number, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] == "code":
            yield from shown_problems(evidence, name, number, cell, source_of(cell))


def _injected(name: str, notebook: Mapping[str, Any]) -> Iterator[Problem]:
    """The one cell that is not of the source gives parameters, those that papermill noted, and does nothing else."""
    cells = [cell for cell in notebook["cells"] if is_injected(cell)]
    given = assignments(source_of(cells[0])) if cells else {}
    statements = [node for cell in cells for node in ast.parse(source_of(cell)).body]
    if len(cells) > 1 or len(statements) != len(given):
        found = f"{len(statements)} statements in {len(cells)} cells that the source does not have"
        yield Problem(name, found, "one cell that gives each parameter once", RERUN)
    for cell in cells:
        comments = comments_of(source_of(cell))
        if cell["cell_type"] != "code" or comments != [HEADING]:
            found = f"a {cell['cell_type']} cell with the comments {shorten(comments)}"
            yield Problem(name, found, f"a code cell that says {HEADING!r} and gives the parameters", RERUN)
    noted = notebook["metadata"]["papermill"].get("parameters", {})
    if not same(noted, given):
        yield Problem(name, f"papermill's parameters {shorten(noted)}", f"the injected {shorten(given)}", RERUN)


def _parameters(
    name: str, cells: Sequence[Mapping[str, Any]], recorded: Mapping[str, Any], run_id: str
) -> Iterator[Problem]:
    tagged = [cell for cell in cells if {"parameters", INJECTED} & set(cell["metadata"].get("tags", []))]
    given = {key: value for cell in tagged for key, value in assignments(source_of(cell)).items()}
    expected = {**recorded, "RUN_ID": run_id}
    given.pop("RUNS_ROOT", None)
    for key in sorted(given.keys() | expected.keys()):
        if key not in given or key not in expected or not same(given[key], expected[key]):
            found, wanted = (shorten(side[key], 40) if key in side else "nothing" for side in (given, expected))
            yield Problem(name, f"parameter {key} = {found}", f"{wanted} as provenance.json says", RERUN)


def comments_of(source: str) -> list[str]:
    """The comments of Python source, in order. Raises SyntaxError where it is none."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]


def assignments(source: str) -> dict[str, Any]:
    """The literal values that a parameters cell assigns: ``EPOCHS: list[int] = [2, 2]`` -> ``{"EPOCHS": [2, 2]}``.

    Raises ValueError or SyntaxError when a value is not a literal.
    """
    found = {}
    for node in ast.parse(source).body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        for target in targets:
            if isinstance(target, ast.Name) and isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
                found[target.id] = ast.literal_eval(node.value)
    return found
