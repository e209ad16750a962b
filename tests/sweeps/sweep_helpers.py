"""Small sweeps for tests: trials sealed at once, with answers that follow from their learning rate and seed."""

import yaml

from tunixlib.artifacts import sha256_text, write_bytes, write_json, write_jsonl
from tunixlib.evaluation.scoring import grade
from tunixlib.runs import MANIFEST, Run
from tunixlib.sweeps.run_sweep import run_sweep

SWEEP = {
    "profile": "smoke",
    "run_id": "tries",
    "set": {"CORRECTION_ARMS": []},
    "grid": {"LEARNING_RATE": [1e-3, 3e-3, 1e-2]},
    "choose": {"eval_set": "eval-dev", "items": 20},
    "report": {"eval_set": "eval-core", "items": 10},
}
SETTINGS = {"max_new_tokens": 48, "batch_size": 128, "precision": "float32"}
SEALED, ANSWERED = "2026-01-01T10:00:00Z", "2026-01-01T11:00:00Z"
# How many of 20 choosing items a learning rate gets right.
RIGHT = {0.001: 6, 0.003: 12, 0.01: 9, 0.03: 18}


def write_sweep_file(path, **changes):
    """A sweep file with some keys changed, and without those that are None."""
    values = {name: value for name, value in {**SWEEP, **changes}.items() if value is not None}
    write_bytes(path, yaml.safe_dump(values).encode())
    return path


def row(number, right, eval_set):
    """One graded prediction."""
    answer = number + 1 + (not right)
    completion = f"<reasoning>\n{number} + 1 = {answer}\n</reasoning>\n<answer>{answer}</answer>"
    item = {
        "id": f"{eval_set}/{number:04d}", "prompt": f"What is {number} + 1?", "expected_answer": str(number + 1),
        "section": "core", "category": "synthetic", "difficulty": "easy", "family": "adding",
    }  # fmt: skip
    graded = grade(completion, item["expected_answer"], "eos")
    return {**item, "completion": completion, "finish_reason": "eos", "tokens": 20, **graded}


def make(task, say):
    """A trial that is sealed at once."""
    from pathlib import Path

    run, given = Run(Path(task.root) / task.run_id), task.parameters
    say("[1/1] all of it")
    right = RIGHT[given["LEARNING_RATE"]] - given.get("SEED", 0)
    eval_set = given["EVAL_SETS"][0]
    rows = [row(number, number < right, eval_set) for number in range(given["EVAL_ITEMS"])]
    write_jsonl(run.path("predictions", eval_set, "stage_c.jsonl"), rows)
    weights = sha256_text(task.run_id)
    record = {"weights_sha256": weights}
    write_json(run.path("training", "curriculum", "stage_c", "checkpoint", "checkpoint.json"), record)
    write_bytes(run.path("training", "curriculum", "stage_c", "checkpoint", "model.safetensors"), b"weights")
    values = {
        name: value
        for name, value in {**task.profile.parameters, "EVAL_BATCH": 128, **given}.items()
        if name != "RUN_ID"
    }
    write_json(run.path("provenance.json"), {"stages": [{"stage": "02_train", "parameters": values}]})
    write_json(run.path(MANIFEST), {
        "run_id": task.run_id, "profile": "smoke", "commit": "c" * 40, "dirty": False, "notes": [],
        "timestamp": SEALED,
        "environment": environment(),
    })  # fmt: skip
    write_json(run.path("eval_summary.json"), {"precision": "float32"})
    return "sealed", ""


def environment(**more):
    """The machine that makes trials."""
    return {"python": "3.13.1", "packages": {}, "cpu": "one", "training": {"flat/stage_1": {"threads": 1}}, **more}


def ask(question):
    """The winner gets four of ten right."""
    rows = [row(number, number < 4, question.eval_set) for number in range(question.items)]
    write_jsonl(question.out / "predictions.jsonl", rows)
    asked = {"name": question.eval_set, "items": question.items, "rows": 500}
    weights = {"weights_sha256": sha256_text(question.run_id)}
    manifest = {"eval_set": asked, "checkpoint": weights, "settings": SETTINGS, "finished_at": ANSWERED}
    write_json(question.out / "evaluation_manifest.json", manifest)
    return ""


class Maker:
    """Makes trials at once and remembers which; those in ``fails`` fail."""

    def __init__(self):
        self.made, self.fails = [], {}

    def __call__(self, task, say):
        self.made.append(task.run_id)
        if task.run_id in self.fails:
            return "failed", self.fails[task.run_id]
        return make(task, say)


def sweep(place, maker=None, say=lambda words: None, ask=ask, **changes):
    """A sweep whose file has some keys changed."""
    file = write_sweep_file(place / "sweep.yaml", **changes)
    return run_sweep(file, say, make=maker or Maker(), ask=ask)
