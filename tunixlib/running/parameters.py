"""The parameters of notebooks: what each declares, and whether values fit, before anything starts.

    known = merge_declared(stage_notebooks())              # {"01_seed": {"DATASET": "str", ...}, ...}
    check_parameters({"EVAL_ITEMS": 20}, known["05_evaluate"])

papermill itself only warns of an unknown parameter; here it is an error, as is a value of another type.
"""

import ast
import difflib
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tunixlib.evidence.leaks import absolute_path
from tunixlib.running.profiles import NOTEBOOKS, ProfileError
from tunixlib.stages import CORRECTION_ARMS, STAGES

# What an annotation in a parameters cell accepts.
TYPES: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (float, int),
    "str": (str,),
    "bool": (bool,),
    "list": (list,),
}

# Where a run lies; they go on no record, and the command names the first otherwise.
PLACES = ("RUN_ID", "RUNS_ROOT")
# Which arms were trained and which checkpoints answered is no treatment: of several runs, what all have is compared.
NO_TREATMENT = ("ARMS", "CORRECTION_ARMS", "CHECKPOINTS")
# Where these differ the items do, and nothing can be paired.
ITEMS = ("EVAL_SETS", "EVAL_ITEMS")

# What a value may be beyond its type: names to choose from, or the least number.
CHOICES = {
    "PRECISION": ("auto", "bfloat16", "float16", "float32"),
    "COMPILE": ("auto", "on", "off"),
    "ENGINE": ("torch", "fsdp", "tunix"),
    "LORA_CHECKPOINTS": ("merged", "adapter"),
    "EVAL_DTYPE": ("float32", "bfloat16", "float16", "auto"),
    "CORRECTION_ARMS": CORRECTION_ARMS,
}
LEAST = {
    "EVAL_ITEMS": 0, "MAX_STEPS": 0, "LORA_RANK": 0, "TRACES_PER_STEP": 1, "MAX_LENGTH": 1, "MAX_NEW_TOKENS": 1,
    "EVAL_BATCH": 1, "EVAL_PROCESSES": 0, "CORRECTION_TRACES": 10, "REPLAY_TRACES": 0,
}  # fmt: skip
# A whole number of a notebook fits into 64 bits.
MAX_BITS = 63
_SURROGATE = re.compile("[\ud800-\udfff]")


def stage_notebooks() -> list[Path]:
    """The notebooks of the corridor that exist, in order."""
    return [path for stage in STAGES if (path := NOTEBOOKS / f"{stage.name}.ipynb").is_file()]


def declared(notebook: Path) -> dict[str, str]:
    """Parameter name -> annotated type (``int``, ``list[str]`` ...) as the notebook's parameters cell declares them."""
    import papermill

    found = papermill.inspect_notebook(str(notebook))
    return {name: str(parameter["inferred_type_name"]) for name, parameter in found.items()}


def declared_defaults(notebooks: list[Path]) -> dict[str, Any]:
    """The default of every parameter that the notebooks declare."""
    import papermill

    found: dict[str, Any] = {}
    for notebook in notebooks:
        for name, parameter in papermill.inspect_notebook(str(notebook)).items():
            found[name] = ast.literal_eval(str(parameter["default"]))
    return found


def merge_declared(notebooks: list[Path]) -> dict[str, dict[str, str]]:
    """Notebook name -> its declared parameters. Raises ProfileError when two notebooks give one name two types."""
    by_notebook = {path.stem: declared(path) for path in notebooks}
    types: dict[str, tuple[str, str]] = {}
    for notebook, parameters in by_notebook.items():
        for name, kind in parameters.items():
            first, known = types.setdefault(name, (notebook, kind))
            if known != kind:
                raise ProfileError(f"parameter {name} is {known} in {first} and {kind} in {notebook}; give it one type")
    return by_notebook


def check_parameters(parameters: Mapping[str, Any], known: Mapping[str, str]) -> None:
    """Raise ProfileError listing every parameter that no notebook declares or whose value has the wrong type."""
    problems = []
    for name, value in parameters.items():
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {close[0]}?" if close else f"; known are {', '.join(sorted(known))}"
            problems.append(f"{name}: no notebook declares it{hint}")
        elif unfit := _unfit(value):
            problems.append(f"{name}: found {unfit}")
        elif not _fits(value, known[name]):
            problems.append(f"{name}: found {_shown(value)} ({type(value).__name__}), expected {known[name]}")
        elif name in CHOICES and not set(value if isinstance(value, list) else [value]) <= set(CHOICES[name]):
            problems.append(f"{name}: found {_shown(value)}, expected one of {', '.join(CHOICES[name])}")
        elif name in LEAST and value < LEAST[name]:
            problems.append(f"{name}: found {value}, expected at least {LEAST[name]}")
        elif name != "RUNS_ROOT" and (place := _private_path(value)):
            problems.append(
                f"{name}: found {_shown(place)}, expected a path relative to the project: evidence names no machine"
            )
    if problems:
        raise ProfileError("nothing was started, because of these parameters:\n  " + "\n  ".join(problems))


def _unfit(value: Any) -> str | None:
    """Why a value cannot be handed to a notebook and read back from its evidence unchanged, or None when it can."""
    if isinstance(value, list):
        return next(filter(None, map(_unfit, value)), None)
    if isinstance(value, int) and value.bit_length() > MAX_BITS:
        return f"a whole number of {value.bit_length()} bits, expected at most {MAX_BITS}"
    if isinstance(value, float) and not math.isfinite(value):
        return f"{value}, expected a finite number"
    if isinstance(value, str) and _SURROGATE.search(value):
        return f"{_shown(value)} with half of a surrogate pair, which is no character"
    return None


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _private_path(value: Any) -> str:
    """A value, or one in a list, that says where things lie on this machine; empty when none does."""
    if isinstance(value, list):
        return next(filter(None, map(_private_path, value)), "")
    if not isinstance(value, str):
        return ""
    return value if re.match(r"[A-Za-z]:\\", value) else absolute_path(value)


def _fits(value: Any, annotation: str) -> bool:
    outer, _, inner = annotation.partition("[")
    if outer not in TYPES:
        return True
    if isinstance(value, bool) and outer != "bool":
        return False
    if not isinstance(value, TYPES[outer]):
        return False
    return not inner or (isinstance(value, list) and all(_fits(item, inner.rstrip("]")) for item in value))
