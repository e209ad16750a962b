"""What a study says of the machines that made its runs: nothing where all were of one class.

machine_words([Run(root / "order-135m-s1"), Run(root / "order-135m-s2")])
# ["Runs of another machine class than `order-135m-s1`, so that rounding differs: `order-135m-s2` (cpu: ...)."]
"""

import re
from collections.abc import Iterator, Sequence

from tunixlib.artifacts import read_json
from tunixlib.running.machine_class import machine_differences
from tunixlib.runs import MANIFEST, Run

_SEGMENT = re.compile(r"^\S+/\S+ ")  # flat/stage_1 precision: ...


def machine_words(runs: Sequence[Run]) -> list[str]:
    """One sentence for *Limits* where a run's machine, packages or choices of training (precision, compile, threads)
    differ from the first run's; no sentence where none does."""
    first, *others = (read_json(run.path(MANIFEST)) for run in runs)
    apart = {
        run["run_id"]: list(_differences(machine_differences(first["environment"], run["environment"])))
        for run in others
    }
    said = [f"`{run_id}` ({'; '.join(found)})" for run_id, found in apart.items() if found]
    start = f"Runs of another machine class than `{first['run_id']}`, so that rounding differs"
    return [f"{start}: {', '.join(said)}."] if said else []


def _differences(found: Sequence[str]) -> Iterator[str]:
    """Each difference once, whichever segments of training it was found in."""
    yield from dict.fromkeys(_SEGMENT.sub("", difference) for difference in found)
