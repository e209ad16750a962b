"""Verify a sealed run offline: no GPU, no weights, no network. Every byte is hashed, every number recomputed.

    report = verify_run(Path("submission_runs/smoke-v1"))
    print(report.headline)      # run smoke-v1: 49 files, 11 checks, no problem found in 0.31 s; no weights here
    for problem in report.problems:
        print(problem)          # eval_summary.json: found primary_score 0.9, expected 0.4; run 05_evaluate again

Hashes alone prove little, since whoever changes a file can change its hash: so what can be recomputed is. Whoever
changes the following, and then every hash, leaves a run without contradiction; only the git commit answers, in which
the run was published:

* what a model wrote: a completion together with its grade and all that is counted from it, a completion in ways that
  change no count, the numbers of tokens of two completions exchanged, with their sum kept
* what was measured: losses but the last (it is in ``eval_summary.json``), gradient norms, seconds with the speeds that
  follow from them, loss scales; ``--recheck-loss`` computes the first loss of each segment again
* targets of a step moved to another step, or trace lengths and all that follows from them: ``--recheck-loss`` counts
  both again with the tokenizer
* whether errors of retries carried loss (``MASK_ERRORS``): ``--recheck-loss`` computes with it
* weights, tokenizer and configuration of checkpoints that do not lie here
* names of machine, packages, threads, command, commit, profile and times, where nothing else in the run says the same;
  settings of the optimizer that no parameter names, changed in every segment alike
* pictures that are exchanged in ``figures/`` and in the notebook alike (``reproduce`` draws them again), and words that
  notebooks print other than the results in ``shown``
* what ``beside.json`` keeps of another run, where that one does not lie beside this one
* data sets that the repository does not hold; shown works among them, as far as labels, marks and verdicts agree
"""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tunixlib.evidence.check_beside import check_beside
from tunixlib.evidence.check_data import absent_data, check_data
from tunixlib.evidence.check_files import check_bytes, check_hashes, check_manifest
from tunixlib.evidence.check_records import check_provenance
from tunixlib.evidence.check_results import check_claims, check_predictions
from tunixlib.evidence.check_training import check_training
from tunixlib.evidence.locks import lock_problems
from tunixlib.evidence.notebook_check import check_notebooks
from tunixlib.evidence.problems import Problem, Report, shorten
from tunixlib.evidence.sealed_run import Evidence
from tunixlib.evidence.sealing import seal
from tunixlib.runs import MANIFEST, Run, RunError

__all__ = ["CHECKS", "Problem", "Report", "seal_verified", "verify_run"]

Check = Callable[[Evidence], Iterator[Problem]]

# What is checked, and the file that is named when its content is too broken for the check to go on.
CHECKS: tuple[tuple[str, str, Check], ...] = (
    ("manifest: its form, its own digest, the folder's name", MANIFEST, check_manifest),
    ("lock: a locked submission is the one that was locked", MANIFEST, lambda evidence: lock_problems(evidence.root)),
    ("hashes: every file there with its sha256, and no other", MANIFEST, check_hashes),
    ("bytes: canonical text of its form, no null, path or secret", MANIFEST, check_bytes),
    ("provenance: each stage read what an earlier one wrote", "provenance.json", check_provenance),
    ("data: valid traces, exact stages, no question trained on", "data", check_data),
    ("training: orders, rates and checkpoints follow from data", "training", check_training),
    ("predictions: graded and counted again", "predictions", check_predictions),
    ("beside: what is kept of the run that was set beside this one", "beside.json", check_beside),
    ("claims: recomputed, and the analysis from them", "claims.json", check_claims),
    ("notebooks: run to their end, with these parameters, showing these results", "notebooks", check_notebooks),
)

# Problems that a message lists.
SHOWN = 10

# What content of the wrong kind raises: missing files and keys, values of other types, numbers without meaning.
BROKEN = (OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)
# Python's parser reports code that is nested too deep as SyntaxError, RecursionError or MemoryError.
BROKEN_CONTENT = (*BROKEN, SyntaxError, MemoryError, StopIteration, RunError)


def verify_run(folder: Path) -> Report:
    """Check a sealed run against itself and the repository's data. Never raises: whatever is wrong is a problem."""
    started = time.perf_counter()
    manifest = _read_manifest(folder)
    if isinstance(manifest, Problem):
        return Report(folder.name, 0, 1, time.perf_counter() - started, [manifest, *lock_problems(folder)])
    evidence = Evidence(folder.resolve(), manifest)
    found = {name: list(dict.fromkeys(_guarded(evidence, name, file, check))) for name, file, check in CHECKS}
    problems = list(dict.fromkeys(problem for by_check in found.values() for problem in by_check))
    return Report(
        evidence.root.name, len(evidence.hashes) + 1, len(CHECKS), time.perf_counter() - started, problems,
        {name: len(by_check) for name, by_check in found.items()}, _absent(evidence), len(evidence.weights),
    )  # fmt: skip


def seal_verified(run: Run) -> dict[str, Any]:
    """Seal a run, and take the seal back if it would not verify: raises RunError with the first problems.

    A sealed run is never written again, so what is wrong with it must be known before.
    """
    manifest = seal(run)
    problems = verify_run(run.root).problems
    if problems:
        run.path(MANIFEST).unlink()
        shown = "\n  ".join(str(problem) for problem in problems[:SHOWN])
        raise RunError(
            f"run {run.run_id!r} is not sealed, since it would not verify, {len(problems)} problems:\n  {shown}"
        )
    return manifest


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
        what = name.partition(":")[0]
        found = f"content with which the check of {what} cannot go on ({type(error).__name__}: {shorten(str(error))})"
        yield Problem(_named(evidence, error) or file, found, "files of their form; other problems may say more")


def _absent(evidence: Evidence) -> tuple[str, ...]:
    try:
        return tuple(absent_data(evidence))
    except BROKEN_CONTENT:  # a manifest that names no data: its own check says so
        return ()


def _named(evidence: Evidence, error: BaseException) -> str:
    """The file of the run that an error of the system is about."""
    path = Path(str(error.filename)) if isinstance(error, OSError) and error.filename else None
    return path.relative_to(evidence.root).as_posix() if path and path.is_relative_to(evidence.root) else ""
