"""One checkpoint on one evaluation file, into a folder of its own that anyone can verify.

    done = evaluate_checkpoint("smollm2", "my_questions.jsonl", Path("my-evaluation"), GenerationConfig())
    print(evaluation_words(done))

The folder gets ``predictions.jsonl``, ``scorecard.json`` and, last, ``evaluation_manifest.json``. Completions, grades
and scorecard come from the functions that evaluate a run. What was begun is continued by the same call; a folder that
holds anything else is refused.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tunixlib.artifacts import ArtifactError, read_json, sha256_file, write_json, write_jsonl
from tunixlib.evaluation.answering import Answering
from tunixlib.evaluation.generation import GenerationConfig
from tunixlib.evaluation.locating import Located, find_checkpoint
from tunixlib.evaluation.reports import scorecard_table
from tunixlib.evaluation.scoring import scorecard
from tunixlib.holding import WORK, RunError, hold
from tunixlib.modeling.checkpoints import RECORD, companions, read_record
from tunixlib.modeling.models import best_device, weights_sha256
from tunixlib.modeling.precision import choose_precision, model_type_of
from tunixlib.modeling.tokenization import encode_prompt
from tunixlib.running.profiles import CHOICES
from tunixlib.runs import MANIFEST as RUN_MANIFEST
from tunixlib.runs import remove
from tunixlib.seeding import datasets
from tunixlib.seeding.evalfiles import eval_file
from tunixlib.seeding.evalsets import read_eval_set
from tunixlib.seeding.gate import check_disjoint
from tunixlib.submission.environment import capture_commit, capture_environment
from tunixlib.submission.verify_evaluation import EVALUATION_VERSION, FILES, MANIFEST, PREDICTIONS, SCORECARD
from tunixlib.traces import read_traces

BEGUN = "evaluation.json"
PRECISIONS = CHOICES["EVAL_DTYPE"]
NOT_SEEN = "what its base model has seen is unknown"


@dataclass(frozen=True)
class Evaluated:
    """A finished evaluation: its folder, scorecard and manifest, and whether it was there before."""

    folder: Path
    scorecard: dict[str, Any]
    manifest: dict[str, Any]
    found: bool


def evaluate_checkpoint(
    target: str, eval_set: str, out: Path, config: GenerationConfig, items: int = 0, dtype: str = "auto",
    checkpoint: str | None = None,
) -> Evaluated:  # fmt: skip
    """Let a checkpoint answer the first ``items`` (0: all) of an evaluation file or set; write ``out``.

    ``target`` and ``checkpoint`` are those of ``find_checkpoint``, ``eval_set`` that of ``eval_file``, ``dtype`` a
    precision by name or ``auto``. Raises ModelError, ArtifactError, LeakError when a question was trained on, RunError
    when ``out`` holds something else or is in use, OSError when it cannot be written.
    """
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
        "settings": {**vars(config), "precision": precision, "device": best_device()},
        "gate": gate(found, rows),
    }  # fmt: skip
    if _is_done(out, request):
        return Evaluated(out, read_json(out / SCORECARD), read_json(out / MANIFEST), True)
    lock = hold(out)
    try:
        _is_done(out, request)  # by whoever held the lock until now
        return _evaluate(found.folder, rows, out, config, request)
    finally:
        lock.release()


def _evaluate(
    folder: Path, rows: list[dict[str, Any]], out: Path, config: GenerationConfig, request: dict[str, Any]
) -> Evaluated:
    started, clock = datetime.now(UTC), time.time()
    write_json(out / WORK / BEGUN, request)
    name, weights = request["checkpoint"]["name"], request["checkpoint"]["weights_sha256"]
    settings, eval_set = request["settings"], request["eval_set"]["name"]
    answering = Answering(name, folder, weights, settings["precision"], settings["device"], refuse_long_prompts)
    predictions = answering.answer(rows, eval_set, config, out / WORK / "resume")
    card = scorecard(predictions, name, eval_set)
    write_jsonl(out / PREDICTIONS, predictions)
    write_json(out / SCORECARD, card)
    manifest = {
        "evaluation_version": EVALUATION_VERSION,
        **request,
        "files": {file: sha256_file(out / file) for file in FILES},
        "environment": capture_environment(),
        **capture_commit(),
        "started_at": _stamp(started),
        "finished_at": _stamp(datetime.now(UTC)),
        "seconds": round(time.time() - clock, 3),
    }
    write_json(out / MANIFEST, manifest)
    for left in (out / WORK / "resume", out / WORK / BEGUN):
        remove(left)
    return Evaluated(out, card, manifest, False)


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def gate(found: Located, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Hold the questions against what the checkpoint was trained on, where that is known here; what was found.

    The dataset is that of the checkpoint's run, or the one in ``data/`` with the sha256 that its record names. Raises
    LeakError for a question that was trained on.
    """
    if not (found.folder / RECORD).is_file():
        return {
            "status": "unknown",
            "words": "what it was trained on is unknown, so no question could be held against it",
        }
    wanted = read_record(found.folder).dataset_sha256
    places = [found.run.path("data", "dataset.jsonl")] if found.run else []
    places += sorted(datasets.DATA_ROOT.glob("*/dataset.jsonl"))
    dataset = next((path for path in places if path.is_file() and sha256_file(path) == wanted), None)
    if dataset is None:
        words = f"its dataset, sha256 {wanted[:16]}..., is not here, so no question could be held against it"
        return {"status": "unknown", "words": words, "dataset_sha256": wanted}
    prompts = check_disjoint((row["prompt"] for row in rows), (trace.prompt for trace in read_traces(dataset)))
    words = f"none of the {len(rows)} questions is among the {prompts} prompts it was trained on; {NOT_SEEN}"
    return {"status": "checked", "words": words, "prompts": prompts, "dataset_sha256": wanted}


