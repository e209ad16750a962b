"""One checkpoint on one evaluation file, into a folder of its own that anyone can verify.

    done = evaluate_checkpoint("smollm2", "my_questions.jsonl", Path("my-evaluation"), GenerationConfig())
    print(evaluation_words(done))

The folder gets ``predictions.jsonl``, ``scorecard.json``, for shown works ``correction.json`` and, last,
``evaluation_manifest.json``. Completions, grades and scorecard come from the functions that evaluate a run. What was
begun is continued by the same call; a folder that holds anything else is refused.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tunixlib.artifacts import ArtifactError, sha256_file, write_json, write_jsonl
from tunixlib.evaluation.answering import Answering
from tunixlib.evaluation.correction_report import correction_results
from tunixlib.evaluation.generation import GenerationConfig
from tunixlib.evaluation.locating import Located, find_checkpoint
from tunixlib.evaluation.scoring import scorecard
from tunixlib.evidence.check_evaluation import CORRECTION, MANIFEST, PREDICTIONS, dataset_with, gate_words
from tunixlib.evidence.environment import capture_commit, capture_environment
from tunixlib.evidence.verify_evaluation import EVALUATION_VERSION, FILES, SCORECARD
from tunixlib.holding import WORK, hold
from tunixlib.modeling.checkpoints import RECORD, companions, read_record
from tunixlib.modeling.models import best_device, weights_sha256
from tunixlib.modeling.precision import choose_precision, model_type_of
from tunixlib.modeling.tokenization import encode_prompt
from tunixlib.running.evaluated import BEGUN, Evaluated, is_done, shown_again
from tunixlib.running.profiles import CHOICES
from tunixlib.runs import remove
from tunixlib.seeding.evalfiles import eval_file
from tunixlib.seeding.evalsets import read_eval_set
from tunixlib.seeding.gate import check_disjoint
from tunixlib.traces import read_traces

PRECISIONS = CHOICES["EVAL_DTYPE"]


def evaluate_checkpoint(
    target: str, eval_set: str, out: Path, config: GenerationConfig, items: int = 0, dtype: str = "auto",
    checkpoint: str | None = None, processes: int = 0,
) -> Evaluated:  # fmt: skip
    """Let a checkpoint answer the first ``items`` (0: all) of an evaluation file or set; write ``out``.

    ``target`` and ``checkpoint`` are those of ``find_checkpoint``, ``eval_set`` that of ``eval_file``, ``dtype`` a
    precision by name or ``auto``, ``processes`` those of ``Answering``. Raises ModelError, ArtifactError, LeakError
    when a question was trained on, RunError when ``out`` holds something else or is in use, OSError when it cannot be
    written.
    """
    if processes < 0:
        raise ValueError(f"found {processes} processes, expected 0 (one per visible GPU) or more; correct --processes")
    if items < 0:
        raise ValueError(f"found {items} items, expected 0 (all) or more; correct --items")
    if dtype not in PRECISIONS:
        raise ValueError(f"found precision {dtype!r}, expected one of {', '.join(PRECISIONS)}; correct --dtype")
    name, path = eval_file(eval_set)
    every = read_eval_set(path)
    rows = every[:items] if items else every
    found = find_checkpoint(target, checkpoint)
    precision, _ = choose_precision(dtype, best_device(), model_type_of(found.folder))
    request = {
        "checkpoint": {
            "name": found.label, "weights_sha256": weights_sha256(found.folder), "files": companions(found.folder)
        },
        "eval_set": {"name": name, "sha256": sha256_file(path), "items": len(rows), "rows": len(every)},
        "settings": {
            **vars(config), "precision": precision, "device": best_device(),
            **({"processes": processes} if processes > 1 else {}),
        },
        "gate": gate(found, rows),
    }  # fmt: skip
    if is_done(out, request):
        return shown_again(out)
    lock = hold(out)
    try:
        if is_done(out, request):  # by whoever held the lock until now
            return shown_again(out)
        return _evaluate(found.folder, rows, out, config, request, processes)
    finally:
        lock.release()


def _evaluate(
    folder: Path, rows: list[dict[str, Any]], out: Path, config: GenerationConfig, request: dict[str, Any],
    processes: int,
) -> Evaluated:  # fmt: skip
    started, clock = datetime.now(UTC), time.time()
    write_json(out / WORK / BEGUN, request)
    name, weights = request["checkpoint"]["name"], request["checkpoint"]["weights_sha256"]
    settings, eval_set = request["settings"], request["eval_set"]["name"]
    answering = Answering(
        name, folder, weights, settings["precision"], settings["device"], refuse_long_prompts, processes
    )
    predictions = answering.answer(rows, eval_set, config, out / WORK / "resume")
    card = scorecard(predictions, name, eval_set)
    write_jsonl(out / PREDICTIONS, predictions)
    write_json(out / SCORECARD, card)
    correction = correction_results(predictions, name, eval_set)
    if correction:
        write_json(out / CORRECTION, correction)
    manifest = {
        "evaluation_version": EVALUATION_VERSION,
        **request,
        "files": {file: sha256_file(out / file) for file in (*FILES, *([CORRECTION] if correction else []))},
        "environment": capture_environment(),
        **capture_commit(),
        "started_at": _stamp(started),
        "finished_at": _stamp(datetime.now(UTC)),
        "seconds": round(time.time() - clock, 3),
    }
    write_json(out / MANIFEST, manifest)
    for left in (out / WORK / "resume", out / WORK / BEGUN):
        remove(left)
    return Evaluated(out, card, manifest, False, correction)


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def gate(found: Located, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Hold the questions against what the checkpoint was trained on, where that is known here; what was found.

    The dataset is that of the checkpoint's run, or the one in ``data/`` with the sha256 that its record names. Raises
    LeakError for a question that was trained on.
    """
    known: dict[str, Any] = {"status": "unknown"}
    if (found.folder / RECORD).is_file():
        known["dataset_sha256"] = read_record(found.folder).dataset_sha256
        dataset = dataset_with(known["dataset_sha256"], [found.run.path("data", "dataset.jsonl")] if found.run else [])
        if dataset:
            trained = (trace.prompt for trace in read_traces(dataset))
            known |= {"status": "checked", "prompts": check_disjoint((row["prompt"] for row in rows), trained)}
    return {**known, "words": gate_words(known, len(rows))}


def refuse_long_prompts(
    model_config: Any, tokenizer: Any, items: Sequence[Mapping[str, Any]], config: GenerationConfig
) -> None:
    """Raise ArtifactError naming the questions that leave no room for an answer within the model's positions."""
    positions = model_config.get_text_config().max_position_embeddings
    room = positions - config.max_new_tokens
    long = [(item["id"], n) for item in items if (n := len(encode_prompt(tokenizer, item["prompt"]))) > room]
    if long:
        first, tokens = long[0]
        raise ArtifactError(
            f"question {first!r}: found {tokens} tokens, expected at most {room}: the model has {positions} positions "
            f"and writes up to {config.max_new_tokens} tokens; {len(long)} of {len(items)} questions are too long, "
            "shorten them or take them out (nothing is cut), or lower --max-new-tokens"
        )
