"""Small studies for tests: sealed runs reduced to what a study reads of them, with answers that are chosen."""

import json

import yaml

from tunixlib.artifacts import write_bytes, write_json, write_jsonl
from tunixlib.evaluation.scoring import grade
from tunixlib.studies.bar import Bar
from tunixlib.studies.parameters import declared_defaults
from tunixlib.studies.plan import planned_runs

BAR = {
    "study": "orders",
    "question": "Does the order of the stages matter?",
    "base": "smoke",
    "set": {"EPOCHS": [1, 1, 1]},
    "seeds": [1, 2, 3],
    "conditions": [{"name": "flat", "arm": "flat"}, {"name": "curriculum", "arm": "curriculum"}],
    "comparisons": [{"a": "curriculum", "b": "flat"}],
    "eval_sets": ["eval-core"],
    "items": 0,
    "smallest_effect": 0.05,
    "alpha": 0.05,
}

CORRECTION = {
    **BAR, "study": "checks", "eval_sets": ["eval-correction", "eval-core"], "measure": "judged", "treatment": ["data"],
    "conditions": [{"name": name, "arm": name} for name in ("surface", "contrastive")],
    "comparisons": [{"a": "contrastive", "b": "surface"}],
    "aim": {"detection": 0.85, "false_alarms": 0.05},
}  # fmt: skip

# What study.json says of bar and rules.
RECORD = {
    "bar": {
        "file": "notebooks/profiles/studies/orders.yaml", "sha256": "a" * 64, "commit": "c" * 40, "committed": True,
        "versions": 3, "versions_after_first_run": 1,
    },
    "rules": {"commit": "d" * 40, "sha256": "b" * 64, "runs_commit": "c" * 40, "same": True},
}  # fmt: skip

# What the notebooks of a small repository declare, and its profile.
DECLARED = {
    "01_seed": 'DATASET: str = "dev-reasoning-v2"  # rows\nEVAL_SETS: list[str] = ["eval-core"]\nRUN_ID: str = "x"\n',
    "02_train": "SEED: int = 42\nEPOCHS: list[int] = [2, 2, 2]\nLEARNING_RATE: float = 2e-4\n",
    "03_curriculum": 'SEED: int = 42\nEPOCHS: list[int] = [2, 2, 2]\nARMS: list[str] = ["curriculum"]\n',
    "04_self_correction": "SEED: int = 42\nCORRECTION_ARMS: list[str] = []\nCORRECTION_TRACES: int = 500\n",
    "05_evaluate": 'EVAL_SETS: list[str] = ["eval-core"]\nEVAL_ITEMS: int = 120\nCHECKPOINTS: list[str] = []\n',
}
PROFILE = {"RUN_ID": "my-smoke", "LEARNING_RATE": 1e-3, "EVAL_ITEMS": 20}


def notebook(source):
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Title"]},
        {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": source.splitlines(keepends=True)},
    ]
    return json.dumps({"cells": cells}).encode()


def write_project(repository):
    """Notebooks and the profile ``smoke``, as small as ``committed_parameters`` allows."""
    for name, source in DECLARED.items():
        write_bytes(repository / "notebooks" / f"{name}.ipynb", notebook(source))
    write_bytes(repository / "notebooks/profiles/smoke.yaml", yaml.safe_dump(PROFILE).encode())


def bar_of(**changes):
    return Bar.model_validate({**BAR, **changes})


def row(number, right, eval_set="eval-core"):
    completion = f"<reasoning>\n{number} + 1 = {number + 1}\n</reasoning>\n<answer>{number + 1 + (not right)}</answer>"
    item = {
        "id": f"{eval_set}/{number:04d}", "prompt": f"What is {number} + 1?", "expected_answer": str(number + 1),
        "section": "core", "category": "synthetic", "difficulty": "easy", "family": "adding",
    }  # fmt: skip
    graded = grade(completion, item["expected_answer"], "eos")
    return {**item, "completion": completion, "finish_reason": "eos", "tokens": 20, **graded}


MACHINE = {
    "platform": "Linux x86_64", "python": "3.11.9", "cpu": "a processor", "cpus": 2, "accelerator": "none",
    "packages": {"torch": "2.13.0"}, "training": {"flat/stage_1": {"precision": "float32", "threads": 2}},
}  # fmt: skip

KINDS = ("changed_result", "miscopied_operand")
VERDICTS = {
    "repaired": "line 1 is wrong: {right}", "localised": "line 1 is wrong: 0", "assured": "right: {right}",
    "detected": "the answer is wrong: {right}", "accepted": "right: {right}", "alarmed": "line 1 is wrong: {right}",
    "unparseable": "no",
}  # fmt: skip


