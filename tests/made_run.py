"""A complete run made with the project's own writers and a fake model, and ways to hide a change in it."""

import base64
import json
import struct
import zlib
from pathlib import Path

from tunixlib.analysis.claims import write_claims
from tunixlib.analysis.figures import PLOTS
from tunixlib.analysis.report_text import shown_analysis, write_analysis
from tunixlib.artifacts import (
    canonical_json,
    read_json,
    read_jsonl,
    sha256_bytes,
    sha256_file,
    sha256_text,
    write_bytes,
    write_json,
    write_jsonl,
    write_text,
)
from tunixlib.evaluation.reports import scorecard_table
from tunixlib.evaluation.scoring import grade, scorecard
from tunixlib.evaluation.second_pass_report import mended_example, second_pass_table
from tunixlib.evidence import sealing
from tunixlib.evidence.notebook_check import INJECTED, assignments, source_of
from tunixlib.modeling.checkpoints import CheckpointRecord
from tunixlib.runs import PROJECT_ROOT, STAGES, WORK, Run, hash_tree
from tunixlib.seeding import datasets
from tunixlib.seeding.evalsets import EvalItem
from tunixlib.tables import markdown_table
from tunixlib.traces import ReasoningTrace, render_completion
from tunixlib.training.arms import LENGTHS, order_batches, plan_arm
from tunixlib.training.config import SFTConfig, learning_rate_at
from tunixlib.training.reports import consumed, training_table

INJECTION = {
    "RUN_ID": "demo",
    "DATASET": "adding-v1",
    "EVAL_SETS": ["eval-adding"],
    "EPOCHS": [1, 2, 1],
    "TRACES_PER_STEP": 2,
    "MODEL": "tiny",
    "EVAL_ITEMS": 8,
    "MAX_NEW_TOKENS": 300,
}
CHECKPOINTS = ("base", "flat", "stage_a", "stage_b", "stage_c")
BASE_SHA = sha256_text("base weights")
ENVIRONMENT = {
    "platform": "Linux x86_64",
    "python": "3.11.0",
    "cpu": "a processor",
    "cpus": 2,
    "accelerator": "none",
    "packages": {"torch": "2.13.0"},
}


def make_traces():
    made = []
    for i in range(30):
        category, steps = [("synthetic", 2), ("reasoning", 3), ("reasoning", 4)][i % 3]
        work = [("compute", f"{i + k} + {k} = {i + 2 * k}") for k in range(1, steps + 1)]
        meta = {"category": category, "family": "adding", "difficulty": "easy", "dataset_key": "adding-v1"}
        made.append(ReasoningTrace.build(f"What is {i} plus {2 * steps}?", work, str(i + 2 * steps), meta))
    return made


def commit_data(root, traces):
    write_jsonl(root / "adding-v1" / "dataset.jsonl", (trace.model_dump() for trace in traces))
    sha = sha256_file(root / "adding-v1" / "dataset.jsonl")
    write_json(root / "adding-v1" / "manifest.json", {"dataset_key": "adding-v1", "count": len(traces), "sha256": sha})
    items = [
        EvalItem(
            id=f"eval-adding/{i:04d}", prompt=f"How much is {100 + i} + {i}?", expected_answer=str(100 + 2 * i),
            section=("core", "trace_sensitive")[i % 2], category="synthetic", difficulty="easy", family="adding",
        ).model_dump()
        for i in range(12)
    ]  # fmt: skip
    write_jsonl(root / "eval-adding" / "eval.jsonl", items)
    sha = sha256_file(root / "eval-adding" / "eval.jsonl")
    write_json(root / "eval-adding" / "manifest.json", {"dataset_key": "eval-adding", "count": 12, "sha256": sha})


def write_stage(run, name, traces, data):
    source = json.loads((PROJECT_ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))
    parameters = assignments(
        next(source_of(c) for c in source["cells"] if "parameters" in c["metadata"].get("tags", []))
    )
    injected = {key: value for key, value in INJECTION.items() if key in parameters}
    stage = run.start(name, {**parameters, **injected})
    if name == "01_seed":
        datasets.write_run_data(run.path("data"), "adding-v1", traces)
    elif name in ("02_train", "03_curriculum"):
        write_arm(run, name, stage.parameters)
    elif name == "05_evaluate":
        write_results(run, stage.parameters, data)
    elif name == "06_analysis":
        for number, figure in enumerate(PLOTS):
            write_bytes(run.path("figures", f"{figure}.png"), png(30 * number))
        write_claims(run)
        write_analysis(run)
    stage.finish()
    write_executed(run, name, source, injected)


