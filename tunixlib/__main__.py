"""The command line: ``python -m tunixlib COMMAND``. Every command is one function of the package.

Exit codes: 0 done, 1 the work found a problem (it says which), 2 the command was not understood or the
comparison refused, 130 stopped by Ctrl-C.
"""

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

try:
    import typer
except ModuleNotFoundError:
    sys.exit(
        f"error: {sys.executable} has none of the packages of requirements.txt; `make setup` puts them into .venv, and "
        "`. .venv/bin/activate` (Windows: .venv\\Scripts\\activate) makes that the Python of your commands"
    )

app = typer.Typer(
    help="Train small language models that show their work, and prove the numbers.\n\n"
    "Start with: python -m tunixlib run --profile smoke (under a minute), then --profile cpu (the main job).",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)

Profile = Annotated[str, typer.Option(help="A name from notebooks/profiles, or the path of a YAML file.")]
TREATMENT = "A difference that is meant: data, training, or one of the kinds that a refusal names. May be repeated."
RunFolder = Annotated[Path, typer.Argument(help="A run folder, such as submission_runs/cpu-v1.")]


def reported(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn the errors that we raise on purpose into one message and exit code 1; anything else keeps its traceback."""

    @wraps(command)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        from tunixlib.artifacts import not_writable
        from tunixlib.modeling.models import ModelError
        from tunixlib.running.notebooks import NotebookError
        from tunixlib.runs import RunError

        try:
            return command(*args, **kwargs)
        except (ValueError, RunError, ModelError, NotebookError, OSError) as error:
            shown = not_writable(error) if isinstance(error, OSError) else error
            typer.echo(f"error: {shown}", err=True)
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            typer.echo("\nstopped; what has finished is kept, and the same command continues", err=True)
            raise typer.Exit(130) from None

    return guarded


@app.command()
@reported
def run(
    profile: Profile = "cpu",
    run_id: Annotated[str | None, typer.Option(help="The run's folder name; the profile has a default.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="NAME=VALUE, value as YAML; may be repeated.")] = None,
) -> None:
    """Run all notebooks of a profile in order, seal the run, write report and bundle."""
    from tunixlib.running.pipeline import run_pipeline
    from tunixlib.running.profiles import parse_assignment
    from tunixlib.running.summary import closing_words

    done = run_pipeline(profile, run_id, dict(parse_assignment(text) for text in set_ or []), say=typer.echo)
    typer.echo(closing_words(done))


@app.command()
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


@app.command("seal")
@reported
def seal_command(folder: RunFolder) -> None:
    """Seal a run whose notebooks were run by hand: provenance and manifest, then report and bundle."""
    from tunixlib.holding import hold
    from tunixlib.running.summary import closing_words
    from tunixlib.runs import Run, RunError
    from tunixlib.submission.bundle import publish
    from tunixlib.submission.verify import seal_verified

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


@app.command()
@reported
def verify(
    folder: RunFolder,
    recheck_loss: Annotated[bool, typer.Option("--recheck-loss", help="Then first losses, from weights.")] = False,
) -> None:
    """Re-hash every file of a run, re-score its predictions and recompute its claims; needs no GPU and no weights."""
    from tunixlib.studies.verify_study import is_study, verify_study
    from tunixlib.submission.verify import verify_run

    report = verify_study(folder) if is_study(folder) else verify_run(folder)
    typer.echo(report.checks_text, nl=bool(report.checks_text))
    for problem in report.problems:
        typer.echo(str(problem))
    typer.echo(report.headline)
    failed = bool(report.problems)
    if recheck_loss:
        from tunixlib.submission.recheck import recheck_losses

        for row in recheck_losses(folder):
            typer.echo(str(row))
            failed |= bool(row.problems)
    raise typer.Exit(1 if failed else 0)


@app.command()
@reported
def reproduce(
    folder: RunFolder,
    run_id: Annotated[str | None, typer.Option(help="The new run's folder name; by default RUN-again.")] = None,
) -> None:
    """Execute a sealed run again as it was recorded and compare every file: exit code 1 when one differs."""
    from tunixlib.running.reproduce import reproduce as execute_again
    from tunixlib.running.reproduction import closing_words

    found = execute_again(folder, run_id, say=typer.echo)
    typer.echo(closing_words(found))
    raise typer.Exit(0 if found.reproduced else 1)


@app.command()
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
    """Compare two sealed runs item by item: exit code 1 when significantly worse, 2 when that would be unfair."""
    from tunixlib.running.comparing import compare_runs

    names = (checkpoint, baseline_checkpoint, eval_set)
    text, code = compare_runs(folder, baseline, *names, treatment or (), smallest_effect)
    typer.echo(text, err=text.startswith("error: "))
    raise typer.Exit(code)


@app.command()
@reported
def runs(
    sort: Annotated[str, typer.Option(help="accuracy, name or time.")] = "accuracy",
    root: Annotated[Path | None, typer.Option(help="Another folder of runs than submission_runs.")] = None,
) -> None:
    """The leaderboard: state, headline accuracy with its interval, items and sizes of every run and study."""
    from tunixlib.running.runs_table import list_runs, runs_text
    from tunixlib.runs import runs_root

    typer.echo(runs_text(list_runs(root or runs_root()), sort))


@app.command("lock")
@reported
def lock_command(folder: RunFolder) -> None:
    """Mark a sealed run that verifies as a submission: nothing writes into it any more, verify tells if it changed."""
    from tunixlib.runs import Run
    from tunixlib.submission.locks import lock_run, lock_words

    found = Run(folder.resolve())
    typer.echo(lock_words(found, lock_run(found)))


@app.command()
@reported
def clean(
    folders: Annotated[list[Path] | None, typer.Argument(help="Sealed run folders.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every sealed run that is not locked.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be freed.")] = False,
) -> None:
    """Delete weights and working state of sealed runs; their evidence stays and is verified before and after."""
    from tunixlib.running.housekeeping import clean_runs, clean_words, cleanable
    from tunixlib.runs import Run, runs_root

    if bool(folders) == every:
        raise ValueError("found no run or both runs and --all, expected run folders, or --all")
    runs = list(cleanable(runs_root())) if every else [Run(folder.resolve()) for folder in folders or []]
    done, refused = clean_runs(runs, dry_run)
    typer.echo(clean_words(done, dry_run))
    for reason in refused:
        typer.echo(f"not cleaned: {reason}", err=True)
    raise typer.Exit(1 if refused else 0)


@app.command()
@reported
def bundle(
    folder: RunFolder,
    check: Annotated[bool, typer.Option("--check", help="Then hold it against the rules of an entry.")] = False,
) -> None:
    """Build report, zip and the folders that Kaggle takes from a sealed run: the same run gives the same bytes."""
    from tunixlib.running.summary import publication_words
    from tunixlib.runs import Run
    from tunixlib.submission.bundle import publish
    from tunixlib.submission.rules import check_rules, rules_text

    found = Run(folder.resolve())
    typer.echo(publication_words(found, publish(found)))
    if check:
        rules = check_rules(found)
        typer.echo(f"\n{rules_text(rules)}")
        raise typer.Exit(1 if any(rule.ok is False for rule in rules) else 0)


@app.command("import-kaggle")
@reported
def import_kaggle(
    output: Annotated[Path, typer.Argument(help="What `kaggle kernels output` wrote: the folder, or a zip of it.")],
) -> None:
    """Bring the sealed runs of a Kaggle kernel's output here: verified first, never over another run."""
    from tunixlib.submission.import_kaggle import closing_words, import_output

    typer.echo(closing_words(import_output(output)))


@app.command()
@reported
def study(
    profile: Annotated[str, typer.Argument(help="A name from notebooks/profiles/studies, or the path of a YAML file.")],
    rehearsal: Annotated[bool, typer.Option("--rehearsal", help="Without a committed bar: proves nothing.")] = False,
    keep_weights: Annotated[bool, typer.Option("--keep-weights", help="Of sealed runs; they take disk.")] = False,
) -> None:
    """Make every run of a study that is not there yet, then its verdict; the same command continues."""
    from tunixlib.studies.run_study import run_study, study_words

    typer.echo(study_words(run_study(profile, typer.echo, rehearsal=rehearsal, keep_weights=keep_weights)))


def main() -> None:
    """Entry point; output is UTF-8 whatever the console's code page."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    app()


if __name__ == "__main__":
    main()