def shown_row(number, outcome, wrong, eval_set="eval-correction"):
    """A work of ``number + 1``, with an error or without, and a completion that has this outcome."""
    right, shown = number + 1, number + 1 + wrong
    item = {
        "id": f"{eval_set}/{number:04d}/{'wrong' if wrong else 'clean'}",
        "prompt": f"Check this work.\nQuestion: What is {number} + 1?\nLine 1: {number} + 1 = {shown}\nAnswer: {shown}",
        "expected_answer": f"line 1 is wrong: {right}" if wrong else f"right: {right}",
        "section": KINDS[number % 2], "category": "wrong" if wrong else "clean", "difficulty": "easy",
        "family": "adding",
    }  # fmt: skip
    mark = f"Line 1: {number} + 1 = {right}, shown {shown}: {'wrong' if wrong else 'right'}"
    completion = f"<reasoning>\n{mark}\n</reasoning>\n<answer>{VERDICTS[outcome].format(right=right)}</answer>"
    graded = grade(completion, item["expected_answer"], "eos")
    return {**item, "completion": completion, "finish_reason": "eos", "tokens": 20, **graded}


def write_shown(root, bar, outcomes, eval_set="eval-correction"):
    """``outcomes(condition, seed)`` gives a pair for each question: of the wrong work and of the right one."""
    for planned in planned_runs(bar):
        folder = root / planned.run_id / "predictions" / eval_set
        said = {bar.condition(name).checkpoint: outcomes(name, planned.seed) for name in planned.conditions}
        if "base" in planned.parameters["CHECKPOINTS"]:
            said["base"] = [("assured", "accepted")] * len(next(iter(said.values())))
        for checkpoint, pairs in said.items():
            rows = [
                (n, outcome, wrong) for n, pair in enumerate(pairs) for outcome, wrong in zip(pair, (1, 0), strict=True)
            ]
            write_jsonl(folder / f"{checkpoint}.jsonl", (shown_row(*row, eval_set) for row in rows))


def write_second_pass(root, bar, answers, eval_set="eval-core"):
    """``answers(condition, seed)`` gives for each item: right at first, the verdict, and right at last."""
    for planned in planned_runs(bar):
        for name in planned.conditions:
            rows = [
                {
                    "id": f"{eval_set}/{number:04d}", "question": f"What is {number} + 1?", "first_correct": first,
                    "shown": verdict != "unshown", "verdict": verdict, "correct": last,
                }
                for number, (first, verdict, last) in enumerate(answers(name, planned.seed))
            ]  # fmt: skip
            path = root / planned.run_id / "second_pass" / eval_set / f"{bar.condition(name).checkpoint}.jsonl"
            write_jsonl(path, rows)


def stages_of(planned):
    """The stages of a run's provenance, made from ``DECLARED``, ``PROFILE`` and what the study plans."""
    stages = []
    for name, source in DECLARED.items():
        defaults = declared_defaults(notebook(source))
        given = {key: planned.parameters.get(key, PROFILE.get(key, value)) for key, value in defaults.items()}
        if given.get("CORRECTION_ARMS") != []:
            stages.append({"stage": name, "parameters": {key: given[key] for key in given if key != "RUN_ID"}})
    return stages


def write_runs(root, bar, answers, commit="c" * 40, eval_sets=("eval-core",)):
    """``answers(condition, seed)`` gives right or wrong for every item; the base model is always wrong."""
    for planned in planned_runs(bar):
        folder = root / planned.run_id
        for eval_set in eval_sets:
            count = 0
            for name in planned.conditions:
                right = answers(name, planned.seed)
                count = len(right)
                path = folder / "predictions" / eval_set / f"{bar.condition(name).checkpoint}.jsonl"
                write_jsonl(path, (row(number, x, eval_set) for number, x in enumerate(right)))
            if "base" in planned.parameters["CHECKPOINTS"]:
                rows = (row(number, False, eval_set) for number in range(count))
                write_jsonl(folder / "predictions" / eval_set / "base.jsonl", rows)
        manifest = {"run_id": planned.run_id, "profile": bar.base, "commit": commit, "dirty": False, "notes": []}
        write_json(folder / "run_manifest.json", {**manifest, "environment": MACHINE})
        write_json(folder / "provenance.json", {"stages": stages_of(planned)})


def planted(items, gain):
    """Answers of which flat gets half and the curriculum ``gain`` of the items more, a little other with each seed.

    On four items of each side the two differ without either being ahead, so that there is something to see.
    """

    def answers(condition, seed):
        right = [number % 2 == 0 for number in range(items)]
        right[2 * seed] = False  # seeds are not all alike
        if condition == "curriculum":
            for number in range(round(gain * items)):
                right[2 * number + 1] = True
            right[2 * seed + 10] = False
            for number in range(4):
                right[items - 2 - 2 * number], right[items - 1 - 2 * number] = False, True
        return right

    return answers
