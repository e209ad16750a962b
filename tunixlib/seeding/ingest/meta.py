"""What the ``meta`` of a foreign trace may say: anything, but names that steer training must mean what they mean here.

    refuse_meta({"topic": "shopping", "stage": "b"}, steps=3)      # nothing
    refuse_meta({"stage": "z"}, steps=3)                           # RefusedError: 'z', expected one of a, b, c ...

===================================  ======================================================================
``stage``                            ``a``, ``b`` or ``c``: the curriculum stage, in place of the usual rule
``wrong_steps``                      numbers of steps that are there, each once: they are not learned from
``category family difficulty``       a short text or a number: counted in manifests; a category sets the stage
``dataset_key ingested``             written by ingest, whatever stood there
===================================  ======================================================================
"""

from collections.abc import Mapping
from typing import Any

from tunixlib.seeding.datasets import STAGES
from tunixlib.seeding.ingest.records import RefusedError

COUNTED = ("category", "family", "difficulty")
LONGEST = 100  # characters of a counted name


def refuse_meta(meta: Mapping[str, Any], steps: int) -> None:
    """Raise RefusedError naming a field of ``meta`` that would steer training by something it cannot mean."""
    if "stage" in meta and meta["stage"] not in STAGES:
        raise _refused("stage", meta["stage"], f"one of {', '.join(STAGES)}")
    if "wrong_steps" in meta and not _numbers_of_steps(meta["wrong_steps"], steps):
        raise _refused("wrong_steps", meta["wrong_steps"], f"a list of step numbers from 1 to {steps}, each once")
    for name in COUNTED:
        if name in meta and not (isinstance(meta[name], str | int | float) and len(str(meta[name])) <= LONGEST):
            raise _refused(name, meta[name], f"a text of at most {LONGEST} characters, or a number")


def _numbers_of_steps(value: Any, steps: int) -> bool:
    if not isinstance(value, list) or any(isinstance(n, bool) or not isinstance(n, int) for n in value):
        return False
    return len(set(value)) == len(value) and all(1 <= n <= steps for n in value)


def _refused(name: str, found: Any, expected: str) -> RefusedError:
    detail = f"{str(found)[:60]!r}, expected {expected}: this name steers training; rename it in the source"
    return RefusedError("invalid_field", f"meta.{name}: {detail}", f"meta.{name}", found)
