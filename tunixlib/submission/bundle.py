"""What is published of a run: one HTML page and one zip with all that it takes to check the run elsewhere.

    publish(Run.open("smoke-v1"))      # dist/smoke-v1/report.html, dist/smoke-v1/bundle.zip

The same run and the same sources give the same bytes: names are sorted, times are those of the zip format's first day.
No weights, no working state, no hidden files.
"""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tunixlib.artifacts import read_json, sha256_bytes, write_bytes, write_text
from tunixlib.runs import MANIFEST, PROJECT_ROOT, Run, RunError
from tunixlib.seeding import datasets
from tunixlib.submission.cards import dataset_card, model_card
from tunixlib.submission.facts import read_facts
from tunixlib.submission.report import render_report
from tunixlib.submission.sealing import evidence_files
from tunixlib.tables import markdown_table

DIST = PROJECT_ROOT / "dist"
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
PLAIN_FILE = 0o100644 << 16  # a regular file, rw-r--r--
UNIX = 3

# Part of the bundle -> the files of the project that belong to it.
SOURCES = {
    "notebooks": ("notebooks/*.ipynb", "notebooks/profiles/*.yaml"),
    "package": ("tunixlib/**/*.py", "pyproject.toml", "requirements*.txt"),
    "words": ("README.md", "LICENSE"),
}


def publish(run: Run) -> list[Path]:
    """Write report and bundle of a sealed run and return their paths.

    Raises RunError when the run is not sealed or a file is not the one that was sealed.
    """
    if not run.sealed:
        raise RunError(
            f"run {run.run_id!r}: found no {MANIFEST}, expected a sealed run; "
            "seal it with `python -m tunixlib seal RUN`"
        )
    contents = dict(sorted({name: data for part in _parts(run).values() for name, data in part.items()}.items()))
    report, bundle = DIST / run.run_id / "report.html", DIST / run.run_id / "bundle.zip"
    write_text(report, render_report(run))
    write_bytes(bundle, _zip(contents))
    return [report, bundle]


def contents_table(run: Run) -> str:
    """What the bundle holds, or will hold once the run is sealed, as Markdown: parts, files, bytes."""
    parts = _parts(run)
    rows = [(name, len(files), f"{sum(map(len, files.values())):,}") for name, files in parts.items()]
    total = sum(len(data) for files in parts.values() for data in files.values())
    rows.append(("all", sum(len(files) for files in parts.values()), f"{total:,}"))
    return markdown_table(("part", "files", "bytes"), rows)


def _parts(run: Run) -> dict[str, dict[str, bytes]]:
    """Part -> name in the bundle -> bytes."""
    project = {part: dict(_project_files(patterns)) for part, patterns in SOURCES.items()}
    cards = {"MODEL_CARD.md": model_card(run).encode("utf-8"), "DATASET_CARD.md": dataset_card(run).encode("utf-8")}
    return {"evidence": dict(_evidence(run)), "data": dict(_data(run)), **project, "cards": cards}


def _evidence(run: Run) -> Iterator[tuple[str, bytes]]:
    """The evidence files; of a sealed run those that its manifest names, with the bytes that it names."""
    named: dict[str, str] = read_json(run.path(MANIFEST))["files"] if run.sealed else {}
    for name in sorted({*evidence_files(run.root), *named}):
        data = run.path(name).read_bytes() if run.path(name).is_file() else None
        if run.sealed and (data is None or sha256_bytes(data) != named.get(name)):
            raise RunError(
                f"run {run.run_id!r}: {name} is not the file that was sealed; see `python -m tunixlib verify`, and "
                "restore it before publishing"
            )
        yield f"submission_runs/{run.run_id}/{name}", data or b""
    if run.sealed:
        yield f"submission_runs/{run.run_id}/{MANIFEST}", run.path(MANIFEST).read_bytes()


def _data(run: Run) -> Iterator[tuple[str, bytes]]:
    """The folders of ``data/`` that the run used, where the repository has them."""
    facts = read_facts(run)
    for key in sorted({facts.split["dataset_key"], *facts.summary.document["eval_sets"]}):
        for name in ("dataset.jsonl", "eval.jsonl", "manifest.json"):
            path = datasets.DATA_ROOT / key / name
            if path.is_file():
                yield f"data/{key}/{name}", path.read_bytes()


def _project_files(patterns: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    for pattern in patterns:
        for path in PROJECT_ROOT.glob(pattern):
            relative = path.relative_to(PROJECT_ROOT)
            if path.is_file() and not any(part.startswith(".") for part in relative.parts):
                yield relative.as_posix(), path.read_bytes()


def _zip(contents: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in contents.items():
            entry = zipfile.ZipInfo(name, FIRST_DAY)
            entry.create_system, entry.external_attr = UNIX, PLAIN_FILE
            bundle.writestr(entry, data, zipfile.ZIP_DEFLATED, compresslevel=9)
    return stream.getvalue()
