"""Publishing: what Kaggle takes, and what comes back from it."""

from pathlib import Path
from typing import Annotated

import typer

from tunixlib.commands.app import RunFolder, app, guided, reported

PANEL = "Publishing"


@app.command(rich_help_panel=PANEL)
@guided(
    "python -m tunixlib bundle submission_runs/my-cpu --check",
    reads="a sealed run and kaggle-metadata.json",
    writes="dist/RUN_ID/: report.html, submission.zip, and folders for Kaggle",
    one="a rule of --check is broken",
)
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


@app.command("import-kaggle", rich_help_panel=PANEL)
@guided(
    "python -m tunixlib import-kaggle downloaded/",
    reads="the output of a Kaggle kernel",
    writes="its sealed runs, below submission_runs/",
    one="a run does not verify, or one of its name is there",
)
@reported
def import_kaggle(
    output: Annotated[Path, typer.Argument(help="What `kaggle kernels output` wrote: the folder, or a zip of it.")],
) -> None:
    """Bring the sealed runs of a Kaggle kernel's output here: verified first, never over another run."""
    from tunixlib.submission.import_kaggle import closing_words, import_output

    typer.echo(closing_words(import_output(output)))
