"""Checks of the run that was set beside this one: whether one should be, and that it says what is kept of it.

for problem in check_beside(evidence):
    print(problem)        # beside.json: found losses other than those of smoke-v1, expected ...
"""

from collections.abc import Iterator

from tunixlib.analysis.beside import BESIDE, beside_document
from tunixlib.artifacts import sha256_file
from tunixlib.evidence.problems import Problem, shorten
from tunixlib.evidence.sealed_run import Evidence
from tunixlib.runs import MANIFEST, Run

ANALYSE = "run 06_analysis again"


def check_beside(evidence: Evidence) -> Iterator[Problem]:
    """``beside.json`` is there when ``BESIDE_RUN`` names a run, and is what that run gives where it lies beside.

    Where the other run does not lie there, what is kept of it stands on its own.
    """
    asked = evidence.parameters("06_analysis").get("BESIDE_RUN", "")
    there = BESIDE in evidence.hashes
    if there != bool(asked):
        found, expected = ("a file", "none") if there else ("no file", "one")
        yield Problem(BESIDE, found, f"{expected} as BESIDE_RUN = {asked!r} says", ANALYSE)
    if not there:
        return
    document = evidence.json(BESIDE)
    if document["run_id"] != asked:
        yield Problem(BESIDE, f"run_id {shorten(document['run_id'], 40)}", f"{asked!r} as BESIDE_RUN says", ANALYSE)
        return
    other = Run(evidence.root.parent / asked)
    if other.sealed and sha256_file(other.path(MANIFEST)) != document["manifest_sha256"]:
        remedy = "restore that run, move it away, or make this run again"
        yield Problem(BESIDE, f"kept of another {asked} than lies beside this run", "the same", remedy)
    elif other.sealed:
        expected_document = beside_document(evidence.run, other)
        for key in sorted(document.keys() | expected_document.keys()):
            if document.get(key) != expected_document.get(key):
                yield Problem(BESIDE, f"other {key} than those of {asked}", "what that run's files give", ANALYSE)
