"""Data: make it."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from tunixlib.commands.app import app, reported

PANEL = "Data"


@app.command(rich_help_panel=PANEL)
@reported
def seed(
    dataset: Annotated[str, typer.Option(help="The dataset key: it names the data and is part of every draw.")],
    out: Annotated[Path, typer.Option(help="The folder that gets dataset.jsonl and manifest.json.")],
    traces: Annotated[
        int | None, typer.Option(help="How many traces. Default: 550; check, retry: 1000.", min=10)
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed gives other traces of the same kinds.")] = 42,
    form: Annotated[
        str, typer.Option(help="problems; check: shown works, half of them wrong; retry: wrong lines, corrected.")
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
    typer.echo(_next(dataset, out.name, form))


def _next(dataset: str, folder: str, form: str) -> str:
    from tunixlib.seeding.correction.datasets import CORRECTION_EVAL

    if form == "check" and dataset != CORRECTION_EVAL:
        return "next    train on it from a checkpoint: shown works have no stage A, so 02 and 03 cannot start with them"
    value = f"EVAL_SETS=[{folder}]" if dataset == CORRECTION_EVAL else f"DATASET={folder}"
    return f"next    python -m tunixlib run --run-id my-try --set {value}"


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
