"""Sweeps: many runs on one machine or a cluster, and the best of them."""

from pathlib import Path
from typing import Annotated

import typer

from tunixlib.commands.app import PROBLEM, app, guided, reported
from tunixlib.commands.making import PANEL

FILE = "A YAML file: profile, run_id, then grid, search with trials, or seeds; choose and report have defaults."
ADDRESS = "Of a running Ray cluster, such as 10.0.0.5:6379 or auto; without it, Ray starts on this machine and ends."
CPUS = "Processors, and threads, of each trial."
GPUS = "GPUs of each trial; by default one where the cluster has some."
AT_ONCE = "At most so many trials at a time; 0: as many as there is room for."


@app.command(rich_help_panel=PANEL)
@guided(
    "python -m tunixlib sweep SWEEP.yaml",
    "python -m tunixlib sweep SWEEP.yaml --address auto --cpus 4",
    reads="the sweep, its profile, the data sets and models that it names, and the trials that are there",
    writes="a run for each trial, then submission_runs/RUN_ID/ with ranking.md, sweep.json and the best profile",
    one="a trial failed, or the sweep cannot be made as asked",
)
@reported
def sweep(
    file: Annotated[Path, typer.Argument(metavar="SWEEP.yaml", help=FILE)],
    address: Annotated[str | None, typer.Option(help=ADDRESS)] = None,
    cpus: Annotated[int, typer.Option(help=CPUS, min=1)] = 1,
    gpus: Annotated[int | None, typer.Option(help=GPUS, min=0)] = None,
    at_once: Annotated[int, typer.Option(help=AT_ONCE, min=0)] = 0,
    keep_weights: Annotated[bool, typer.Option("--keep-weights", help="Of all trials; they take disk.")] = False,
) -> None:
    """Make a run for every configuration and seed, rank them, ask the winner questions that did not choose it.

    Needs Ray: python -m pip install -r requirements-cluster.txt

    \b
    profile: smoke
    run_id: my-sweep
    grid: {LEARNING_RATE: [1e-3, 3e-3], TRACES_PER_STEP: [4, 8]}
    seeds: [1, 2, 3]
    choose: {eval_set: eval-dev, metric: accuracy, mode: max}
    report: {eval_set: eval-core, seeds: [101, 102, 103]}

    With seeds under report the winner is trained again once with each, and these runs are asked: the seeds that won
    were chosen, so their score is too good.

    Stopped or killed, it is continued by the same command; finished trials are not made again.
    """
    from tunixlib.sweeps.cluster import Shares
    from tunixlib.sweeps.ending import sweep_words
    from tunixlib.sweeps.run_sweep import run_sweep

    shares = Shares(cpus, gpus, at_once)
    found = run_sweep(file, typer.echo, address=address, shares=shares, keep_weights=keep_weights)
    typer.echo(sweep_words(found))
    raise typer.Exit(PROBLEM if found.failed else 0)
