"""Verify a sealed run offline: no GPU, no weights, no network. Every byte is hashed, every number recomputed.

    report = verify_run(Path("submission_runs/smoke-v1"))
    print(report.headline)      # run smoke-v1: 57 files, 9 checks, no problem found in 0.31 s
    for problem in report.problems:
        print(problem)          # eval_summary.json: found primary_score 0.9, expected 0.4; run 05_evaluate again

Hashes alone prove little, since whoever changes a file can change its hash: so what can be recomputed is.
"""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tunixlib.runs import MANIFEST, RunError
from tunixlib.submission.check_data import check_data
from tunixlib.submission.check_files import check_bytes, check_hashes, check_manifest
from tunixlib.submission.check_records import check_provenance
from tunixlib.submission.check_results import check_claims, check_predictions
from tunixlib.submission.check_training import check_training
from tunixlib.submission.evidence import Evidence
from tunixlib.submission.notebook_check import check_notebooks
from tunixlib.submission.problems import Problem, Report, shorten

__all__ = ["CHECKS", "Problem", "Report", "verify_run"]

Check = Callable[[Evidence], Iterator[Problem]]

# What is checked, and the file that is named when its content is too broken for the check to go on.
CHECKS: tuple[tuple[str, str, Check], ...] = (
    ("manifest", MANIFEST, check_manifest),
    ("hashes", MANIFEST, check_hashes),
    ("bytes", MANIFEST, check_bytes),
    ("provenance", "provenance.json", check_provenance),
    ("data", "data", check_data),
    ("training", "training", check_training),
    ("predictions", "predictions", check_predictions),
    ("claims", "claims.json", check_claims),
    ("notebooks", "notebooks", check_notebooks),
)

# What content of the wrong kind raises: missing files and keys, values of other types, numbers without meaning.
BROKEN = (OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)
BROKEN_CONTENT = (*BROKEN, SyntaxError, StopIteration, RunError)


def verify_run(folder: Path) -> Report:
    """Check a sealed run against itself and the repository's data. Never raises: whatever is wrong is a problem."""
    started = time.perf_counter()
    manifest = _read_manifest(folder)
    if isinstance(manifest, Problem):
        return Report(folder.name, 0, 1, time.perf_counter() - started, [manifest])
    evidence = Evidence(folder.resolve(), manifest)
    problems = [problem for name, file, check in CHECKS for problem in _guarded(evidence, name, file, check)]
    seconds = time.perf_counter() - started
    return Report(folder.resolve().name, len(evidence.hashes) + 1, len(CHECKS), seconds, list(dict.fromkeys(problems)))


def _read_manifest(folder: Path) -> dict[str, Any] | Problem:
    remedy = (
        "name the folder of one; a run that stopped is finished and sealed by repeating its command, one whose "
        "notebooks were run by hand by `python -m tunixlib seal RUN`"
    )
    path = folder / MANIFEST
    if not path.is_file():
        what = f"no {MANIFEST}" if folder.is_dir() else "no such folder"
        return Problem(str(folder), what, "the folder of a sealed run", remedy)
    try:
        manifest = json.loads(path.read_bytes())
    except (ValueError, RecursionError, OSError) as error:
        return Problem(MANIFEST, f"content that cannot be read ({shorten(str(error))})", "JSON", remedy)
    if not isinstance(manifest, dict):
        return Problem(MANIFEST, f"a {type(manifest).__name__}", "a JSON object", remedy)
    return manifest


def _guarded(evidence: Evidence, name: str, file: str, check: Check) -> Iterator[Problem]:
    try:
        yield from check(evidence)
    except BROKEN_CONTENT as error:
        found = f"content with which the check of {name} cannot go on ({type(error).__name__}: {shorten(str(error))})"
        yield Problem(_named(evidence, error) or file, found, "files of their form; other problems may say more")


def _named(evidence: Evidence, error: BaseException) -> str:
    """The file of the run that an error of the system is about."""
    path = Path(str(error.filename)) if isinstance(error, OSError) and error.filename else None
    return path.relative_to(evidence.root).as_posix() if path and path.is_relative_to(evidence.root) else ""
