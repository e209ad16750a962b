"""The files of a study folder as they follow from its bar and its sealed runs, ready to be written or compared.

files = study_texts(Path("submission_runs"), bar, content, record)  # content: the bar's bytes
files |= study_figure(bar, files)
sorted(files)      # ["analysis.md", "bar.yaml", "claims.json", "figures/order_effect.png"]
document = study_document(Path("submission_runs"), bar, record, files)  # study.json, which names their sha256
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tunixlib.artifacts import pretty_json, sha256_bytes
from tunixlib.runs import Run
from tunixlib.studies.bar import Bar
from tunixlib.studies.claims import build_study_claims
from tunixlib.studies.correction import correction_results
from tunixlib.studies.figure import figure_names, study_png
from tunixlib.studies.machines import machine_words
from tunixlib.studies.plan import planned_runs
from tunixlib.studies.report import render_study
from tunixlib.studies.results import study_comparisons, study_runs
from tunixlib.studies.second_pass import second_pass_results

STUDY = "study.json"
STUDY_VERSION = "1.1"
BAR = "bar.yaml"


def study_texts(root: Path, bar: Bar, content: bytes, record: Mapping[str, Any]) -> dict[str, bytes]:
    """Relative path -> bytes of the bar, the claims and the analysis. Raises ArtifactError without the runs."""
    document = build_study_claims(root, bar)
    claims = document["claims"]
    machines = machine_words([Run(root / planned.run_id) for planned in planned_runs(bar)])
    return {
        BAR: content,
        "claims.json": pretty_json(document).encode("utf-8"),
        "analysis.md": render_study(bar, claims, record, machines).encode("utf-8"),
    }


def study_figure(bar: Bar, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Relative path -> bytes of the figures that the claims among ``files`` give."""
    claims = json.loads(files["claims.json"])["claims"]
    return {f"figures/{name}": study_png(bar, claims, name) for name in figure_names(bar, claims)}


def study_document(root: Path, bar: Bar, record: Mapping[str, Any], files: Mapping[str, bytes]) -> dict[str, Any]:
    """``study.json``: the record of bar and rules with their commits, runs with manifests, comparisons, other files.

    Where works were shown, ``correction``; where the runs hold a second pass, ``second_pass``.
    """
    further = {"correction": correction_results(root, bar), "second_pass": second_pass_results(root, bar)}
    return {
        "study_version": STUDY_VERSION,
        "study": bar.study,
        **record,
        "runs": study_runs(root, bar),
        "comparisons": study_comparisons(root, bar),
        **{name: found for name, found in further.items() if found},
        "files": {name: sha256_bytes(content) for name, content in sorted(files.items())},
    }
