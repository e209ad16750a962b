"""Data: make it."""

from pathlib import Path
from typing import Annotated

import typer

from tunixlib.commands.app import app, guided, reported

PANEL = "Data"


@app.command(rich_help_panel=PANEL)
@guided(
    "python -m tunixlib seed --dataset my-data --traces 5500 --seed 7 --out data/my-data",
    reads="nothing: every trace follows from key, seed and index",
    writes="dataset.jsonl and manifest.json in the folder of --out",
    one="the families do not hold so many distinct problems",
)
@reported
def seed(
    dataset: Annotated[str, typer.Option(help="The dataset key: it names the data and is part of every draw.")],
    out: Annotated[Path, typer.Option(help="The folder that gets dataset.jsonl and manifest.json.")],
    traces: Annotated[int, typer.Option(help="How many traces; any size keeps the proportions.", min=10)] = 550,
    seed: Annotated[int, typer.Option(help="Another seed gives other traces of the same kinds.")] = 42,
) -> None:
    """Make a dataset of any size: every step checked, every answer recomputed, every prompt distinct."""
    from tunixlib.seeding.datasets import write_dataset
    from tunixlib.seeding.recipes import Recipe

    manifest = write_dataset(Recipe(dataset, traces, seed), out)
    typer.echo(f"{manifest['count']} traces of {len(manifest['family'])} families in {out / 'dataset.jsonl'}")
    typer.echo(f"sha256 {manifest['sha256']}")
    typer.echo(f"next    python -m tunixlib run --run-id my-try --set DATASET={out.name}")
