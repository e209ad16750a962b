"""Evaluate every checkpoint of a run, the base model first, one in memory at a time.

    summary = evaluate_run(run, "smollm2", ["eval-core"], items=150, config=GenerationConfig(), dtype="float32")

writes ``predictions/<eval_set>/<checkpoint>.jsonl`` and ``eval_summary.json``; for the arms that learned to check work,
while they are in memory, ``second_pass/<eval_set>/<arm>.jsonl`` as well.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tunixlib.artifacts import read_jsonl, sha256_file, write_json, write_jsonl
from tunixlib.evaluation.answering import Answering
from tunixlib.evaluation.generation import GenerationConfig
from tunixlib.evaluation.scoring import scorecard
from tunixlib.evaluation.second_pass import SECOND_PASS, second_pass, works_set
from tunixlib.modeling.checkpoints import read_record, verified_checkpoint
from tunixlib.modeling.models import ModelError, best_device, model_folder, weights_sha256
from tunixlib.modeling.precision import choose_precision, model_type_of
from tunixlib.runs import Run
from tunixlib.seeding.datasets import dataset_file
from tunixlib.seeding.evalsets import read_eval_set
from tunixlib.seeding.gate import check_disjoint
from tunixlib.stages import BASIC_ARMS, CHECKPOINTS, CORRECTION_ARMS, FINAL, FINAL_ARM, SEGMENTS
from tunixlib.traces import read_traces

EVALUATION_VERSION = "1.0"


def load_items(run: Run, eval_sets: Sequence[str], items: int) -> dict[str, list[dict[str, Any]]]:
    """The first ``items`` rows (0: all) of each evaluation set, none of which the run trains on (LeakError)."""
    if not eval_sets or items < 0:
        raise ValueError(
            f"found EVAL_SETS {list(eval_sets)} and EVAL_ITEMS {items}, expected a set and 0 (all) or more"
        )
    found = {}
    for name in eval_sets:
        rows = read_eval_set(dataset_file(name))
        found[name] = rows[:items] if items else rows
    files = [run.path("data", "dataset.jsonl"), *sorted(run.path("training").glob("*/dataset.jsonl"))]
    trained = (trace.prompt for file in files for trace in read_traces(file))
    check_disjoint((row["prompt"] for rows in found.values() for row in rows), trained)
    return found


def evaluate_run(
    run: Run, model: str, eval_sets: Sequence[str], items: int, config: GenerationConfig, dtype: str,
    checkpoints: Sequence[str] = (), processes: int = 0,
) -> dict[str, Any]:  # fmt: skip
    """Write predictions and ``eval_summary.json`` for the base model and every trained checkpoint; returns the summary.

    ``checkpoints`` limits them to some, the last one of the curriculum among them. ``dtype`` is a precision by name or
    ``auto``, by model and machine; the summary says which it was. ``processes`` share the items as ``Answering`` says.
    A missing or altered checkpoint raises ModelError: it
    is never replaced by another.
    """
    dtype, _ = choose_precision(dtype, best_device(), model_type_of(model_folder(model)))
    sets = load_items(run, eval_sets, items)
    folders = chosen(checkpoint_folders(run, model), checkpoints)
    base_weights = weights_sha256(model_folder(model))
    scorecards, sharing = [], 1
    for name, folder in folders.items():
        weights = base_weights if name == "base" else read_record(folder).weights_sha256  # verified a moment ago
        checkpoint = Answering(name, folder, weights, dtype, best_device(), processes=processes)
        scorecards += _evaluate_checkpoint(run, checkpoint, sets, config)
        sharing = max(sharing, *(checkpoint.sharing(rows) for rows in sets.values()))
    primary = next(card for card in scorecards if card["checkpoint"] == FINAL and card["eval_set"] == eval_sets[0])
    losses = [row["loss"] for _, row in read_jsonl(run.path("training", FINAL_ARM, FINAL, "metrics.jsonl"))]
    summary = {
        "run_version": EVALUATION_VERSION,
        "eval_sets": {
            name: {"sha256": sha256_file(dataset_file(name)), "items": len(rows)} for name, rows in sets.items()
        },
        "checkpoints": list(folders),
        "base_weights_sha256": base_weights,
        "precision": dtype,
        "device": best_device(),
        **({"processes": sharing} if sharing > 1 else {}),
        "metrics": {"final_loss": losses[-1], "answer_correctness": primary["accuracy"]},
        "primary_score": primary["accuracy"]["rate"],
        "scorecards": scorecards,
        "evaluated_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    write_json(run.path("eval_summary.json"), summary)
    return summary


def checkpoint_folders(run: Run, model: str) -> dict[str, Path]:
    """Checkpoint name -> folder, the base model first; every trained one has its recorded weights (ModelError)."""
    base, trained = model_folder(model), {}
    for name, (arm, segment) in CHECKPOINTS.items():
        if arm not in BASIC_ARMS and not run.path("training", arm).is_dir():
            continue  # an arm that not every run trains
        trained[name], record = verified_checkpoint(run.path("training", arm, segment, "checkpoint"))
        if name == SEGMENTS[FINAL_ARM][0] and record.parent_sha256 != weights_sha256(base):
            raise ModelError(
                f"MODEL {model!r} is not the model that the run trained; evaluate with the MODEL of 02_train"
            )
    return {"base": base, **trained}


def chosen(folders: Mapping[str, Path], names: Sequence[str]) -> dict[str, Path]:
    """The checkpoints that are named, in the order of ``folders``; all when none is.

    Raises ValueError for a name that the run has not, or when the one that carries the primary score is left out.
    """
    unknown = [name for name in names if name not in folders]
    if unknown or (names and FINAL not in names):
        wrong = f"{', '.join(unknown)}, which the run has not" if unknown else f"no {FINAL}, which is scored"
        raise ValueError(
            f"found CHECKPOINTS {list(names)} with {wrong}; expected some of {', '.join(folders)}, {FINAL} among them"
        )
    return {name: folder for name, folder in folders.items() if not names or name in names}


def _evaluate_checkpoint(
    run: Run, checkpoint: Answering, sets: dict[str, list[dict[str, Any]]], config: GenerationConfig
) -> list[dict[str, Any]]:
    cards = []
    for eval_set, rows in sets.items():
        kept = run.resume_path("predictions", eval_set, checkpoint.name)
        predictions = checkpoint.answer(rows, eval_set, config, kept)
        write_jsonl(run.path("predictions", eval_set, f"{checkpoint.name}.jsonl"), predictions)
        cards.append(scorecard(predictions, checkpoint.name, eval_set))
        if checkpoint.name in CORRECTION_ARMS and eval_set == works_set(sets):
            again = second_pass(run, eval_set, checkpoint, predictions, config)
            write_jsonl(run.path(SECOND_PASS, eval_set, f"{checkpoint.name}.jsonl"), again)
    return cards
