"""Sealing a run: provenance first, the manifest last, so that its presence means the run is complete.

    seal(Run.open("smoke-v1"))      # writes provenance.json, then run_manifest.json

A notebook cannot hash its own executed copy, so this happens after the last of them.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tunixlib.artifacts import canonical_json, read_json, sha256_file, sha256_text, write_json
from tunixlib.evidence.environment import capture_commit, capture_environment
from tunixlib.runs import MANIFEST, WORK, Run, RunError
from tunixlib.stages import Stage
from tunixlib.trees import hash_tree, is_evidence

RUN_VERSION = "1.0"


def seal(run: Run) -> dict[str, Any]:
    """Write ``provenance.json`` and ``run_manifest.json`` and return the manifest.

    Raises RunError when a stage is missing or worked on inputs that have changed since.
    """
    run.refuse_if_sealed()
    refuse_links(run)
    stages = [_stage_entry(run, stage) for stage in run.stages()]
    write_json(run.path("provenance.json"), {"run_version": RUN_VERSION, "run_id": run.run_id, "stages": stages})
    manifest = _manifest(run, stages)
    manifest["digest"] = manifest_digest(manifest)
    write_json(run.path(MANIFEST), manifest)
    return manifest


def begin_session(run: Run, session: dict[str, Any]) -> None:
    """Note who works on the run now: profile, command, commit, dirty. A run that was interrupted has several."""
    path = run.path(WORK, "run.json")
    earlier = read_json(path)["sessions"] if path.is_file() else []
    write_json(path, {"sessions": [*earlier, session]})


def manifest_digest(manifest: dict[str, Any]) -> str:
    """The manifest's own sha256: of its canonical JSON without the key ``digest``."""
    return sha256_text(canonical_json({key: value for key, value in manifest.items() if key != "digest"}))


def evidence_files(root: Path) -> list[str]:
    """Every file of a run that the manifest must name: all evidence but the manifest itself, sorted."""
    files = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in files if is_evidence(path) and path.as_posix() != MANIFEST)


def refuse_links(run: Run) -> None:
    """Raise RunError when any of a run's evidence is a link: its bytes lie elsewhere, and may change there."""
    for path in sorted(run.root.rglob("*")):
        if path.is_symlink() and is_evidence(path.relative_to(run.root)):
            raise RunError(
                f"run {run.run_id!r}: {run.relative(path)} is a link, expected the file itself; put the file there"
            )


def _stage_entry(run: Run, stage: Stage) -> dict[str, Any]:
    record = run.record(stage.name)
    if record is None:
        raise RunError(
            f"run {run.run_id!r}: stage {stage.name} has not finished; run {stage.name}.ipynb, then seal again"
        )
    if record["inputs"] != hash_tree(run.root, stage.reads):
        raise RunError(
            f"run {run.run_id!r}: what {stage.name} reads has changed since it ran; run {stage.name}.ipynb again"
        )
    if record["outputs"] != hash_tree(run.root, stage.writes):
        raise RunError(f"run {run.run_id!r}: what {stage.name} wrote was changed by hand; run {stage.name}.ipynb again")
    executed, note = run.path("notebooks", f"{stage.name}.ipynb"), run.path(WORK, "pipeline", f"{stage.name}.json")
    if executed.is_file() and note.is_file():
        record["notebook"] = {
            "executed": run.relative(executed),
            "executed_sha256": sha256_file(executed),
            "source": f"notebooks/{stage.name}.ipynb",
            "source_sha256": read_json(note)["source_sha256"],
        }
    return record


def _manifest(run: Run, stages: list[dict[str, Any]]) -> dict[str, Any]:
    parameters = {name: value for stage in stages for name, value in stage["parameters"].items()}
    sessions = _sessions(run)
    commits = [*sessions, *_notes_of_stages(run)]
    base = read_json(run.path("eval_summary.json"))
    split = read_json(run.path("data", "split_stats.json"))
    return {
        "run_version": RUN_VERSION,
        "run_id": run.run_id,
        "profile": sessions[-1]["profile"],
        "command": sessions[-1]["command"],
        "model": {"model_id": parameters["MODEL"], "weights_sha256": base["base_weights_sha256"]},
        "dataset": {"dataset_key": split["dataset_key"], "sha256": split["sha256"]},
        "eval_sets": base["eval_sets"],
        "seed": parameters["SEED"],
        "max_steps": parameters["MAX_STEPS"],
        "commit": sessions[-1]["commit"],
        "dirty": any(found["dirty"] for found in commits),
        "environment": {**capture_environment(), "training": _training_choices(run)},
        "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "seconds": {stage["stage"]: stage["seconds"] for stage in stages},
        "notes": _notes(sessions, commits),
        "files": {name: sha256_file(run.path(name)) for name in evidence_files(run.root)},
    }


def _sessions(run: Run) -> list[dict[str, Any]]:
    path = run.path(WORK, "run.json")
    by_hand = {"profile": "interactive", "command": "notebooks run by hand", **capture_commit()}
    return read_json(path)["sessions"] if path.is_file() else [by_hand]


def _notes_of_stages(run: Run) -> list[dict[str, Any]]:
    """Commit and dirty as they were when each stage had ended: a run takes hours, in which a tree can change."""
    return [read_json(path) for path in sorted(run.path(WORK, "pipeline").glob("*.json"))]


def _notes(sessions: list[dict[str, Any]], found: list[dict[str, Any]]) -> list[str]:
    commits = sorted({each["commit"] for each in found})
    notes = [] if len(sessions) == 1 else [f"made in {len(sessions)} sessions: it was interrupted and continued"]
    return notes if len(commits) == 1 else [*notes, f"the commits of its sessions: {', '.join(commits)}"]


def _training_choices(run: Run) -> dict[str, Any]:
    """Device, precision, compile and threads that training chose, by arm and stage."""
    records = sorted(run.root.glob("training/*/*/checkpoint/checkpoint.json"))
    return {"/".join(path.relative_to(run.root).parts[1:3]): read_json(path)["chosen"] for path in records}
