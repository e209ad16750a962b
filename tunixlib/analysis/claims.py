"""claims.json: every number a run publishes, as a sentence with its value, its interval, its source and a verdict.

    write_claims(run)        # writes claims.json; ``verify`` builds the claims again and compares

    {"id": "eval-core/flat/accuracy", "value": 0.31, "interval": [0.27, 0.35], "verdict": "measured",
     "text": "flat answers 155 of 500 items of eval-core correctly inside the answer tags: 31.0 % (95 % interval ...).",
     "template": "...", "fields": {"k": 155, "n": 500, ...},
     "source": {"file": "eval_summary.json", "sha256": "...", "pointer": "/scorecards/1/accuracy/rate"}}

``source`` is a file with a JSON pointer, or ``recompute``, the function that gives the value, with the files it reads.

The rule for verdicts. A claim of a difference, "a answers more items correctly than b", is *supported* when the 95 %
interval of a - b lies above 0 and the p-value, adjusted by Holm over all comparisons of the run, is below 0.05. It is
*not supported* when the interval lies below 0 and that p-value is below 0.05. Otherwise it is *undecided*, and always
where there is nothing to see: both at 0, both at 1, or fewer than six items on which the two differ. Comparisons of the
arms of self-correction are adjusted by themselves, over the family in ``correction_comparisons``; one that cannot tell
wrong works from right ones is never said to judge them better. The claim that two
arms had the same amount of training is supported when steps, tokens and tokens of completions are equal, else not
supported; losses beside those of another run have the rule of ``beside_claims``. What is only counted is *measured*;
where nothing could be (0 of 0) the claim has no value and is undecided.
"""

import math
from collections.abc import Iterator
from typing import Any

from tunixlib.analysis.beside_claims import beside_claims
from tunixlib.analysis.claim_kinds import scorecard_claims
from tunixlib.analysis.comparison_claims import comparison_claims
from tunixlib.analysis.correction_claims import correction_claims
from tunixlib.analysis.trace_claims import trace_claims
from tunixlib.analysis.training_claims import training_claims
from tunixlib.artifacts import ArtifactError, read_json, write_json
from tunixlib.runs import Run

CLAIMS_VERSION = "1.0"
REDO = "run 06_analysis again, or restore the files it read"


def build_claims(run: Run) -> dict[str, Any]:
    """The claims document that follows from the run's files. Raises ArtifactError when one of them is missing."""
    claims = [*scorecard_claims(run), *trace_claims(run), *comparison_claims(run), *training_claims(run)]
    claims += [*correction_claims(run), *beside_claims(run)]
    return {"claims_version": CLAIMS_VERSION, "claims": claims}


def write_claims(run: Run) -> dict[str, Any]:
    """Write ``claims.json`` and return it."""
    document = build_claims(run)
    write_json(run.path("claims.json"), document)
    return document


def read_claims(run: Run) -> dict[str, dict[str, Any]]:
    """Claim id -> claim, in the order of ``claims.json``. Raises ArtifactError when the file holds no claims."""
    path = run.path("claims.json")
    document = read_json(path)
    version = document.get("claims_version") if isinstance(document, dict) else None
    if version != CLAIMS_VERSION or not isinstance(document.get("claims"), list):
        raise ArtifactError(f"{path}: found claims_version {version!r}, expected {CLAIMS_VERSION!r}; {REDO}")
    claims: dict[str, dict[str, Any]] = {}
    for number, claim in enumerate(document["claims"], start=1):
        claim_id = claim.get("id") if isinstance(claim, dict) else None
        if not isinstance(claim_id, str) or claim_id in claims:
            raise ArtifactError(f"{path}, claim {number}: found id {claim_id!r}, expected one of its own; {REDO}")
        claims[claim_id] = claim
    return claims


def differences(found: Any, expected: Any, pointer: str) -> Iterator[tuple[str, str, str]]:
    """``(JSON pointer, found, expected)`` for every place where two JSON values differ; numbers to 1 in 10^9."""
    if isinstance(found, dict) and isinstance(expected, dict):
        for key in sorted(found.keys() | expected.keys()):
            if key in found and key in expected:
                yield from differences(found[key], expected[key], f"{pointer}/{key}")
            else:
                one, other = (repr(side[key]) if key in side else "nothing" for side in (found, expected))
                yield f"{pointer}/{key}", one, other
    elif isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        for index, (one, other) in enumerate(zip(found, expected, strict=True)):
            yield from differences(one, other, f"{pointer}/{index}")
    elif not _same(found, expected):
        yield pointer, repr(found), repr(expected)


def _same(found: Any, expected: Any) -> bool:
    if type(found) is type(expected) and not isinstance(found, float):
        return bool(found == expected)
    numbers = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in (found, expected))
    return numbers and math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-12)
