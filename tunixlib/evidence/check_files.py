"""Checks of a run's files as files: the manifest, every hash, canonical bytes, the form of every document.

for problem in check_hashes(evidence):
    print(problem)        # data/stage_a.jsonl: found sha256 9f2c..., expected 51aa...; restore the file ...
"""

import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from tunixlib.artifacts import canonical_json, pretty_json
from tunixlib.evidence import schemas
from tunixlib.evidence.leaks import leaks_in
from tunixlib.evidence.problems import RESTORE, Problem, shorten
from tunixlib.evidence.sealed_run import Evidence
from tunixlib.evidence.sealing import manifest_digest
from tunixlib.modeling.checkpoints import CheckpointRecord
from tunixlib.runs import MANIFEST

SUFFIXES = (".json", ".jsonl", ".md", ".ipynb", ".png")

# Which document has which form; the first pattern that fits counts.
FORMS: tuple[tuple[str, type[BaseModel]], ...] = (
    (r"provenance\.json", schemas.Provenance),
    (r"eval_summary\.json", schemas.Summary),
    (r"beside\.json", schemas.Beside),
    (r"training/[^/]+/lengths\.json", schemas.Lengths),
    (r"training/.+/checkpoint\.json", CheckpointRecord),
    (r"training/.+/metrics\.jsonl", schemas.MetricsRow),
    (r"training/.+/order\.jsonl", schemas.StepRow),
    (r"predictions/.+\.jsonl", schemas.Prediction),
    (r"second_pass/.+\.jsonl", schemas.SecondLook),
)


def check_manifest(evidence: Evidence) -> Iterator[Problem]:
    """The manifest has its form, its own digest, and the name of its folder."""
    manifest = evidence.manifest
    if (evidence.root / MANIFEST).is_symlink():
        yield Problem(MANIFEST, "a link", "the file itself")
    yield from form_problems(MANIFEST, schemas.Manifest, manifest)
    digest = manifest_digest(manifest)
    if manifest.get("digest") != digest:
        yield Problem(MANIFEST, f"digest {shorten(manifest.get('digest'), 20)}", f"{digest[:16]}... of its content")
    if manifest.get("run_id") != evidence.root.name:
        name = manifest.get("run_id")
        yield Problem(
            MANIFEST, f"run_id {name!r} in a folder named {evidence.root.name!r}", "one name", "rename the folder back"
        )


def check_hashes(evidence: Evidence) -> Iterator[Problem]:
    """Every file that the manifest names lies there with that hash, and no other file does."""
    named: dict[str, str] = evidence.manifest["files"]
    for name in sorted(named.keys() - evidence.hashes.keys()):
        yield Problem(name, "no such file", "it, since the manifest names it")
    for name, sha in evidence.hashes.items():
        if name not in named:
            yield Problem(name, "a file that the manifest does not name", "no such file", "move it out of the run")
        elif named[name] != sha:
            yield Problem(name, f"sha256 {sha[:16]}...", f"{str(named[name])[:16]}... as the manifest says")
        if (evidence.root / name).is_symlink():
            yield Problem(name, "a link", "the file itself")


def check_bytes(evidence: Evidence) -> Iterator[Problem]:
    """Text is UTF-8 with LF, JSON is canonical and of its form, nothing is null, no path or secret leaks."""
    for name in (*evidence.hashes, MANIFEST):
        suffix = name[name.rfind(".") :]
        if suffix not in SUFFIXES:
            yield Problem(name, f"a file of kind {suffix!r}", f"one of {', '.join(SUFFIXES)}", "move it out of the run")
        elif suffix != ".png":
            yield from _text_problems(evidence, name, suffix)


def _text_problems(evidence: Evidence, name: str, suffix: str) -> Iterator[Problem]:
    try:
        text = evidence.text(name)
        value = _parsed(evidence, name, suffix)
    except (ValueError, RecursionError) as error:
        yield Problem(name, f"content that cannot be read ({shorten(str(error))})", "UTF-8 text that is whole")
        return
    if "\r" in text:
        yield Problem(name, "carriage returns", "lines that end in LF", "restore the file with its own line ends")
    if suffix in (".json", ".jsonl"):
        yield from _json_problems(name, suffix, text, value)
    yield from leaks_in(name, text, value)


def _parsed(evidence: Evidence, name: str, suffix: str) -> Any:
    if suffix == ".jsonl":
        return evidence.rows(name)
    return evidence.text(name) if suffix == ".md" else evidence.json(name)


def _json_problems(name: str, suffix: str, text: str, value: Any) -> Iterator[Problem]:
    try:
        rows = suffix == ".jsonl"
        canonical = "".join(canonical_json(row) + "\n" for row in value) if rows else pretty_json(value)
    except ValueError:
        yield Problem(name, "NaN or an infinity", "finite numbers")
        return
    if text != canonical:
        place = _first_difference(text, canonical)
        yield Problem(name, f"bytes that are not canonical from line {place} on", "sorted keys and one form of spaces")
    for number, row in enumerate(value if rows else [value], start=1):
        where = f"line {number}, " if rows else ""
        if "null" in text:
            yield from (Problem(name, f"{where}null at {place}", "a value or no key") for place in nulls(name, row))
        for pattern, model in FORMS:
            if re.fullmatch(pattern, name):
                yield from form_problems(name, model, row, where)


def _first_difference(text: str, canonical: str) -> int:
    pairs = zip(text.split("\n"), canonical.split("\n"), strict=False)
    return next((number for number, (one, other) in enumerate(pairs, start=1) if one != other), text.count("\n") + 1)


def nulls(name: str, value: Any, place: str = "") -> Iterator[str]:
    """Where a document holds null. ``meta`` of a trace is its owner's and may."""
    if value is None:
        yield place or "/"
    elif isinstance(value, dict):
        for key, part in value.items():
            if not (name.startswith("data/") and place == "" and key == "meta"):
                yield from nulls(name, part, f"{place}/{key}")
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from nulls(name, part, f"{place}/{number}")


def form_problems(name: str, model: type[BaseModel], value: Any, where: str = "") -> Iterator[Problem]:
    """What a document's schema says against it, one problem for each field."""
    try:
        model.model_validate(value)
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            field = "/".join(str(part) for part in fault["loc"]) or "(all of it)"
            given = "" if fault["type"] == "missing" else f" {shorten(fault['input'], 40)}"
            yield Problem(name, f"{where}field {field}{given}", fault["msg"], RESTORE)
