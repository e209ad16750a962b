"""Evidence: verify it, make it again, compare it, keep it."""

from pathlib import Path
from typing import Annotated

import typer

from tunixlib.commands.app import RunFolder, app, guided, reported

PANEL = "Evidence"
TREATMENT = "A difference that is meant: data, training, or one of the kinds that a refusal names. May be repeated."


@app.command(rich_help_panel=PANEL)
@guided(
    "python -m tunixlib verify submission_runs/cpu-v1",
    "python -m tunixlib verify submission_runs/cpu-v1 --recheck-loss",
    reads="a sealed run, a study, a sweep or an evaluation, and the git history",
    writes="nothing",
    one="a problem was found; each is one line",
)
@reported
def verify(
    folder: RunFolder,
    recheck_loss: Annotated[bool, typer.Option("--recheck-loss", help="Then first losses, from weights.")] = False,
) -> None:
    """Re-hash every file of a run, re-score its predictions and recompute its claims; needs no GPU and no weights."""
    from tunixlib.evaluation.locating import runs_of_study
    from tunixlib.evidence.verify import verify_run
    from tunixlib.evidence.verify_evaluation import is_evaluation, verify_evaluation
    from tunixlib.studies.verify_study import is_study, verify_study
    from tunixlib.sweeps.verify_sweep import is_sweep, verify_sweep

    if recheck_loss and is_study(folder):
        names = ", ".join(runs_of_study(folder))
        raise ValueError(f"{folder}: found a study, expected a run for --recheck-loss; name one of its runs: {names}")
    kinds = ((is_study, verify_study), (is_evaluation, verify_evaluation), (is_sweep, verify_sweep))
    report = next((check for is_kind, check in kinds if is_kind(folder)), verify_run)(folder)
    typer.echo(report.checks_text, nl=bool(report.checks_text))
    for problem in report.problems:
        typer.echo(str(problem))
    typer.echo(report.headline)
    failed = bool(report.problems)
    if recheck_loss:
        from tunixlib.evidence.recheck import recheck_losses

        for row in recheck_losses(folder):
            typer.echo(str(row))
            failed |= bool(row.problems)
    raise typer.Exit(1 if failed else 0)


@app.command(rich_help_panel=PANEL)
@guided(
    "python -m tunixlib reproduce submission_runs/cpu-v1",
    reads="a sealed run, its data sets and its base model",
    writes="submission_runs/RUN-again/, a run of its own",
    one="a file differs beyond what another machine explains",
)
@reported
def reproduce(
    folder: RunFolder,
    run_id: Annotated[str | None, typer.Option(help="The new run's folder name; by default RUN-again.")] = None,
) -> None:
    """Execute a sealed run again as it was recorded and compare every file."""
    from tunixlib.running.reproduction.reproduce import reproduce as execute_again
    from tunixlib.running.reproduction.result import closing_words

    found = execute_again(folder, run_id, say=typer.echo)
    typer.echo(closing_words(found))
    raise typer.Exit(0 if found.reproduced else 1)


@app.command(rich_help_panel=PANEL)
@guided(
    "python -m tunixlib compare submission_runs/cpu-v1 --baseline-checkpoint flat",
    "python -m tunixlib compare NEW_RUN --baseline OLD_RUN",
    reads="the predictions and training records of two sealed runs",
    writes="nothing",
    one="significantly worse",
    two="not understood, or unfair: the reasons are said",
)
@reported
def compare(
    folder: RunFolder,
    baseline: Annotated[Path | None, typer.Option(help="The run to compare with; without it, the same run.")] = None,
    checkpoint: Annotated[str | None, typer.Option(help="By default the one that the run is judged by.")] = None,
    baseline_checkpoint: Annotated[str | None, typer.Option(help="By default the same.")] = None,
    eval_set: Annotated[str | None, typer.Option(help="By default the first that both answered.")] = None,
    treatment: Annotated[list[str] | None, typer.Option(help=TREATMENT)] = None,
    smallest_effect: Annotated[float | None, typer.Option(help="Must be resolvable; a share such as 0.05.")] = None,
) -> None:
    """Compare two sealed runs item by item; refused when that would be unfair."""
    from tunixlib.running.comparing import compare_runs

    names = (checkpoint, baseline_checkpoint, eval_set)
    text, code = compare_runs(folder, baseline, *names, treatment or (), smallest_effect)
    typer.echo(text, err=text.startswith("error: "))
    raise typer.Exit(code)


@app.command(rich_help_panel=PANEL)
@guided(
    "python -m tunixlib runs --sort time",
    reads="every folder of submission_runs/",
    writes="nothing",
    one="the list of locked runs cannot be read",
)
@reported
def runs(
    sort: Annotated[str, typer.Option(help="accuracy, name or time.")] = "accuracy",
    root: Annotated[Path | None, typer.Option(help="Another folder of runs than submission_runs.")] = None,
) -> None:
    """The leaderboard: state, headline accuracy with its interval, items and sizes of every run and study."""
    from tunixlib.running.runs_table import list_runs, runs_text
    from tunixlib.runs import runs_root

    typer.echo(runs_text(list_runs(root or runs_root()), sort))


@app.command("lock", rich_help_panel=PANEL)
@guided(
    "python -m tunixlib lock submission_runs/my-cpu",
    reads="a sealed run, all of it",
    writes="its entry in submission_runs/locked.json",
    one="the run does not verify",
)
@reported
def lock_command(folder: RunFolder) -> None:
    """Mark a sealed run that verifies as a submission: nothing writes into it any more, verify tells if it changed."""
    from tunixlib.evidence.locks import lock_run, lock_words
    from tunixlib.runs import Run

    found = Run(folder.resolve())
    typer.echo(lock_words(found, lock_run(found)))


@app.command(rich_help_panel=PANEL)
@guided(
    "python -m tunixlib clean submission_runs/my-cpu --dry-run",
    "python -m tunixlib clean --all",
    reads="sealed runs",
    writes="nothing: it deletes weights and .work/",
    one="a run was not cleaned",
)
@reported
def clean(
    folders: Annotated[list[Path] | None, typer.Argument(help="Sealed run folders.")] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every sealed run that is not locked, and what killed processes left.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be freed.")] = False,
) -> None:
    """Delete weights and working state of sealed runs; their evidence stays and is verified before and after."""
    from tunixlib.running.housekeeping import clean_leftovers, clean_runs, clean_words, cleanable
    from tunixlib.runs import Run, runs_root

    if bool(folders) == every:
        raise ValueError("found no run or both runs and --all, expected run folders, or --all")
    runs = list(cleanable(runs_root())) if every else [Run(folder.resolve()) for folder in folders or []]
    done, refused = clean_runs(runs, dry_run)
    typer.echo(clean_words(done, dry_run))
    if every and (words := clean_leftovers(dry_run)):
        typer.echo(words)
    for reason in refused:
        typer.echo(f"not cleaned: {reason}", err=True)
    raise typer.Exit(1 if refused else 0)
