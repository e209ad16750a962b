"""Checks of training: the consumed rows follow from data and parameters, the checkpoints form a chain.

for problem in check_training(evidence):
    print(problem)        # training/flat/stage_2/order.jsonl: found 39 batches, another at step 7, expected ...

The plan is made again from ``data/``, the recorded lengths and the parameters, and compared batch by batch.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from tunixlib.modeling.checkpoints import companions
from tunixlib.modeling.models import weights_sha256
from tunixlib.runs import STAGES as NOTEBOOK_STAGES
from tunixlib.submission.check_metrics import check_metrics
from tunixlib.submission.evidence import Evidence
from tunixlib.submission.problems import Problem, same, shorten
from tunixlib.training.arms import LENGTHS, STAGES, order_batches, plan_arm

SEGMENT_FILES = ("checkpoint/checkpoint.json", "metrics.jsonl", "order.jsonl")
RETRAIN = "train the arm again"

# What may lie beside checkpoint.json: only it is evidence, but the whole folder is published as a model.
MODEL_FILES = re.compile(
    r"(checkpoint|config|generation_config|(pre)?processor_config|tokenizer|tokenizer_config|special_tokens_map"
    r"|added_tokens|vocab)\.json|merges\.txt|tokenizer\.model|chat_template\.jinja"
    r"|model(-\d+-of-\d+)?\.safetensors(\.index\.json)?|adapter_config\.json|adapter_model\.safetensors"
)

# More rows than this are not planned: a forged EPOCHS must not keep the reader busy for hours.
MOST_ROWS = 20_000_000


def check_training(evidence: Evidence) -> Iterator[Problem]:
    """Orders, metrics and checkpoints of every arm, and equal work in all of them."""
    tokens: dict[str, tuple[int, int]] = {}
    yield from _arms(evidence)
    for arm in _arm_names(evidence):
        writer = next(stage.name for stage in NOTEBOOK_STAGES if f"training/{arm}" in stage.writes)
        parameters = evidence.parameters(writer)
        yield from _orders(evidence, arm, parameters)
        yield from _chain(evidence, arm, parameters)
        rows = [row for s in _segments(evidence, arm) for row in evidence.rows(f"training/{arm}/{s}/metrics.jsonl")]
        tokens[arm] = sum(row["tokens"] for row in rows), sum(row["target_tokens"] for row in rows)
        limited = bool(parameters["MAX_STEPS"])
        if not limited and tokens[arm] != next(iter(tokens.values())):
            found = f"{tokens[arm]} tokens and supervised tokens, {next(iter(tokens.items()))} in the other arm"
            yield Problem(f"training/{arm}", found, "equal numbers, since both consume the same rows", RETRAIN)
    yield from check_metrics(evidence)


def _arm_names(evidence: Evidence) -> list[str]:
    return sorted({name.split("/")[1] for name in evidence.below("training")})


def _arms(evidence: Evidence) -> Iterator[Problem]:
    """The arms are those that were asked for, and all count a trace's tokens alike."""
    asked = sorted(["flat", *evidence.parameters("03_curriculum").get("ARMS", ["curriculum"])])
    if _arm_names(evidence) != asked:
        found = f"arms {', '.join(_arm_names(evidence))}"
        yield Problem("training", found, f"{', '.join(asked)}, as ARMS says", "run 03_curriculum again")
    lengths = {arm: evidence.hashes.get(f"training/{arm}/{LENGTHS}") for arm in _arm_names(evidence)}
    for arm, sha in lengths.items():
        if sha != lengths.get("flat"):
            yield Problem(f"training/{arm}/{LENGTHS}", "other lengths", "those of the flat arm", RETRAIN)


def _segments(evidence: Evidence, arm: str) -> list[str]:
    return sorted({name.split("/")[2] for name in evidence.below(f"training/{arm}")} - {LENGTHS})


def _orders(evidence: Evidence, arm: str, parameters: dict[str, Any]) -> Iterator[Problem]:
    """What was consumed is exactly what data, lengths, SEED and EPOCHS give, batch by batch."""
    file, limit = f"training/{arm}/{LENGTHS}", parameters["MAX_LENGTH"]
    lengths: dict[str, int] = evidence.json(file)
    ids = {stage: [t.trace_id for t in evidence.traces(f"stage_{stage}.jsonl")] for stage in STAGES}
    if set(lengths) != {trace_id for found in ids.values() for trace_id in found}:
        yield Problem(file, f"lengths of {len(lengths)} traces", "one of every trace in data/", RETRAIN)
        return
    kept = {stage: [i for i in found if lengths[i] <= limit] for stage, found in ids.items()}
    if (rows := sum(e * len(kept[s]) for e, s in zip(parameters["EPOCHS"], STAGES, strict=False))) > MOST_ROWS:
        yield Problem(file, f"EPOCHS that make {rows} rows", f"at most {MOST_ROWS}", RETRAIN)
        return
    plan = plan_arm(arm, kept, parameters["EPOCHS"], parameters["SEED"])
    names = [segment.name for segment in plan]
    if sorted(names) != _segments(evidence, arm):
        yield Problem(f"training/{arm}", f"segments {', '.join(_segments(evidence, arm))}", ", ".join(names), RETRAIN)
    for segment in plan:
        place, size = f"training/{arm}/{segment.name}", parameters["TRACES_PER_STEP"]
        planned = order_batches(segment.rows, lengths, size, parameters["SEED"])
        if parameters["MAX_STEPS"]:
            planned = planned[: parameters["MAX_STEPS"]]
        order = [tuple(row["trace_ids"]) for row in evidence.rows(f"{place}/order.jsonl")]
        if order != planned:
            step = next((i for i, (x, y) in enumerate(zip(order, planned, strict=False), 1) if x != y), len(order))
            expected = f"the {len(planned)} batches that data, SEED and EPOCHS give"
            yield Problem(f"{place}/order.jsonl", f"{len(order)} batches, another at step {step}", expected, RETRAIN)
        tokens = [sum(lengths[trace_id] for trace_id in batch) for batch in planned]
        if [row["tokens"] for row in evidence.rows(f"{place}/metrics.jsonl")] != tokens:
            yield Problem(f"{place}/metrics.jsonl", "other tokens per step", f"those of {LENGTHS}", RETRAIN)


