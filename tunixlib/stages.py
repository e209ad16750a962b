"""The stages of a run, and the arms they train: which there are, what each reads, and what it alone writes.

    stage_named("05_evaluate").writes      # ("predictions", "second_pass", "eval_summary.json")
    SEGMENTS["curriculum"]                 # ("stage_a", "stage_b", "stage_c")
    CHECKPOINTS["flat"]                    # ("flat", "stage_3"): the arm's last segment

One writer per file: ``STAGES`` says which notebook writes what.
"""

from dataclasses import dataclass

from tunixlib.holding import RunError

# The arms that hold the same rows in other orders. Every run trains the first two, the others where ARMS names them.
ARMS = ("flat", "curriculum", "reverse", "shuffled-stages")
BASIC_ARMS = ARMS[:2]
# The arms that go on from the curriculum's last checkpoint, in the order in which tables show them, and their segment.
CORRECTION_ARMS, CORRECTION_SEGMENT = ("control", "surface", "contrastive", "retry"), "stage_d"
# The arm and its last segment, whose checkpoint is published and judged.
FINAL_ARM, FINAL = "curriculum", "stage_c"

# The segments of every arm, in the order in which they are trained; each ends in a checkpoint.
SEGMENTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(ARMS, ("stage_1", "stage_2", "stage_3")),
    FINAL_ARM: ("stage_a", "stage_b", FINAL),
    **dict.fromkeys(CORRECTION_ARMS, (CORRECTION_SEGMENT,)),
}
# The name of a checkpoint in predictions and tables -> its arm and segment: of the curriculum every stage, of the other
# arms the last. In the order of evaluation: arms that not every run has come first, the one to judge last.
CHECKPOINTS: dict[str, tuple[str, str]] = {
    **{arm: (arm, SEGMENTS[arm][-1]) for arm in (*ARMS[2:], *CORRECTION_ARMS, ARMS[0])},
    **{segment: (FINAL_ARM, segment) for segment in SEGMENTS[FINAL_ARM]},
}


@dataclass(frozen=True)
class Stage:
    """One notebook: what it reads and what it alone writes, as paths relative to the run folder."""

    name: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    resumes: bool = False  # whether an interrupted try is continued; the other stages are short and begin anew
    switch: str = ""  # the parameter that switches it on by a value that is not empty; without one it always runs


CORRECTED = tuple(f"training/{arm}" for arm in CORRECTION_ARMS)
ORDERED = tuple(f"training/{arm}" for arm in ARMS[1:])
TRAINED = (f"training/{ARMS[0]}", *ORDERED, *CORRECTED)
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


def checkpoint_name(arm: str) -> str:
    """The name that an arm's last checkpoint has in predictions: the arm's own, of the curriculum the segment's."""
    return FINAL if arm == FINAL_ARM else arm


def writer_of(place: str) -> Stage:
    """The stage that alone writes a place of a run, such as ``training/flat``."""
    return next(stage for stage in STAGES if place in stage.writes)


def stage_named(name: str) -> Stage:
    """The stage of a notebook name. Raises RunError for a name that is none."""
    for stage in STAGES:
        if stage.name == name:
            return stage
    raise RunError(f"stage {name!r} is unknown; expected one of {', '.join(stage.name for stage in STAGES)}")
