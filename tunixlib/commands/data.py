"""Data: make it, take it in, hand it on."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from tunixlib.commands.app import app, guided, reported

PANEL = "Data"


@app.command(rich_help_panel=PANEL)
@guided(
    "python -m tunixlib seed --dataset my-data --traces 5500 --out data/my-data",
    reads="nothing: every trace follows from key, seed and index",
    writes="dataset.jsonl and manifest.json in the folder of --out",
    one="the families do not hold so many distinct problems",
)
@reported
def seed(
    dataset: Annotated[str, typer.Option(help="The dataset key: it names the data and is part of every draw.")],
    out: Annotated[Path, typer.Option(help="The folder that gets dataset.jsonl and manifest.json.")],
    traces: Annotated[
        int | None, typer.Option(help="How many traces. Default: 550; check, retry: 1000.", min=10)
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed gives other traces of the same kinds.")] = 42,
    form: Annotated[
        str, typer.Option(help="problems; check: shown works, some of them wrong; retry: wrong lines, corrected.")
    ] = "",
    density: Annotated[
        float | None, typer.Option(help="check: share of wrong works; retry: of wrong lines. 0 to 0.5, default 0.5.")
    ] = None,
    shards: Annotated[int | None, typer.Option(help="Make the dataset in so many shards; merge them after.")] = None,
    shard: Annotated[int | None, typer.Option(help="Which of the shards to make, from 1.")] = None,
) -> None:
    """Make a dataset of any size: every step checked, every answer recomputed, every prompt distinct.

    --dataset self-correction-v1 makes the committed shown works again; --dataset eval-core, eval-dev, eval-unseen or
    eval-correction the committed evaluation set.
    """
    from tunixlib.seeding.by_form import PROBLEMS, form_of, write_form, write_problem_shard

    _refuse_half(shards, shard)
    if shards is not None and shard is not None:
        made = write_problem_shard(dataset, out, traces, seed, form, density, shard, shards)
        typer.echo(_next_shard(made, str(out), "traces"))
        return
    manifest = write_form(dataset, out, traces, seed, form, density)
    is_eval = manifest["kind"] == "evaluation"
    what, file = ("questions", "eval.jsonl") if is_eval else ("traces", "dataset.jsonl")
    typer.echo(f"{manifest['count']} {what} of {len(manifest['family'])} families in {out / file}")
    typer.echo(f"sha256 {manifest['sha256']}")
    if is_eval:
        typer.echo(_next_evaluation(out))
    else:
        kind = form_of(dataset, form)
        has_stage_a = kind == PROBLEMS or any(int(steps) < 3 for steps in manifest["steps"])
        typer.echo(_next(out, kind, has_stage_a))


@app.command(rich_help_panel=PANEL)
@guided(
    "python -m tunixlib merge data/my-big",
    reads="the shards that `seed` or `ingest` with --shards N --shard I made",
    writes="the dataset and its manifest beside them, the same bytes as made at once",
    one="shards are missing, changed, or of several datasets",
)
@reported
def merge(folder: Annotated[Path, typer.Argument(help="The folder that holds shards/.")]) -> None:
    """Put the shards of a dataset together, made in any order on any machines."""
    from tunixlib.seeding.by_form import PROBLEMS
    from tunixlib.seeding.ingest.report import ingest_words
    from tunixlib.seeding.shards import merge_shards

    manifest = merge_shards(folder)
    if "ingest" in manifest:
        typer.echo(ingest_words(manifest))
        return
    typer.echo(f"{manifest['count']} traces in {folder / 'dataset.jsonl'}\nsha256 {manifest['sha256']}")
    typer.echo(_next(folder, PROBLEMS, any(int(steps) < 3 for steps in manifest["steps"])))


@app.command(rich_help_panel=PANEL)
@guided(
    "python -m tunixlib ingest my-traces.jsonl --key my-traces",
    "python -m tunixlib ingest chats.parquet --key my-chats --map messages=turns",
    reads="one file, and every evaluation set of ours to keep its questions out",
    writes="dataset.jsonl, manifest.json and rejects.jsonl in data/KEY/",
    one="a file that cannot be read, or nothing in it could be kept",
)
@reported
def ingest(
    file: Annotated[Path, typer.Argument(help="JSONL, JSON, CSV or Parquet; gzip too.")],
    key: Annotated[str, typer.Option(help="The name of the new dataset; names that begin with my- stay out of git.")],
    map_: Annotated[
        list[str] | None, typer.Option("--map", help="OURS=THEIRS, as in prompt=question; may be repeated.")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="What the file is written in, where it is not UTF-8.")] = None,
    stages: Annotated[
        str, typer.Option(help="steps: by number of steps; thirds: three equal parts by length.")
    ] = "steps",
    shards: Annotated[int | None, typer.Option(help="Prepare the file in so many shards; merge them after.")] = None,
    shard: Annotated[int | None, typer.Option(help="Which of the shards to prepare, from 1.")] = None,
) -> None:
    """Take in traces of your own: what is kept becomes a dataset, what is not is listed with line and reason.

    Read are records with prompt, steps and answer; prompt and completion; or messages. The reasoning may stand between
    <reasoning> or <think> tags, before a last line `#### 5`, or before a \\boxed{5}.
    """
    from tunixlib.seeding.ingest.intake import ingest as take_in
    from tunixlib.seeding.ingest.report import ingest_words
    from tunixlib.seeding.ingest.shards import prepare_shard

    _refuse_half(shards, shard)
    mapping = {}
    for text in map_ or []:
        ours, equals, theirs = text.partition("=")
        if not equals or not ours or not theirs or ours in mapping:
            raise ValueError(f"--map {text}: expected OURS=THEIRS, each of ours once, as in --map prompt=question")
        mapping[ours] = theirs
    if shards is not None and shard is not None:
        made = prepare_shard(file, key, mapping, encoding, stages, shard=shard, shards=shards)
        typer.echo(_next_shard(made, f"data/{key}", "records"))
        return
    typer.echo(ingest_words(take_in(file, key, mapping, encoding, stages)))


@app.command(rich_help_panel=PANEL)
@guided(
    "python -m tunixlib export my-traces --format messages --out my-chats.jsonl",
    reads="a dataset in data/, or a file of traces",
    writes="the file of --out, one JSON object a line",
    one="a dataset that cannot be read, or --out is there already",
)
@reported
def export(
    data: Annotated[str, typer.Argument(help="A folder in data/, or a file of traces.", metavar="KEY_OR_FILE")],
    out: Annotated[Path, typer.Option(help="The new JSONL file.")],
    format_: Annotated[str, typer.Option("--format", help="messages or prompt-completion.")] = "messages",
) -> None:
    """Write a dataset as other trainers read it: chat messages, or prompt and completion (TRL, Tunix).

    `ingest` reads both forms back and keeps what it would keep of any file: no duplicates, no questions of evaluation
    sets or nearly one. Kept prompts, steps and answers are the same; step types and meta have no place in them.
    """
    from tunixlib.seeding.ingest.export import export as write_out

    typer.echo(f"{write_out(data, out, format_)} traces in {out}, one JSON object a line")
    typer.echo(f'next    datasets.load_dataset("json", data_files="{out}"), then any trainer that takes {format_}')


def _refuse_half(shards: int | None, shard: int | None) -> None:
    if (shards is None) != (shard is None):
        raise typer.BadParameter("found one of --shards and --shard, expected both or none")


def _next_shard(made: Mapping[str, Any], folder: str, rows: str) -> str:
    place = f"{folder}/shards/{made['shard']}-of-{made['shards']}.jsonl"
    return (
        f"{made['rows']} {rows} in {place}\nsha256 {made['sha256']}\n\n"
        f"next    the other shards, here or elsewhere; then: python -m tunixlib merge {folder}"
    )


def _in_data(out: Path) -> bool:
    """Whether a folder lies where runs look for their data."""
    from tunixlib.seeding.datasets import DATA_ROOT

    return out.resolve().parent == DATA_ROOT.resolve()


def _next_evaluation(out: Path) -> str:
    asked = out.name if _in_data(out) else shlex.quote((out / "eval.jsonl").as_posix())
    return f"next    python -m tunixlib evaluate CHECKPOINT --eval-set {asked} --out my-eval"


def _next(out: Path, form: str, has_stage_a: bool) -> str:
    """What works with traces that were written, where they lie."""
    if not has_stage_a:
        empty = "next    no run starts from it: no trace has fewer than 3 steps, so stage A is empty; "
        if form == "retry":  # other trainers would learn the wrong lines: not exported
            return empty + "ask for more --traces"
        which = out.name if _in_data(out) else shlex.quote((out / "dataset.jsonl").as_posix())
        return empty + f"for another trainer\n        python -m tunixlib export {which} --out my-chats.jsonl"
    if not _in_data(out):
        return f"next    data sets must lie in data/: move {out.as_posix()} to data/{out.name}, then DATASET={out.name}"
    return f"next    python -m tunixlib run --run-id my-try --set DATASET={out.name}"
