"""Runs and studies: make them, continue them, seal them."""

import re
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from tunixlib.commands.app import PROBLEM, STOPPED, RunFolder, app, guided, reported
from tunixlib.commands.completion import complete_profile, complete_run, complete_set, complete_study

PANEL = "Runs and studies"
PROFILES = "Names from notebooks/profiles, or paths of YAML files; several run one after the other. Without any: cpu."
SEEDS = "One run for each seed (order of rows, adapters), named RUN-s1 and so on: 1 2 3, or 1,2,3."
STUDY = "A name from notebooks/profiles/studies or the path of a YAML file; with RUNS, the name of the new study."


class _SeedsCommand(TyperCommand):
    """``--seeds 1 2 3``, which click reads as one seed and two profiles, becomes one option for each number."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse, with the whole numbers that follow ``--seeds`` drawn to it."""
        return super().parse_args(ctx, spread_seeds(args))


def spread_seeds(args: list[str]) -> list[str]:
    """``["--seeds", "1", "2"]`` -> ``["--seeds", "1", "--seeds", "2"]``; anything but a whole number ends the row.

    ``--seeds=1 2`` begins one, too.
    """
    found: list[str] = []
    in_row = False
    for number, word in enumerate(args):
        first = number > 0 and args[number - 1] == "--seeds"
        in_row = first or (in_row and re.fullmatch(r"[\d,]+", word) is not None)
        found += ["--seeds"] if in_row and not first else []
        found.append(word)
        in_row = in_row or word.startswith("--seeds=")
    return found


def read_seeds(words: list[str]) -> list[int]:
    """``["1,2", "3"]`` -> ``[1, 2, 3]``. Raises typer.BadParameter for what is no whole number, or comes twice."""
    parts = [part for word in words for part in word.split(",") if part]
    for part in parts:
        if not re.fullmatch(r"[0-9]{1,18}", part):
            raise typer.BadParameter(f"found {part[:40]!r}, expected whole numbers such as 1 2 3", param_hint="--seeds")
    seeds = [int(part) for part in parts]
    if len(set(seeds)) < len(seeds) or (words and not seeds):
        raise typer.BadParameter(f"found {' '.join(words)}, expected seeds, each once", param_hint="--seeds")
    return seeds


@app.command(rich_help_panel=PANEL, cls=_SeedsCommand)
@guided(
    "python -m tunixlib run cpu",
    "python -m tunixlib run my.yaml --set EVAL_ITEMS=300 --run-id my-try",
    "python -m tunixlib run cpu my.yaml --seeds 1 2 3",
    reads="profiles, the data sets and models that they name, and what an interrupted try left",
    writes="submission_runs/RUN_ID/, then dist/RUN_ID/ with report and bundle",
    one="a run failed; of several, the others are made all the same",
)
@reported
def run(
    profiles: Annotated[list[str] | None, typer.Argument(help=PROFILES, autocompletion=complete_profile)] = None,
    profile: Annotated[
        str | None, typer.Option(help="The same for a single one.", autocompletion=complete_profile)
    ] = None,
    run_id: Annotated[str | None, typer.Option(help="The run's folder name; the profile has a default.")] = None,
    seeds: Annotated[list[str] | None, typer.Option(help=SEEDS)] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="NAME=VALUE, value as YAML; may be repeated.", autocompletion=complete_set),
    ] = None,
) -> None:
    """Run all notebooks of a profile in order, seal the run, write report and bundle; several in turn.

    The same command continues what was interrupted, by Ctrl-C or worse, and skips what has finished.
    """
    from tunixlib.running.pipeline import run_pipeline
    from tunixlib.running.profiles import parse_assignment
    from tunixlib.running.summary import closing_words

    if profiles and profile:
        raise typer.BadParameter("found profiles and --profile, expected one of them", param_hint="--profile")
    names, numbers = profiles or [profile or "cpu"], read_seeds(seeds or [])
    if run_id and len(names) > 1:
        raise typer.BadParameter(f"found one for {len(names)} profiles, expected none", param_hint="--run-id")
    overrides = dict(parse_assignment(text) for text in set_ or [])
    if len(names) > 1 or numbers:
        _batch(names, run_id, numbers, overrides)
        return
    typer.echo(closing_words(run_pipeline(names[0], run_id, overrides, say=typer.echo)))


