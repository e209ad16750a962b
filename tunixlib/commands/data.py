"""Data: make it, take it in, hand it on."""

import shlex
from pathlib import Path
from typing import Annotated, Any, Literal

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
) -> None:
    """Make a dataset of any size: every step checked, every answer recomputed, every prompt distinct.

    --dataset self-correction-v1 and --dataset eval-correction make the committed shown works again.
    """
    from tunixlib.seeding.correction.datasets import CORRECTION_DATASET, CORRECTION_EVAL, write_correction_eval
    from tunixlib.seeding.recipes import SeedingError

    given = [name for name, value in (("--traces", traces), ("--form", form), ("--density", density)) if value]
    given += ["--seed"] if seed != 42 else []
    form = form or ("check" if dataset == CORRECTION_DATASET else "problems")
    if dataset == CORRECTION_EVAL:
        if given:
            raise SeedingError(f"{dataset} is always the same: found {given[0]}, expected only --out; leave it out")
        manifest = write_correction_eval(out)
        typer.echo(f"{manifest['pairs']} pairs of {len(manifest['family'])} families in {out / 'eval.jsonl'}")
    else:
        manifest = _write(dataset, out, traces, seed, form, density)
        typer.echo(f"{manifest['count']} traces of {len(manifest['family'])} families in {out / 'dataset.jsonl'}")
    typer.echo(f"sha256 {manifest['sha256']}")
    has_stage_a = form == "problems" or any(int(steps) < 3 for steps in manifest["steps"])
    typer.echo(_next(dataset, out, form, has_stage_a))


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
) -> None:
    """Take in traces of your own: what is kept becomes a dataset, what is not is listed with line and reason.

    Read are records with prompt, steps and answer; prompt and completion; or messages. The reasoning may stand between
    <reasoning> or <think> tags, before a last line `#### 5`, or before a \\boxed{5}.
    """
    from tunixlib.seeding.ingest.intake import ingest as take_in
    from tunixlib.seeding.ingest.report import ingest_words

    mapping = {}
    for text in map_ or []:
        ours, equals, theirs = text.partition("=")
        if not equals or not ours or not theirs or ours in mapping:
            raise ValueError(f"--map {text}: expected OURS=THEIRS, each of ours once, as in --map prompt=question")
        mapping[ours] = theirs
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


def _next(dataset: str, out: Path, form: str, has_stage_a: bool = True) -> str:
    """What works with what was written, where it lies: runs find their data in ``data/`` only."""
    from tunixlib.seeding.correction.datasets import CORRECTION_EVAL
    from tunixlib.seeding.datasets import DATA_ROOT

    in_data = out.resolve().parent == DATA_ROOT.resolve()
    if dataset == CORRECTION_EVAL:
        asked = out.name if in_data else shlex.quote((out / "eval.jsonl").as_posix())
        return f"next    python -m tunixlib evaluate CHECKPOINT --eval-set {asked} --out my-eval"
    if not has_stage_a and form == "retry":  # other trainers would learn the wrong lines: not exported
        return (
            "next    no run starts from it: no trace has fewer than 3 steps, so stage A is empty; ask for more --traces"
        )
    if not has_stage_a:
        which = out.name if in_data else shlex.quote((out / "dataset.jsonl").as_posix())
        return (
            "next    no run starts from it: no trace has fewer than 3 steps, so stage A is empty; for another trainer\n"
            f"        python -m tunixlib export {which} --out my-chats.jsonl"
        )
    if not in_data:
        return f"next    data sets must lie in data/: move {out.as_posix()} to data/{out.name}, then DATASET={out.name}"
    return f"next    python -m tunixlib run --run-id my-try --set DATASET={out.name}"


def _write(dataset: str, out: Path, traces: int | None, seed: int, form: str, density: float | None) -> dict[str, Any]:
    """Write the dataset of a form. Raises SeedingError for a form that is none, or a density without use."""
    from tunixlib.seeding.correction.datasets import CORRECTION_TRACES, CorrectionRecipe, write_correction
    from tunixlib.seeding.datasets import write_dataset
    from tunixlib.seeding.recipes import Recipe, SeedingError

    if form == "problems" and density is not None:
        raise SeedingError(f"found --density {density} for problems without errors; add --form check or --form retry")
    if form == "problems":
        return write_dataset(Recipe(dataset, traces or 550, seed), out)
    if form not in ("check", "retry"):
        raise SeedingError(f"found --form {form!r}, expected problems, check or retry; choose one")
    size = traces or CORRECTION_TRACES
    chosen: Literal["check", "retry"] = "check" if form == "check" else "retry"
    return write_correction(CorrectionRecipe(dataset, size, seed, chosen, 0.5 if density is None else density), out)