def refuse_long_prompts(
    model: Any, tokenizer: Any, items: Sequence[Mapping[str, Any]], config: GenerationConfig
) -> None:
    """Raise ArtifactError naming the questions that leave no room for an answer within the model's positions."""
    positions = model.config.get_text_config().max_position_embeddings
    room = positions - config.max_new_tokens
    long = [(item["id"], n) for item in items if (n := len(encode_prompt(tokenizer, item["prompt"]))) > room]
    if long:
        first, tokens = long[0]
        raise ArtifactError(
            f"question {first!r}: found {tokens} tokens, expected at most {room}: the model has {positions} positions "
            f"and writes up to {config.max_new_tokens} tokens; {len(long)} of {len(items)} questions are too long, "
            "shorten them or take them out (nothing is cut), or lower --max-new-tokens"
        )


def _is_done(out: Path, request: dict[str, Any]) -> bool:
    """Whether ``out`` holds this very evaluation, finished. Raises RunError when it holds anything else."""
    if any((parent / RUN_MANIFEST).is_file() for parent in (out, *out.resolve().parents)):
        raise RunError(f"{out}: found a sealed run around it, which is never written again; choose another --out")
    for path in (out / MANIFEST, out / WORK / BEGUN):
        if path.is_file():
            other = _difference(read_json(path), request)
            if other:
                raise RunError(f"{out}: found another evaluation ({other}), expected this one; choose another --out")
            return path.name == MANIFEST
    if out.exists() and not out.is_dir():
        raise RunError(f"{out}: found a file, expected a folder or a new name; choose another --out")
    strange = sorted(path.name for path in out.iterdir() if path.name != WORK) if out.is_dir() else []
    if strange:
        raise RunError(
            f"{out}: found {', '.join(strange[:5])}, expected an empty folder or a new one; choose another --out"
        )
    return False


def _difference(found: Mapping[str, Any], request: Mapping[str, Mapping[str, Any]]) -> str:
    """What of another evaluation differs first, in words; "" when nothing does."""
    for part in ("checkpoint", "eval_set", "settings"):
        for key, wanted in request[part].items():
            there = found.get(part, {}).get(key)
            if there != wanted and key != "name":
                return f"{part} {key} {_short(there)}, now {_short(wanted)}"
    return ""


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 24 else f"{text[:16]}..."


def evaluation_words(done: Evaluated) -> str:
    """The table, how it was made, what is known of the training data, where it lies and how to check it."""
    manifest, card = done.manifest, done.scorecard
    entry, settings = manifest["eval_set"], manifest["settings"]
    table = scorecard_table({"eval_sets": {entry["name"]: {"items": entry["items"]}}, "scorecards": [card]})
    place = done.folder.as_posix()
    return "\n".join(
        [
            *([f"{place} holds this evaluation already; nothing was computed", ""] if done.found else []),
            table,
            "",
            f"greedy, at most {settings['max_new_tokens']} tokens, {settings['precision']} on {settings['device']}, "
            f"{manifest['seconds']:.0f} s",
            f"training data: {manifest['gate']['words']}",
            f"written to {place}: {PREDICTIONS}, {SCORECARD}, {MANIFEST}",
            f"check it offline: python -m tunixlib verify {place}",
        ]
    )
