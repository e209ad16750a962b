"""A small sealed run with everything a comparison reads."""

from tunixlib.artifacts import sha256_file, sha256_text, write_json, write_jsonl
from tunixlib.evaluation.scoring import grade, scorecard
from tunixlib.evidence.sealing import manifest_digest
from tunixlib.runs import Run
from tunixlib.traces import ReasoningTrace, write_traces
from tunixlib.training.arms import Segment, order_batches, plan_arm

BASE = sha256_text("base weights")
ITEMS = 40
CHECKPOINTS = ("base", "flat", "stage_a", "stage_b", "stage_c")


def traces(count=18, start=0):
    made = []
    for i in range(start, start + count):
        work = [("compute", f"{i} + {k} = {i + k}") for k in range(1, 3 + i % 3)]
        made.append(ReasoningTrace.build(f"What is {i} plus {2 + i % 3}?", work, str(i + 2 + i % 3)))
    return made


def write_arm(run, arm, made, epochs=(1, 1, 2), size=4, config=None, chosen=None, rate=1e-4):
    ids = {stage: [t.trace_id for i, t in enumerate(made) if i % 3 == n] for n, stage in enumerate("abc")}
    lengths = {t.trace_id: 20 + i for i, t in enumerate(made)}
    write_json(run.path("training", arm, "lengths.json"), lengths)
    parent = BASE
    for segment in plan_arm(arm, ids, epochs, seed=42):
        parent = write_segment(run, arm, segment, lengths, parent, size, config, chosen, rate)


def write_segment(run, arm, segment, lengths, parent, size=4, config=None, chosen=None, rate=1e-4):
    """One segment's folder; returns the sha256 of its weights."""
    folder = run.path("training", arm, segment.name)
    steps = order_batches(segment.rows, lengths, size, seed=42)
    rows = [
        {
            "step": n,
            "loss": 1.0,
            "tokens": sum(lengths[i] for i in batch),
            "target_tokens": 5 * len(batch),
            "learning_rate": rate * n / len(steps),
        }
        for n, batch in enumerate(steps, start=1)
    ]
    write_jsonl(folder / "metrics.jsonl", rows)
    write_jsonl(folder / "order.jsonl", ({"step": n, "trace_ids": list(b)} for n, b in enumerate(steps, start=1)))
    weights = sha256_text(f"{run.run_id}/{arm}/{segment.name}")
    record = {
        "weights_sha256": weights,
        "parent_sha256": parent,
        "dataset_sha256": "0" * 64,
        "arm": arm,
        "stage": segment.name,
        "steps": len(steps),
        "config": {"learning_rate": rate, "seed": 42, **(config or {})},
        "chosen": {"device": "cpu", "precision": "float32", **(chosen or {})},
    }
    write_json(folder / "checkpoint" / "checkpoint.json", record)
    return weights


def write_correction(run, arm, made, tokens=30, **training):
    """An arm of self-correction with rows of its own, from the curriculum's last checkpoint."""
    lengths = {trace.trace_id: tokens + i for i, trace in enumerate(made)}
    write_traces(run.path("training", arm, "dataset.jsonl"), made)
    write_json(run.path("training", arm, "lengths.json"), lengths)
    parent = sha256_text(f"{run.run_id}/curriculum/stage_c")
    write_segment(run, arm, Segment("stage_d", tuple(lengths)), lengths, parent, **training)


def item(number, eval_set="eval-core"):
    return {
        "id": f"{eval_set}/{number:04d}",
        "prompt": f"Ada has ${10 + number} and earns ${3 + number % 7}. How many dollars has she?",
        "expected_answer": str(13 + number + number % 7),
        "section": ("core", "core", "edge_case")[number % 3],
        "category": "reasoning",
        "difficulty": "easy",
        "family": f"family_{number % 4}",
    }


def answer(number, right, tagged=True):
    row = item(number)
    value = int(row["expected_answer"]) + (0 if right else 1)
    text = f"<reasoning>\nShe has {value}.\n</reasoning>\n<answer>{value}</answer>" if tagged else f"It is {value}."
    row |= {"completion": text, "finish_reason": "eos", "tokens": 12}
    return {**row, **grade(text, row["expected_answer"], "eos")}


# Checkpoint -> is it right on this item?
RIGHT = {
    "base": lambda n: n % 4 == 0,
    "flat": lambda n: n % 2 == 0,
    "stage_a": lambda n: n % 3 == 0,
    "stage_b": lambda n: n % 2 == 1,
    "stage_c": lambda n: n % 2 == 0 or n % 8 == 1,
}


def write_predictions(run, right=None, items=ITEMS, eval_set="eval-core"):
    rules, cards = {**RIGHT, **(right or {})}, []
    for name, rule in rules.items():
        rows = [answer(number, rule(number), tagged=name != "base") for number in range(items)]
        write_jsonl(run.path("predictions", eval_set, f"{name}.jsonl"), rows)
        cards.append(scorecard(rows, name, eval_set))
    summary = {
        "checkpoints": list(rules),
        "scorecards": cards,
        "eval_sets": {eval_set: {"items": items, "sha256": sha256_text(eval_set)}},
        "base_weights_sha256": BASE,
        "precision": "float32",
        "evaluated_at": "2026-01-02T03:04:05Z",
    }
    write_json(run.path("eval_summary.json"), summary)


def seal(run, timestamp="2026-01-02T03:04:05Z"):
    files = {run.relative(path): sha256_file(path) for path in sorted(run.root.rglob("*")) if path.is_file()}
    manifest = {"files": files, "timestamp": timestamp}
    write_json(run.path("run_manifest.json"), {**manifest, "digest": manifest_digest(manifest)})


def make_run(root, right=None, arms=("flat", "curriculum"), made=None, items=ITEMS, sealed=True, **training):
    """A run whose arms are fair twins; ``training`` changes how they were trained."""
    run = Run(root)
    made = traces() if made is None else made
    write_traces(run.path("data", "dataset.jsonl"), made)
    for arm in arms:
        write_arm(run, arm, made, **training)
    write_predictions(run, right, items)
    if sealed:
        seal(run)
    return run