def _batch(names: list[str], run_id: str | None, seeds: list[int], overrides: dict[str, Any]) -> None:
    from tunixlib.running import batch

    entries = batch.plan_batch(names, run_id, seeds, overrides)
    typer.echo(batch.plan_text(entries))
    results = batch.run_batch(entries, say=typer.echo)
    typer.echo(batch.results_text(results))
    states = {result.state for result in results}
    raise typer.Exit(STOPPED if batch.STOPPED in states else PROBLEM if batch.FAILED in states else 0)


@app.command(rich_help_panel=PANEL)
@guided(
    "python -m tunixlib study order-135m",
    "python -m tunixlib study my-seeds submission_runs/my-cpu-s*",
    reads="the study's bar, committed before its runs, or sealed runs",
    writes="the runs that are missing, then submission_runs/NAME/ with study.json, claims and analysis",
    one="the runs cannot be compared, or one failed",
)
@reported
def study(
    name: Annotated[str, typer.Argument(help=STUDY, autocompletion=complete_study)],
    runs: Annotated[
        list[Path] | None,
        typer.Argument(help="Sealed runs to put together; none is made.", autocompletion=complete_run),
    ] = None,
    rehearsal: Annotated[bool, typer.Option("--rehearsal", help="Without a committed bar: proves nothing.")] = False,
    keep_weights: Annotated[bool, typer.Option("--keep-weights", help="Of sealed runs; they take disk.")] = False,
    seed: Annotated[
        list[int] | None, typer.Option("--seed", help="Only the runs of this seed, without a verdict; repeatable.")
    ] = None,
) -> None:
    """Make every run of a study that is not there yet, then its verdict; or put sealed runs together.

    A finished study is verified, and its verdict said again.

    Sealed runs without a bar that was committed before them make an exploratory study: intervals, no verdict.
    """
    from tunixlib.studies.collect import collect_study, collection_words
    from tunixlib.studies.run_study import run_study, study_words

    if runs and (rehearsal or keep_weights or seed):
        raise typer.BadParameter("found it with runs, which are made already; leave it out", param_hint="options")
    if runs:
        typer.echo(collection_words(collect_study(name, runs, typer.echo)))
        return
    folder = run_study(name, typer.echo, rehearsal=rehearsal, keep_weights=keep_weights, seeds=seed or ())
    typer.echo(
        study_words(folder) if folder else f"\nnext       python -m tunixlib study {name}, when every seed is made"
    )


@app.command("seal", rich_help_panel=PANEL)
@guided(
    "python -m tunixlib seal submission_runs/interactive",
    reads="a run whose notebooks were run by hand, to the last one",
    writes="its provenance.json and run_manifest.json, then report and bundle in dist/",
    one="the run is not complete or would not verify",
)
@reported
def seal_command(folder: RunFolder) -> None:
    """Seal a run whose notebooks were run by hand: provenance and manifest, then report and bundle."""
    from tunixlib.evidence.verify import seal_verified
    from tunixlib.holding import hold
    from tunixlib.running.summary import closing_words
    from tunixlib.runs import Run, RunError
    from tunixlib.submission.bundle import publish

    found = Run(folder.resolve())
    if not found.root.is_dir():
        raise RunError(f"{folder}: found no such folder, expected a run whose notebooks have all run")
    lock = hold(found.root)
    try:
        seal_verified(found)
        publish(found)
    finally:
        lock.release()
    typer.echo(closing_words(found))
