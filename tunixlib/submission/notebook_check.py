"""Checks of executed notebooks and of pictures: what ran to its end, with these parameters, from this source.

>>> unfinished({"metadata": {"papermill": {"end_time": "2026-01-01"}}, "cells": [code_cell_without_count]})
'cell 0 was never run'

Executed copies are read as JSON: nbformat would take longer to import than all checks together.
"""

import ast
import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tunixlib.artifacts import canonical_json, sha256_text
from tunixlib.submission.evidence import Evidence
from tunixlib.submission.problems import Problem, shorten

INJECTED = "injected-parameters"
RERUN = "run the notebook again"

# Cells that end in one of these show a file of the run as it is.
_SHOWN_FIGURE = re.compile(r"Image\(figures\[\"(\w+)\"\]\)")
_SHOWN_ANALYSIS = 'Markdown(run.path("analysis.md").read_text(encoding="utf-8"))'


def unfinished(notebook: Mapping[str, Any]) -> str | None:
    """Why an executed notebook does not count as finished, or None when it does."""
    metadata = notebook["metadata"].get("papermill", {})
    if metadata.get("exception") or not metadata.get("end_time"):
        return f"papermill says end_time={metadata.get('end_time')}, exception={metadata.get('exception')}"
    for number, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] != "code" or not source_of(cell).strip():
            continue
        if not cell.get("execution_count"):
            return f"cell {number} was never run"
        if any(output["output_type"] == "error" for output in cell["outputs"]):
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
    for name in evidence.hashes:
        if name.endswith(".png") and not _is_png((evidence.root / name).read_bytes()):
            yield Problem(name, "bytes that are no whole PNG", "a PNG file", "run 06_analysis again")


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
    cells = [[cell["cell_type"], source_of(cell)] for cell in notebook["cells"] if not is_injected(cell)]
    if sha256_text(canonical_json(cells)) != note["source_sha256"]:
        yield Problem(name, "other cells", f"those of the source, sha256 {note['source_sha256'][:16]}...", RERUN)
    yield from _parameters(name, notebook["cells"], entry["parameters"], evidence.manifest["run_id"])
    for number, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] == "code":
            yield from _shown(evidence, name, number, cell)


def _parameters(
    name: str, cells: Sequence[Mapping[str, Any]], recorded: Mapping[str, Any], run_id: str
) -> Iterator[Problem]:
    tagged = [cell for cell in cells if {"parameters", INJECTED} & set(cell["metadata"].get("tags", []))]
    given = {key: value for cell in tagged for key, value in assignments(source_of(cell)).items()}
    expected = {**recorded, "RUN_ID": run_id}
    given.pop("RUNS_ROOT", None)
    for key in sorted(given.keys() | expected.keys()):
        if given.get(key, ...) != expected.get(key, ...):
            found, wanted = (shorten(side[key], 40) if key in side else "nothing" for side in (given, expected))
            yield Problem(name, f"parameter {key} = {found}", f"{wanted} as provenance.json says", RERUN)


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


def _shown(evidence: Evidence, name: str, number: int, cell: Mapping[str, Any]) -> Iterator[Problem]:
    """What a cell shows of the run's own files is those files."""
    last = source_of(cell).strip().rsplit("\n", 1)[-1]
    outputs = [output.get("data", {}) for output in cell["outputs"]]
    if figure := _SHOWN_FIGURE.fullmatch(last):
        file = f"figures/{figure[1]}.png"
        pictures = [base64.b64decode("".join(data["image/png"])) for data in outputs if "image/png" in data]
        if (evidence.root / file).read_bytes() not in pictures:
            yield Problem(name, f"another picture, or none, in cell {number}", f"{file} as it is", RERUN)
    texts = ["".join(data.get("text/markdown", "")) for data in outputs]
    if last == _SHOWN_ANALYSIS and evidence.text("analysis.md") not in texts:
        yield Problem(name, f"another text, or none, in cell {number}", "analysis.md as it is", RERUN)


def _is_png(data: bytes) -> bool:
    return data.startswith(b"\x89PNG\r\n\x1a\n") and data.endswith(b"IEND\xaeB`\x82")