def _chain(evidence: Evidence, arm: str, parameters: dict[str, Any]) -> Iterator[Problem]:
    """Each checkpoint names its parent, its data, its settings and its steps, and its weights if they are there."""
    parent = evidence.manifest["model"]["weights_sha256"]
    settings = ("learning_rate", "lora_rank", "max_steps", "seed", "precision", "compile")
    names = [name for name in settings if name.upper() in parameters]  # older runs know no adapters
    for segment in _segments(evidence, arm):  # in both arms the order of names is the order of training
        folder = f"training/{arm}/{segment}"
        missing = [name for name in SEGMENT_FILES if f"{folder}/{name}" not in evidence.hashes]
        strange = evidence.below(folder).keys() - {f"{folder}/{name}" for name in SEGMENT_FILES}
        for name in [*missing, *strange]:
            yield Problem(folder, name, f"exactly {', '.join(SEGMENT_FILES)}", RETRAIN)
        file = f"{folder}/checkpoint/checkpoint.json"
        record = evidence.json(file)
        metrics, order = evidence.rows(f"{folder}/metrics.jsonl"), evidence.rows(f"{folder}/order.jsonl")
        yield from _step_numbers(f"{folder}/metrics.jsonl", metrics)
        yield from _step_numbers(f"{folder}/order.jsonl", order)
        expected = {
            "parent_sha256": parent,
            "dataset_sha256": evidence.hashes["data/dataset.jsonl"],
            "arm": arm,
            "stage": segment,
            "steps": len(metrics),
            **{f"config/{name}": parameters[name.upper()] for name in names},
        }
        found = {**record, **{f"config/{name}": record["config"].get(name) for name in names}}
        for name, value in expected.items():
            if not same(found[name], value):
                yield Problem(file, f"{name} {shorten(found[name], 24)}", f"{shorten(value, 24)}", RETRAIN)
        if len(order) != len(metrics):
            yield Problem(
                f"{folder}/metrics.jsonl", f"{len(metrics)} steps", f"{len(order)} as in order.jsonl", RETRAIN
            )
        adapter = parameters.get("LORA_CHECKPOINTS", "merged") == "adapter"  # earlier runs have merged ones only
        base = evidence.manifest["model"] if adapter else None
        if record.get("base") != base:
            yield Problem(file, f"base {shorten(record.get('base'), 60)}", f"{shorten(base, 60)}", RETRAIN)
        yield from _weights(evidence, folder, record)
        parent = record["weights_sha256"]


def _step_numbers(file: str, rows: Sequence[dict[str, Any]]) -> Iterator[Problem]:
    for expected, row in enumerate(rows, start=1):
        if row["step"] != expected:
            yield Problem(file, f"step {row['step']} in line {expected}", f"step {expected}", RETRAIN)
            return


def _weights(evidence: Evidence, folder: str, record: dict[str, Any]) -> Iterator[Problem]:
    """Weights, and the tokenizer and configuration beside them, where they lie here."""
    expected = record["weights_sha256"]
    place = evidence.root / folder / "checkpoint"
    for name in sorted(path.name for path in place.iterdir()):
        if not (name.startswith(".") or MODEL_FILES.fullmatch(name)):
            file = f"{folder}/checkpoint/{name}"
            yield Problem(file, "a file that is no part of a model", "no such file", "move it out of the run")
    if any(place.glob("*.safetensors")):
        found = weights_sha256(place)
        if found != expected:
            yield Problem(
                f"{folder}/checkpoint", f"weights with sha256 {found[:16]}...", f"{expected[:16]}...", RETRAIN
            )
        beside, known = companions(place), record.get("files") or {}
        for name in sorted(beside.keys() | known.keys()) if known else ():
            if beside.get(name) != known.get(name):
                what = "no such file" if name not in beside else "other bytes"
                yield Problem(f"{folder}/checkpoint/{name}", what, "the file that checkpoint.json names", RETRAIN)
