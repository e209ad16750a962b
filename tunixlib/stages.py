"""The stages of a run: which there are, what each reads, and what it alone writes.

    stage_named("05_evaluate").writes      # ("predictions", "second_pass", "eval_summary.json")

One writer per file: ``STAGES`` says which notebook writes what.
"""

from dataclasses import dataclass

from tunixlib.holding import RunError

# The arm and its last segment, whose checkpoint is published and judged.
FINAL_ARM, FINAL = "curriculum", "stage_c"


@dataclass(frozen=True)
class Stage:
    """One notebook: what it reads and what it alone writes, as paths relative to the run folder."""

    name: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    resumes: bool = False  # whether an interrupted try is continued; the other stages are short and begin anew
    switch: str = ""  # the parameter that switches it on by a value that is not empty; without one it always runs


# The arms that go through the stages in some order; those after the first are there only when ARMS names them.
ORDERED = ("training/curriculum", "training/reverse", "training/shuffled-stages")
# The arms that go on from the curriculum's last checkpoint, in the order in which tables show them, and their segment.
CORRECTION_ARMS, CORRECTION_SEGMENT = ("control", "surface", "contrastive", "retry"), "stage_d"
CORRECTED = tuple(f"training/{arm}" for arm in CORRECTION_ARMS)
TRAINED = ("training/flat", *ORDERED, *CORRECTED)
ANSWERS = ("predictions", "second_pass", "eval_summary.json")
ANALYSED = ("beside.json", "figures", "claims.json", "analysis.md")

STAGES: tuple[Stage, ...] = (
    Stage("01_seed", (), ("data",)),
    Stage("02_train", ("data",), ("training/flat",), resumes=True),
    Stage("03_curriculum", ("data", "training/flat"), ORDERED, resumes=True),
    Stage("04_self_correction", ("data", "training/curriculum"), CORRECTED, resumes=True, switch="CORRECTION_ARMS"),
    Stage("05_evaluate", ("data", *TRAINED), ANSWERS, resumes=True),
    Stage("06_analysis", ("data", *TRAINED, *ANSWERS), ANALYSED),
    Stage("07_submission", ("data", *ANSWERS, *ANALYSED), ()),
)


def stage_named(name: str) -> Stage:
    """The stage of a notebook name. Raises RunError for a name that is none."""
    for stage in STAGES:
        if stage.name == name:
            return stage
    raise RunError(f"stage {name!r} is unknown; expected one of {', '.join(stage.name for stage in STAGES)}")