def write_arm(run, name, parameters, left_out=()):
    arm = name.removeprefix("02_train").removeprefix("03_") or "flat"
    stages, lengths = {}, {}
    for stage in "abc":
        found = [ReasoningTrace(**row) for _, row in read_jsonl(run.path("data", f"stage_{stage}.jsonl"))]
        lengths |= {trace.trace_id: len(trace.prompt + render_completion(trace)) for trace in found}
        ids = [trace.trace_id for trace in found if trace.trace_id not in left_out]
        stages[stage] = [i for i in ids if lengths[i] <= parameters["MAX_LENGTH"]]
    write_json(run.path("training", arm, LENGTHS), lengths)
    parent = BASE_SHA
    for segment in plan_arm(arm, stages, parameters["EPOCHS"], parameters["SEED"]):
        folder = run.path("training", arm, segment.name)
        steps = order_batches(segment.rows, lengths, parameters["TRACES_PER_STEP"], parameters["SEED"])
        steps = steps[: parameters["MAX_STEPS"] or None]
        write_jsonl(folder / "order.jsonl", ({"step": i, "trace_ids": list(b)} for i, b in enumerate(steps, start=1)))
        tokens = [sum(lengths[trace_id] for trace_id in batch) for batch in steps]
        names = ("learning_rate", "lora_rank", "max_steps", "seed", "precision", "compile")
        config = SFTConfig(**{key: parameters[key.upper()] for key in names})
        rates = [learning_rate_at(number, len(steps), config) for number in range(1, len(steps) + 1)]
        rows = (metrics_row(i, *both) for i, both in enumerate(zip(tokens, rates, strict=True), start=1))
        write_jsonl(folder / "metrics.jsonl", rows)
        weights = f"weights of {arm}/{segment.name}".encode()
        write_bytes(folder / "checkpoint" / "model.safetensors", weights)
        write_json(folder / "checkpoint" / "config.json", {})
        record = CheckpointRecord(
            weights_sha256=sha256_bytes(weights), parent_sha256=parent, arm=arm, stage=segment.name, steps=len(steps),
            dataset_sha256=sha256_file(run.path("data", "dataset.jsonl")),
            config=config.model_dump(), chosen={"device": "cpu", "precision": "float32", "compile": False},
        )  # fmt: skip
        write_json(folder / "checkpoint" / "checkpoint.json", record.model_dump(exclude_none=True))
        parent = record.weights_sha256


def metrics_row(step, tokens, rate):
    return {
        "step": step, "loss": 2.0 / step, "learning_rate": rate, "tokens": tokens, "target_tokens": tokens - 10,
        "tokens_per_second": tokens / 2, "grad_norm": 1.0, "seconds": 2.0,
    }  # fmt: skip


def write_results(run, parameters, data):
    items = [row for _, row in read_jsonl(data / "eval-adding" / "eval.jsonl")][: parameters["EVAL_ITEMS"]]
    cards = []
    for rank, name in enumerate(CHECKPOINTS):
        rows = [prediction(item, i, rank) for i, item in enumerate(items)]
        write_jsonl(run.path("predictions", "eval-adding", f"{name}.jsonl"), rows)
        cards.append(scorecard(rows, name, "eval-adding"))
    losses = [row["loss"] for _, row in read_jsonl(run.path("training", "curriculum", "stage_c", "metrics.jsonl"))]
    sha = sha256_file(data / "eval-adding" / "eval.jsonl")
    summary = {
        "run_version": "1.0",
        "eval_sets": {"eval-adding": {"sha256": sha, "items": len(items)}},
        "checkpoints": list(CHECKPOINTS),
        "base_weights_sha256": BASE_SHA,
        "precision": "float32",
        "device": "cpu",
        "metrics": {"final_loss": losses[-1], "answer_correctness": cards[-1]["accuracy"]},
        "primary_score": cards[-1]["accuracy"]["rate"],
        "scorecards": cards,
        "evaluated_at": "2026-01-02T03:04:05Z",
    }
    write_json(run.path("eval_summary.json"), summary)


def prediction(item, number, rank):
    """The base model writes a bare number; the later a checkpoint, the more of its sums are right."""
    answer = int(item["expected_answer"]) + (0 if number % 5 < rank else 1)
    if rank == 0:
        completion, ended = f"It is {answer}.", "length"
    else:
        work = f"{100 + number} + {number} = {answer}"
        completion, ended = f"<reasoning>\n{work}\n</reasoning>\n<answer>{answer}</answer>", "eos"
    return {
        **item,
        "completion": completion,
        "finish_reason": ended,
        "tokens": 300 if ended == "length" else len(completion) // 2,
        **grade(completion, item["expected_answer"], ended),
    }


