"""Runs and studies: make them, continue them, seal them."""

from typing import Annotated

import typer

from tunixlib.commands.app import RunFolder, app, reported

PANEL = "Runs and studies"
Profile = Annotated[str, typer.Option(help="A name from notebooks/profiles, or the path of a YAML file.")]


@app.command(rich_help_panel=PANEL)
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


@app.command(rich_help_panel=PANEL)
@reported
def study(
    profile: Annotated[str, typer.Argument(help="A name from notebooks/profiles/studies, or the path of a YAML file.")],
    rehearsal: Annotated[bool, typer.Option("--rehearsal", help="Without a committed bar: proves nothing.")] = False,
    keep_weights: Annotated[bool, typer.Option("--keep-weights", help="Of sealed runs; they take disk.")] = False,
) -> None:
    """Make every run of a study that is not there yet, then its verdict; the same command continues."""
    from tunixlib.studies.run_study import run_study, study_words

    typer.echo(study_words(run_study(profile, typer.echo, rehearsal=rehearsal, keep_weights=keep_weights)))


@app.command("seal", rich_help_panel=PANEL)
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
