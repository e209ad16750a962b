"""Evaluation: any checkpoint on any questions, and our questions in another harness."""

from pathlib import Path
from typing import Annotated

import typer

from tunixlib.commands.app import app, guided, reported
from tunixlib.commands.models import ANOTHER, LIMIT, PANEL, TARGET
from tunixlib.evaluation.config import BATCH_SIZE, MAX_NEW_TOKENS

QUESTIONS = "A .jsonl or .csv file with id, prompt, expected_answer, or a set in data/ such as eval-core."

SHARING = "Processes that share the questions; 0 is one per visible GPU, at most one per part of up to 256 questions."


@app.command(rich_help_panel=PANEL)
@guided(
    "python -m tunixlib evaluate smollm2 --eval-set eval-dev --out my-eval",
    "python -m tunixlib evaluate my-cpu --eval-set my.jsonl --out my-eval",
    reads="a checkpoint, and a file of questions or a set in data/",
    writes="predictions.jsonl, scorecard.json, of shown works correction.json, and their manifest, in --out",
    one="not found, or other questions or settings than those --out holds, or what it holds does not verify",
)
@reported
def evaluate(
    target: Annotated[str, typer.Argument(metavar="CHECKPOINT", help=TARGET)],
    eval_set: Annotated[str, typer.Option(help=QUESTIONS)],
    out: Annotated[Path, typer.Option(help="A new folder; the same command continues one that was begun.")],
    checkpoint: Annotated[str | None, typer.Option(help=ANOTHER)] = None,
    items: Annotated[int, typer.Option(help="Only the first so many questions; 0 is all.", min=0)] = 0,
    max_new_tokens: Annotated[int, typer.Option(help=LIMIT, min=1)] = MAX_NEW_TOKENS,
    batch: Annotated[int, typer.Option(help="Answers written at once; fewer need less memory.", min=1)] = BATCH_SIZE,
    dtype: Annotated[str, typer.Option(help="auto, float32, bfloat16 or float16.")] = "auto",
    processes: Annotated[int, typer.Option(help=SHARING, min=0)] = 0,
) -> None:
    """Evaluate any checkpoint or base model on any questions: predictions, scorecard, table.

    Each line of a file of questions is a JSON object, all values text:

    {"id": "q1", "prompt": "What is 17 + 28?", "expected_answer": "45"}

    section, category, difficulty and family are optional: groups that are counted, too.

    Stopped, it is continued by the same command. Check it: python -m tunixlib verify DIR
    """
    from tunixlib.evaluation.generation import GenerationConfig
    from tunixlib.running.evaluated import evaluation_words
    from tunixlib.running.evaluating import evaluate_checkpoint

    config = GenerationConfig(max_new_tokens=max_new_tokens, batch_size=batch)
    done = evaluate_checkpoint(target, eval_set, out, config, items, dtype, checkpoint, processes)
    typer.echo(evaluation_words(done))


@app.command("export-task", rich_help_panel=PANEL)
@guided(
    "python -m tunixlib export-task eval-core --out my-task",
    reads="a file of questions or a set in data/",
    writes="the task's YAML file and its questions, in --out",
    one="questions that cannot be read, or another task in --out",
)
@reported
def export_task(
    eval_set: Annotated[str, typer.Argument(help=QUESTIONS)],
    out: Annotated[Path, typer.Option(help="The folder that gets the task: a YAML file and its questions.")],
    items: Annotated[int, typer.Option(help="Only the first so many questions; 0 is all.", min=0)] = 0,
    max_new_tokens: Annotated[int, typer.Option(help=LIMIT, min=1)] = MAX_NEW_TOKENS,
) -> None:
    """Write an evaluation set as a task of lm-evaluation-harness, for any model that it can load."""
    from tunixlib.artifacts import sha256_file
    from tunixlib.evaluation.harness_task import task_words, write_task
    from tunixlib.seeding.evalfiles import eval_file
    from tunixlib.seeding.evalsets import read_eval_set

    name, path = eval_file(eval_set)
    rows = read_eval_set(path)
    task, _ = write_task(rows[: items or None], name, out, max_new_tokens, sha256_file(path))
    typer.echo(task_words(task, len(rows[: items or None])))
