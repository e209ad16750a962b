"""What ``python -m tunixlib seed`` makes: problems, shown works to check, retries, or one of our evaluation sets.

write_form("my-works", Path("data/my-works"), form="check", density=0.3)["count"]      # 1000
"""

from pathlib import Path
from typing import Any, get_args

from tunixlib.seeding.correction.datasets import (
    CORRECTION_DATASET,
    CORRECTION_EVAL,
    CORRECTION_TRACES,
    CorrectionRecipe,
    Form,
    write_correction,
    write_correction_eval,
)
from tunixlib.seeding.datasets import write_dataset, write_eval_set
from tunixlib.seeding.evalsets import EVAL_SETS
from tunixlib.seeding.recipes import DEFAULT_TRACES, Recipe, SeedingError
from tunixlib.seeding.shards import write_shard

PROBLEMS = "problems"
FORMS = (PROBLEMS, *get_args(Form))
TRACES, SEED, DENSITY = 550, 42, 0.5
# Sets of questions; each is always the same.
EVALUATION = (*EVAL_SETS, CORRECTION_EVAL)


def form_of(dataset: str, form: str = "") -> str:
    """The form of a dataset: as asked for, else the one that its name has. Raises SeedingError for an unknown one."""
    form = form or ("check" if dataset == CORRECTION_DATASET else PROBLEMS)
    if form not in FORMS:
        raise SeedingError(f"found --form {form!r}, expected one of {', '.join(FORMS)}; choose one")
    return form


def write_form(
    dataset: str, folder: Path, traces: int | None = None, seed: int = SEED, form: str = "",
    density: float | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Write a dataset of any form, or one of our evaluation sets, into ``folder``; returns the manifest.

    Raises SeedingError for options that would change nothing, and for another dataset in the folder.
    """
    if dataset in EVALUATION:
        given = {
            "--traces": traces,
            "--form": form or None,
            "--density": density,
            "--seed": None if seed == SEED else seed,
        }
        changed = [name for name, value in given.items() if value is not None]
        if changed:
            raise SeedingError(f"{dataset} is always the same: found {changed[0]}, expected only --out; leave it out")
        return write_correction_eval(folder) if dataset == CORRECTION_EVAL else write_eval_set(dataset, folder)
    form = form_of(dataset, form)
    if form == PROBLEMS:
        if density is not None:
            raise SeedingError(
                f"found --density {density} for problems without errors; add --form check or --form retry"
            )
        return write_dataset(Recipe(dataset, traces or DEFAULT_TRACES.get(dataset, TRACES), seed), folder)
    recipe = CorrectionRecipe(
        dataset, traces or CORRECTION_TRACES, seed, "check" if form == "check" else "retry",
        DENSITY if density is None else density,
    )  # fmt: skip
    return write_correction(recipe, folder)


def write_problem_shard(
    dataset: str, folder: Path, traces: int | None, seed: int, form: str, density: float | None, shard: int, shards: int
) -> dict[str, Any]:
    """One shard of a dataset of problems; shown works and retries are drawn in one go. Returns the shard's record.

    Raises SeedingError for another form.
    """
    found = "of an evaluation set" if dataset in EVALUATION else f"of form {form_of(dataset, form)}"
    if found != f"of form {PROBLEMS}" or density is not None:
        raise SeedingError(f"found --shards for a dataset {found}, expected {PROBLEMS} without errors; make it at once")
    return write_shard(Recipe(dataset, traces or DEFAULT_TRACES.get(dataset, TRACES), seed), folder, shard, shards)
