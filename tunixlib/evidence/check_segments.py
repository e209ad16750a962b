"""Checks of the segments of one arm: they consumed a plan's rows, and their checkpoints form a chain.

for problem in order_problems(evidence, "flat", plan, lengths, parameters):
    print(problem)        # training/flat/stage_2/order.jsonl: found 39 batches, another at step 7, expected ...
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tunixlib.evidence.problems import Problem, same, shorten
from tunixlib.evidence.sealed_run import Evidence
from tunixlib.modeling.checkpoints import companions
from tunixlib.modeling.models import weights_sha256
from tunixlib.training.arms import LENGTHS, Segment, order_batches
from tunixlib.training.correction import DATASET

SEGMENT_FILES = ("checkpoint/checkpoint.json", "metrics.jsonl", "order.jsonl")
RETRAIN = "train the arm again"

# What may lie beside checkpoint.json: only it is evidence, but the whole folder is published as a model.
MODEL_FILES = re.compile(
    r"(checkpoint|config|generation_config|(pre)?processor_config|tokenizer|tokenizer_config|special_tokens_map"
    r"|added_tokens|vocab)\.json|merges\.txt|tokenizer\.model|chat_template\.jinja"
    r"|model(-\d+-of-\d+)?\.safetensors(\.index\.json)?|adapter_config\.json|adapter_model\.safetensors"
)


def segments_of(evidence: Evidence, arm: str) -> list[str]:
    """The names of an arm's segments, in the order of training."""
    return sorted({name.split("/")[2] for name in evidence.below(f"training/{arm}")} - {LENGTHS, DATASET})


def order_problems(
    evidence: Evidence, arm: str, plan: Sequence[Segment], lengths: Mapping[str, int], parameters: dict[str, Any]
) -> Iterator[Problem]:
    """The segments of an arm are those of a plan, and consumed its rows batch by batch."""
    names = [segment.name for segment in plan]
    if sorted(names) != segments_of(evidence, arm):
        found = f"segments {', '.join(segments_of(evidence, arm))}"
        yield Problem(f"training/{arm}", found, ", ".join(names), RETRAIN)
    for segment in plan:
        place, size = f"training/{arm}/{segment.name}", parameters["TRACES_PER_STEP"]
        planned = order_batches(segment.rows, lengths, size, parameters["SEED"])
        if parameters["MAX_STEPS"]:
            planned = planned[: parameters["MAX_STEPS"]]
        order = [tuple(row["trace_ids"]) for row in evidence.rows(f"{place}/order.jsonl")]
        if order != planned:
            step = next((i for i, (x, y) in enumerate(zip(order, planned, strict=False), 1) if x != y), len(order))
            expected = f"the {len(planned)} batches that its data and parameters give"
            yield Problem(f"{place}/order.jsonl", f"{len(order)} batches, another at step {step}", expected, RETRAIN)
        tokens = [sum(lengths[trace_id] for trace_id in batch) for batch in planned]
        if [row["tokens"] for row in evidence.rows(f"{place}/metrics.jsonl")] != tokens:
            yield Problem(f"{place}/metrics.jsonl", "other tokens per step", f"those of {LENGTHS}", RETRAIN)


def chain_problems(
    evidence: Evidence, arm: str, parameters: dict[str, Any], parent: str, data: str
) -> Iterator[Problem]:
    """Each checkpoint names its parent, its data, its settings and its steps, and its weights if they are there.

    ``parent`` and ``data`` are the sha256 of the weights that the first segment starts from, and of the traces.
    """
    settings = ("learning_rate", "lora_rank", "max_steps", "seed", "precision", "compile", "engine")
    names = [name for name in settings if name.upper() in parameters]  # older runs know no adapters
    for segment in segments_of(evidence, arm):  # in every arm the order of names is the order of training
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
            "dataset_sha256": data,
            "arm": arm,
            "stage": segment,
            "steps": len(metrics),
            **{f"config/{name}": parameters[name.upper()] for name in names},
        }
        config = {"engine": "torch", **record["config"]}  # which is named only where it is another
        found = {**record, **{f"config/{name}": config.get(name) for name in names}}
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
