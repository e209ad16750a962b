"""Croissant: what lies in the bundle's ``dataset/``, so that programs can find, check and read it.

    document = croissant(run, load_metadata())
    document["distribution"][0]      # {"@id": "adding-v1.jsonl", "sha256": "5d4f...", "contentSize": "8112 B", ...}

    mlcroissant.Dataset("dist/demo/dataset/croissant.json").records("adding-v1")      # the traces, one by one

JSON-LD after Croissant 1.0 with its RAI extension (https://docs.mlcommons.org/croissant/docs/croissant-spec.html). A
file of traces or of evaluation items, known by the keys of its rows, becomes a record set; sentences give what was
counted in those very files.
"""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from tunixlib import __version__
from tunixlib.artifacts import read_json, sha256_bytes
from tunixlib.runs import MANIFEST, Run
from tunixlib.submission.croissant_context import CONTEXT
from tunixlib.submission.data_card import truth_text
from tunixlib.submission.kaggle_metadata import KaggleMetadata
from tunixlib.submission.kaggle_rules import DATASET_LICENSES
from tunixlib.traces import ReasoningTrace

CONFORMS_TO = ["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0"]
FORMATS = {
    ".jsonl": "application/jsonlines",
    ".json": "application/json",
    ".zip": "application/zip",
    ".md": "text/markdown",
    ".png": "image/png",
}

# Key of a row -> what it holds. Steps and meta are objects, so they have fields of their own.
TRACE_KEYS = {"prompt": "the question, as the user's turn", "final_answer": "the answer, without the steps"}
STEP_KEYS = {"i": "place of the step", "type": "its role, such as compute", "content": "its text, what a model learns"}
META_KEYS = {"category": "kind of problem", "difficulty": "easy, medium or hard", "family": "generator of the problem"}
ITEM_KEYS = {
    "id": "evaluation set and number",
    "prompt": "the question, as the user's turn",
    "expected_answer": "the right answer",
    "section": "part of the evaluation set",
    **META_KEYS,
}

Rows = list[dict[str, Any]]


def croissant(run: Run, meta: KaggleMetadata, files: Mapping[str, bytes | Path] | None = None) -> dict[str, Any]:
    """The JSON-LD document for files that lie beside it: name -> bytes or path; by default the run's data files.

    Raises ArtifactError when the run is not sealed: its manifest names model, data and day.
    """
    if files is None:
        from tunixlib.submission.folders import data_files  # folders calls this function

        files = data_files(run)
    manifest = read_json(run.path(MANIFEST))
    contents = {name: data if isinstance(data, bytes) else data.read_bytes() for name, data in sorted(files.items())}
    rows = {name: _rows(data) for name, data in contents.items() if name.endswith(".jsonl")}
    traces = {name: found for name, found in rows.items() if _has(found, {"prompt", "steps", "final_answer"})}
    items = {name: found for name, found in rows.items() if _has(found, {"id", "prompt", "expected_answer"})}
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        **_about(manifest, meta),
        **_responsible(traces, items),
        "distribution": [_file_object(name, data) for name, data in contents.items()],
        "recordSet": [
            *(_trace_records(name, found) for name, found in traces.items()),
            *(_item_records(name, found) for name, found in items.items()),
        ],
    }


def _rows(data: bytes) -> Rows:
    return [json.loads(line) for line in data.splitlines() if line.strip()]


def _has(rows: Rows, keys: set[str]) -> bool:
    """Whether the rows are of the kind with these keys. Predictions hold an item's keys, too, but are none."""
    return bool(rows) and all(keys <= row.keys() and "completion" not in row for row in rows)


def _about(manifest: Mapping[str, Any], meta: KaggleMetadata) -> dict[str, Any]:
    entry, day = meta.dataset, manifest["timestamp"][:10]
    url = f"https://www.kaggle.com/datasets/{meta.owner}/{entry.slug}"
    spdx = DATASET_LICENSES[entry.license]
    return {
        "name": entry.title,
        "description": f"{entry.subtitle or entry.title}. Run {manifest['run_id']} trained "
        f"{manifest['model']['model_id']} on {manifest['dataset']['dataset_key']}, sha256 "
        f"{manifest['dataset']['sha256']}; its evidence can be checked with the package tunixlib.",
        "url": url,
        "license": f"https://spdx.org/licenses/{spdx}.html" if spdx else entry.license,
        "creator": {"@type": "sc:Person", "name": meta.owner},
        "citeAs": f"@misc{{{entry.slug}, author = {{{meta.owner}}}, title = {{{entry.title}}}, year = {{{day[:4]}}}, "
        f"url = {{{url}}}}}",
        "datePublished": day,  # when the run was sealed; it cannot be published before
        "inLanguage": "en",
        "isLiveDataset": False,
        "keywords": ["reasoning", "worked steps", *meta.kernel.keywords],
        "version": f"{manifest['run_version']}.0",
    }


