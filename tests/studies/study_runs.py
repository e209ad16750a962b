"""Small studies for tests: sealed runs reduced to what a study reads of them, with answers that are chosen."""

from tunixlib.artifacts import write_json, write_jsonl
from tunixlib.evaluation.scoring import grade
from tunixlib.studies.bar import Bar, planned_runs

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


def write_runs(root, bar, answers, commit="c" * 40):
    """``answers(condition, seed)`` gives right or wrong for every item; the base model is always wrong."""
    for planned in planned_runs(bar):
        folder = root / planned.run_id
        count = 0
        for name in planned.conditions:
            right = answers(name, planned.seed)
            count = len(right)
            path = folder / "predictions" / "eval-core" / f"{bar.condition(name).checkpoint}.jsonl"
            write_jsonl(path, (row(number, x) for number, x in enumerate(right)))
        if "base" in planned.parameters["CHECKPOINTS"]:
            write_jsonl(folder / "predictions/eval-core/base.jsonl", (row(number, False) for number in range(count)))
        manifest = {"run_id": planned.run_id, "profile": bar.base, "commit": commit, "dirty": False}
        write_json(folder / "run_manifest.json", manifest)
        stages = [{"stage": "02_train", "parameters": planned.parameters}]
        write_json(folder / "provenance.json", {"stages": stages})


def planted(items, gain):
    """Answers of which flat gets half and the curriculum ``gain`` of the items more, a little other with each seed."""

    def answers(condition, seed):
        right = [number % 2 == 0 for number in range(items)]
        right[2 * seed] = False  # seeds are not all alike
        if condition == "curriculum":
            for number in range(round(gain * items)):
                right[2 * number + 1] = True
            right[2 * seed + 10] = False
        return right

    return answers
