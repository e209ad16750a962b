"""A run folder as the pipeline leaves it before the analysis: made by hand, graded by the real scorer."""

from types import SimpleNamespace

import pytest

from tunixlib.artifacts import write_json, write_jsonl
from tunixlib.evaluation.scoring import grade, scorecard
from tunixlib.runs import Run
from tunixlib.traces import ReasoningTrace, write_traces

CHECKPOINTS = ("base", "flat", "stage_a", "stage_b", "stage_c")
SECTIONS = ("core", "core", "core", "trace_sensitive", "edge_case")
ITEMS = 40


def item(number):
    a, b = 10 + number, 3 + number % 7
    return {
        "id": f"eval-core/{number:04d}",
        "prompt": f"Ada has ${a} and earns ${b}. How many dollars has she?",
        "expected_answer": str(a + b),
        "section": SECTIONS[number % 5],
        "category": "reasoning",
        "difficulty": "easy",
        "family": "earning",
    }


def worked(number, right=True, true=True):
    """A completion in the text form; ``true`` is about its first step, ``right`` about its answer."""
    a, b = 10 + number, 3 + number % 7
    steps = f"Start with the money: {a} + {b} = {a + b + (not true)}\nSo she has that many dollars."
    return f"<reasoning>\n{steps}\n</reasoning>\n<answer>{a + b + (not right)}</answer>"


def prediction(number, completion, finish_reason="eos"):
    row = {**item(number), "completion": completion, "finish_reason": finish_reason, "tokens": len(completion.split())}
    return {**row, **grade(completion, row["expected_answer"], finish_reason)}


def regraded(row):
    """The row with its grades as its expected answer gives them now."""
    return {**row, **grade(row["completion"], row["expected_answer"], row["finish_reason"])}


def base_prediction(number):
    if number % 4 == 0:
        return prediction(number, f"She has {item(number)['expected_answer']} dollars.")
    return prediction(number, "Ada has \u82f9\ufffd\x07 a lot of $money$ and\r\n```\n" + "and so on " * 60, "length")


# Checkpoint -> the prediction row of an item by its number.
WRITERS = {
    "base": base_prediction,
    "flat": lambda n: prediction(n, worked(n, right=n % 2 == 0)),
    "stage_a": lambda n: prediction(n, worked(n, right=n % 4 != 1)),
    "stage_b": lambda n: prediction(n, worked(n, right=n % 2 == 0, true=n % 3 != 0)),
    "stage_c": lambda n: prediction(
        n, worked(n, right=n % 4 < 3 or n % 8 == 3, true=(n % 6 != 1 and n % 8 != 7) or n == 7)
    ),
}


def write_evaluation(run, checkpoints=CHECKPOINTS, items=ITEMS, writers=WRITERS, eval_sets=("eval-core",)):
    cards = []
    for checkpoint in checkpoints:
        for eval_set in eval_sets:
            rows = [writers[checkpoint](number) for number in range(items)]
            write_jsonl(run.path("predictions", eval_set, f"{checkpoint}.jsonl"), rows)
            cards.append(scorecard(rows, checkpoint, eval_set))
    summary = {"checkpoints": list(checkpoints), "eval_sets": {name: {"items": items} for name in eval_sets}}
    write_json(run.path("eval_summary.json"), {**summary, "scorecards": cards})


def write_training(run, arm, segments, steps=12, tokens=300):
    for place, segment in enumerate(segments):
        losses = [
            (2.5 + 0.4 * (arm == "flat")) / (1 + 0.4 * (place * steps + i)) + 0.05 * (i * 7 % 5)
            for i in range(1, steps + 1)
        ]
        write_jsonl(
            run.path("training", arm, segment, "metrics.jsonl"),
            (
                {"step": i, "loss": loss, "tokens": tokens, "target_tokens": 100}
                for i, loss in enumerate(losses, start=1)
            ),
        )


def write_stages(run):
    for stage, steps in (("a", 2), ("b", 3), ("c", 5)):
        work = [("compute", f"{k} + {k} = {2 * k}") for k in range(1, steps + 1)]
        traces = [ReasoningTrace.build(f"Question {i} of {stage}?", work + work[: i % 2], "7") for i in range(20)]
        write_traces(run.path("data", f"stage_{stage}.jsonl"), traces)


@pytest.fixture
def made():
    """What the tests build runs from."""
    return SimpleNamespace(
        prediction=prediction,
        worked=worked,
        regraded=regraded,
        writers=WRITERS,
        evaluation=write_evaluation,
        training=write_training,
        stages=write_stages,
    )


@pytest.fixture
def bare_run(tmp_path):
    """A run folder with nothing in it."""
    return Run(tmp_path / "made-up")


@pytest.fixture
def run(bare_run):
    """Both arms trained, five checkpoints evaluated on forty items."""
    write_stages(bare_run)
    write_training(bare_run, "flat", ("stage_1", "stage_2", "stage_3"))
    write_training(bare_run, "curriculum", ("stage_a", "stage_b", "stage_c"))
    write_evaluation(bare_run)
    return bare_run