def _responsible(traces: Mapping[str, Rows], items: Mapping[str, Rows]) -> dict[str, Any]:
    """The RAI fields: where the data comes from, how it was checked and what it lacks, as far as that is known."""
    found: dict[str, Any] = {
        "rai:dataUseCases": [
            *(f"{name}: supervised fine-tuning on steps and answer" for name in traces),
            *(f"{name}: evaluation only, never training" for name in items),
        ],
        "rai:dataBiases": [f"{name}: {_shares(rows)}" for name, rows in {**traces, **items}.items()],
    }
    if traces:
        found |= {
            "rai:dataCollection": " ".join(_origin(name, rows) for name, rows in traces.items()),
            "rai:dataAnnotationProtocol": "A program decided the arithmetic that each step states, with exact "
            "fractions; steps that state none are counted as unchecked.",
            "rai:dataAnnotationAnalysis": [f"{name}: {_truth(rows)}" for name, rows in traces.items()],
            "rai:machineAnnotationTools": [f"tunixlib.checking {__version__}"],
            "rai:dataLimitations": [f"{name}: {_lengths(rows)}" for name, rows in traces.items()],
        }
    return found


def _origin(name: str, rows: Rows) -> str:
    """Seeded traces name their recipe in ``meta``; nothing is known of the origin of others."""
    recipes = {(row.get("meta", {}).get("dataset_key"), row.get("meta", {}).get("seed")) for row in rows}
    key, seed = recipes.pop()
    if recipes or key is None or not isinstance(seed, int):
        return f"{name}: {len(rows)} traces brought from a file."
    recipe = f"python -m tunixlib seed --dataset {key} --traces {len(rows)} --seed {seed} --out data/{key}"
    return f"{name}: {len(rows)} traces written by rules, without people or models: {recipe}."


def _shares(rows: Rows) -> str:
    counts = Counter(str(row.get("meta", row).get("category", "unknown")) for row in rows)
    return f"of {len(rows)} rows {', '.join(f'{count} {category}' for category, count in sorted(counts.items()))}"


def _truth(rows: Rows) -> str:
    return truth_text([ReasoningTrace.model_validate(row) for row in rows])


def _lengths(rows: Rows) -> str:
    steps, prompts = [len(row["steps"]) for row in rows], [len(row["prompt"]) for row in rows]
    return f"{min(steps)} to {max(steps)} steps, prompts of {min(prompts)} to {max(prompts)} characters"


def _file_object(name: str, data: bytes) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "contentSize": f"{len(data)} B",
        "encodingFormat": FORMATS.get(PurePosixPath(name).suffix, "text/plain"),
        "sha256": sha256_bytes(data),
    }


def _trace_records(name: str, rows: Rows) -> dict[str, Any]:
    key = PurePosixPath(name).stem
    there = {part for row in rows for part in row.get("meta", {})}
    steps = {"@type": "cr:Field", "@id": f"{key}/steps", "name": "steps", "repeated": True}
    steps |= {"description": "the work, in order", "subField": _fields(f"{key}/steps", STEP_KEYS, name, "steps")}
    meta = _fields(key, {part: words for part, words in META_KEYS.items() if part in there}, name, "meta")
    return _record_set(key, f"{len(rows)} traces", [*_fields(key, TRACE_KEYS, name), steps, *meta])


def _item_records(name: str, rows: Rows) -> dict[str, Any]:
    key = PurePosixPath(name).stem
    there = {part for row in rows for part in row}
    fields = _fields(key, {part: words for part, words in ITEM_KEYS.items() if part in there}, name)
    return _record_set(key, f"{len(rows)} evaluation items", fields) | {"key": {"@id": f"{key}/id"}}


def _record_set(key: str, description: str, fields: list[dict[str, Any]]) -> dict[str, Any]:
    return {"@type": "cr:RecordSet", "@id": key, "name": key, "description": description, "field": fields}


def _fields(place: str, keys: Mapping[str, str], file: str, column: str = "") -> list[dict[str, Any]]:
    """One field for each key: a column of the file, or a key inside of one."""
    return [_field(place, name, words, file, column) for name, words in keys.items()]


def _field(place: str, name: str, description: str, file: str, column: str) -> dict[str, Any]:
    source: dict[str, Any] = {"fileObject": {"@id": file}, "extract": {"column": column or name}}
    if column:
        source["transform"] = {"jsonPath": name}
    return {
        "@type": "cr:Field",
        "@id": f"{place}/{name}",
        "name": name,
        "description": description,
        "dataType": "sc:Integer" if name == "i" else "sc:Text",
        "source": source,
    }
