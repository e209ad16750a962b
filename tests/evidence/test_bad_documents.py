"""Every document of a run with a value of the wrong kind somewhere: verify names a problem and never raises.

Bytes are mutated elsewhere; here the JSON stays JSON, so that it reaches the checks behind the parser.
"""

import json
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tunixlib.evidence.verify import verify_run
from tunixlib.trees import is_evidence

FAULTS = int(os.environ.get("TUNIXLIB_FAULTS", "1"))
SUFFIXES = (".json", ".jsonl", ".ipynb")
DEEPEST = 8

NUMBERS = (-1, 0, 3, 10**9, 2**70, 10**4_000, 2.5, 1e308, float("nan"))
TEXTS = ("", "x", "\ud800", "../x", "/x", "a" * 5_000)
WRONG = st.sampled_from([None, True, *NUMBERS, *TEXTS, [], [[]], [None], {}, {"": {}}])


def places(value: Any, place: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place of a document, the whole of it included, down to ``DEEPEST`` levels."""
    found = [place]
    if len(place) < DEEPEST:
        parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        found += [below for key, part in parts for below in places(part, (*place, key))]
    return found


def replaced(value: Any, place: tuple[str | int, ...], new: Any) -> Any:
    """The document with another value at a place."""
    if not place:
        return new
    copy = value.copy()
    copy[place[0]] = replaced(copy[place[0]], place[1:], new)
    return copy


def documents(run):
    files = sorted(path for path in run.root.rglob("*") if path.suffix in SUFFIXES and path.is_file())
    return [path for path in files if is_evidence(path.relative_to(run.root))]


def spoil(path, draw, new) -> tuple[str | int, ...]:
    """Put a value somewhere into one document; returns the place."""
    text = path.read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()] if path.suffix == ".jsonl" else json.loads(text)
    place = draw(places(rows))
    changed = replaced(rows, place, new)
    if path.suffix == ".jsonl":
        lines = changed if isinstance(changed, list) else [changed]
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    else:
        path.write_text(json.dumps(changed), encoding="utf-8")
    return place


def test_every_kind_of_document_is_among_those_that_are_spoilt(run):
    names = {path.name for path in documents(run)}
    assert {"run_manifest.json", "provenance.json", "claims.json", "eval_summary.json", "checkpoint.json"} <= names
    assert {"lengths.json", "order.jsonl", "metrics.jsonl", "dataset.jsonl", "base.jsonl", "01_seed.ipynb"} <= names


@settings(
    max_examples=40 * FAULTS, deadline=None, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
@given(st.data())
def test_a_value_of_the_wrong_kind_anywhere_is_a_problem_and_no_crash(run, data):
    files = documents(run)
    path = data.draw(st.sampled_from(files), label="file")
    before = path.read_bytes()
    try:
        place = spoil(path, lambda found: data.draw(st.sampled_from(found), label="place"), data.draw(WRONG))
        report = verify_run(run.root)
        assert report.problems, (path.name, place)
        assert all(str(problem) for problem in report.problems) and report.headline
    finally:
        path.write_bytes(before)


@pytest.mark.parametrize("document", ["null", "[]", "1", '"x"', "{}", "[" * 100_000, "1" * 5_000, "\ufeff{}", ""])
def test_every_document_may_be_another_one_altogether(run, document):
    for path in documents(run)[:: 3 if FAULTS == 1 else 1]:
        before = path.read_bytes()
        path.write_text(document, encoding="utf-8")
        assert verify_run(run.root).problems, path.name
        path.write_bytes(before)
