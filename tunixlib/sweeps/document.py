"""The files of a sweep's folder as they follow from its trials and from the winner's evaluation.

    files = sweep_texts(found)           # {"sweep.yaml": b"...", "ranking.md": b"...", "my-sweep-best.yaml": b"..."}
    document = sweep_document(found, files)      # sweep.json, written last: its presence means that the sweep is whole

What ``verify`` writes again and holds against what lies there. Only why a trial failed is taken over from the record.
"""

from collections.abc import Mapping
from typing import Any

import yaml

from tunixlib.artifacts import sha256_bytes, sha256_file
from tunixlib.evidence.problems import counted
from tunixlib.running.runs_table import SWEEP_FILE
from tunixlib.studies.exploratory import run_entry
from tunixlib.sweeps.found import RANKING, Found, report_score
from tunixlib.sweeps.points import Trial
from tunixlib.sweeps.report import render_ranking
from tunixlib.sweeps.spec import written_number

SWEEP_VERSION = "1.0"
# What the best profile says of the scores in the ranking, by whether the winner was trained again.
OTHER_SEEDS = (
    "Other seeds of these values do worse on average\n# than the score there: the seeds that won were chosen, too.",
    "Other seeds of these values do worse on average\n# than the score there that chose them, and not than that of the "
    "seeds that they were trained again with.",
)


def best_profile(found: Found) -> bytes:
    """A profile of the winner's values, as ``python -m tunixlib run`` takes it; its seed and sets are the profile's."""
    first, sweep = found.ranking[0], found.sweep
    given = {name: written_number(value) for name, value in sweep.set.items()}
    values = {**found.profile.parameters, **given, **first.values, "RUN_ID": f"{sweep.run_id}-best"}
    head = (
        f"# The best of {counted(len(found.ranking), 'configuration')} of the sweep {sweep.run_id}; how it was chosen, "
        f"and how sure that is, stands in {RANKING}. {OTHER_SEEDS[bool(sweep.report.seeds)]}\n"
    )
    return (head + yaml.safe_dump(values, sort_keys=True, allow_unicode=True)).encode("utf-8")


def sweep_texts(found: Found) -> dict[str, bytes]:
    """Relative path -> bytes of all files that are made from trials and evaluations, but for ``sweep.json``."""
    return {
        SWEEP_FILE: found.content,
        RANKING: render_ranking(found).encode("utf-8"),
        found.best_file: best_profile(found),
    }


def sweep_document(found: Found, files: Mapping[str, bytes]) -> dict[str, Any]:
    """``sweep.json``: every trial with its manifest's sha256, the ranking, the winner on both sets of items."""
    first = found.ranking[0]
    return {
        "sweep_version": SWEEP_VERSION,
        "sweep": found.sweep.run_id,
        "profile": {"name": found.profile.name, "parameters": found.profile.parameters},
        "choose": found.sweep.choose.model_dump(),
        "report": found.sweep.report.record,
        "trials": [_trial_entry(found, trial) for trial in found.trials],
        "ranking": [
            {"parameters": row.values, "run_ids": [trial.run_id for trial in row.trials], "score": row.score}
            for row in found.ranking
        ],
        "winner": {
            "parameters": first.values,
            "run_ids": [trial.run_id for trial in first.trials],
            "score": first.score,
            "score_on_other_items": report_score(found),
        },
        **({"trained_again": [_trial_entry(found, trial) for trial in found.fresh]} if found.fresh else {}),
        "evaluations": {run_id: sha256_file(path) for run_id, path in found.evaluated.items()},
        "files": {name: sha256_bytes(content) for name, content in sorted(files.items())},
    }


def _trial_entry(found: Found, trial: Trial) -> dict[str, Any]:
    run = found.run(trial)
    entry = {"run_id": trial.run_id, "parameters": trial.varied}
    return {**entry, **run_entry(run)} if run.sealed else {**entry, "failed": found.failed.get(trial.run_id, "")}
