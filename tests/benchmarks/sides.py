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


def peak_kb(of_children: bool) -> int:
    """The most memory that this process, or one that it started, held."""
    status = Path("/proc/self/status")
    if of_children or not status.is_file():
        return resource.getrusage(resource.RUSAGE_CHILDREN if of_children else resource.RUSAGE_SELF).ru_maxrss
    # Linux counts what the starting process held into ru_maxrss; this begins anew with the program.
    return int(next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM:")))


def main() -> None:
    """Measure the side that the command line names."""
    import data_sides
    import generation_sides
    import profile_sides
    import program_sides
    import training_sides

    for module in (data_sides, generation_sides, profile_sides, program_sides, training_sides):
        SIDES.update(module.SIDES)
    found = SIDES[sys.argv[1]](json.loads(sys.argv[2]))
    print(json.dumps({**found, "peak_mb": round(peak_kb(sys.argv[1].startswith("program/")) / 1024, 1)}))


if __name__ == "__main__":
    main()
