"""One measurement in a process of its own: ours or a peer's. The last line printed is a JSON object.

    python tests/benchmarks/sides.py training/ours '{"model": "smollm2", "rows": 8, "steps": 24, "arm_tokens": 0}'

Each side does the same work on the same inputs as the others of its row and says how much it did (``units``), in how
many ``seconds``, with how much memory at most (``peak_mb``), and what must agree between the sides (``check``).
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Options = dict[str, Any]
Side = Callable[[Options], dict[str, Any]]
SIDES: dict[str, Side] = {}
WARM_UP = 3  # steps, or completions, that are not timed: compiling, first touch of memory


def side(name: str) -> Callable[[Side], Side]:
    """Register a function under a name of the form row/side."""

    def register(function: Side) -> Side:
        SIDES[name] = function
        return function

    return register


@contextmanager
def folder() -> Iterator[Path]:
    """An empty folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="bench.") as place:
        yield Path(place)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """The seconds that a call takes, and what it returns."""
    started = time.perf_counter()
    found = work()
    return time.perf_counter() - started, found


def main() -> None:
    """Measure the side that the command line names."""
    import data_sides
    import generation_sides
    import program_sides
    import training_sides

    for module in (data_sides, generation_sides, program_sides, training_sides):
        SIDES.update(module.SIDES)
    found = SIDES[sys.argv[1]](json.loads(sys.argv[2]))
    who = resource.RUSAGE_CHILDREN if sys.argv[1].startswith("program/") else resource.RUSAGE_SELF
    print(json.dumps({**found, "peak_mb": round(resource.getrusage(who).ru_maxrss / 1024, 1)}))


if __name__ == "__main__":
    main()