def png(shade):
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header, pixels = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0), zlib.compress(bytes([0, shade]))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def write_executed(run, name, source, injected):
    """What papermill would leave: counts, the injected cell, outputs where a file of the run is shown."""
    sha = sha256_text(canonical_json([[cell["cell_type"], source_of(cell)] for cell in source["cells"]]))
    place = next(i for i, c in enumerate(source["cells"]) if "parameters" in c["metadata"].get("tags", [])) + 1
    lines = "# Parameters\n" + "\n".join(f"{key} = {json.dumps(value)}" for key, value in injected.items())
    cell = {"cell_type": "code", "id": "injected", "metadata": {"tags": [INJECTED]}, "outputs": [], "source": lines}
    source["cells"].insert(place, cell)
    source["metadata"]["papermill"] = {"end_time": "2026-01-02T03:04:05", "parameters": injected}
    for number, cell in enumerate(source["cells"]):
        if cell["cell_type"] == "code":
            cell["execution_count"] = number + 1
            cell["outputs"] = [
                {"output_type": "execute_result", "execution_count": number + 1, "metadata": {}, "data": data}
                for data in shown(run, source_of(cell).strip().rsplit("\n", 1)[-1])
            ]
    write_text(run.path("notebooks", f"{name}.ipynb"), json.dumps(source, indent=1, ensure_ascii=False) + "\n")
    note = {"source_sha256": sha, "commit": "c" * 40, "dirty": False}
    write_json(run.path(WORK, "pipeline", f"{name}.json"), note)


def shown(run, line):
    if line.startswith("Image(figures["):
        path = run.path("figures", f"{line.split(chr(34))[1]}.png")
        if line.endswith(" in figures else None") and not path.is_file():
            return []
        data = path.read_bytes()
        return [{"image/png": base64.b64encode(data).decode() + "\n"}]
    shows = {
        "Markdown(shown_analysis(run))": lambda: shown_analysis(run),
        'Markdown(training_table(run, "flat"))': lambda: training_table(run, "flat"),
        'Markdown("\\n\\n".join(training_table(run, arm) for arm in ARMS))': lambda: training_table(run, "curriculum"),
        'Markdown("\\n\\n".join(tables))': lambda: fairness(run),
        "Markdown(second_pass_table(run))": lambda: second_pass_table(run),
        "Markdown(mended_example(run))": lambda: mended_example(run),
        "Markdown(scorecard_table(summary))": lambda: scorecard_table(read_json(run.path("eval_summary.json"))),
        'Markdown(markdown_table(("file", "sha256 begins"), rows))': lambda: markdown_table(
            ("file", "sha256 begins"), [(name, sha[:16]) for name, sha in run.record("01_seed")["outputs"].items()]
        ),
    }
    return [{"text/markdown": shows[line]()}] if line in shows else []


def read_text(path):
    return path.read_text(encoding="utf-8")


def fairness(run):
    """``fairness_table`` with rows of the lengths and targets that ``metrics_row`` counts."""
    lengths = read_json(run.path("training", "flat", LENGTHS))
    table = {"rows": [], "distinct rows": [], "steps": [], "tokens": [], "supervised tokens": []}
    for arm in ("flat", "curriculum"):
        ids = consumed(run, arm)
        steps = sum(len(read_text(path).splitlines()) for path in run.path("training", arm).glob("*/metrics.jsonl"))
        tokens = sum(lengths[trace_id] for trace_id in ids)
        for name, value in zip(table, (len(ids), len(set(ids)), steps, tokens, tokens - 10 * steps), strict=True):
            table[name].append(value)
    return markdown_table(("consumed", "flat", "curriculum"), [(name, *both) for name, both in table.items()])


def reseal(root: Path):
    """Make all hashes agree again after a change, as someone would who wants to hide it."""
    run = Run(root)
    provenance = read_json(run.path("provenance.json"))
    for entry in provenance["stages"]:
        stage = next(stage for stage in STAGES if stage.name == entry["stage"])
        entry["inputs"], entry["outputs"] = hash_tree(root, stage.reads), hash_tree(root, stage.writes)
        executed = run.path(entry["notebook"]["executed"])
        if executed.is_file():
            entry["notebook"]["executed_sha256"] = sha256_file(executed)
    write_json(run.path("provenance.json"), provenance)
    rehash(root)


def rehash(root: Path, **changes):
    """The manifest alone made to agree with the files."""
    manifest = {**read_json(root / "run_manifest.json"), **changes}
    manifest["files"] = {name: sha256_file(root / name) for name in sealing.evidence_files(root)}
    manifest["digest"] = sealing.manifest_digest(manifest)
    write_json(root / "run_manifest.json", manifest)
