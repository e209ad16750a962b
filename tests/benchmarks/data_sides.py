"""Data: making traces with every check, and holding traces against the schema."""

from pathlib import Path
from typing import Any

from sides import SIDES, Options, folder, side, timed

__all__ = ["SIDES"]


@side("data/seed")
def seed(options: Options) -> dict[str, Any]:
    """Make traces, every step checked and every answer recomputed, and write them."""
    from tunixlib.seeding.datasets import write_dataset
    from tunixlib.seeding.recipes import Recipe

    with folder() as out:
        seconds, manifest = timed(lambda: write_dataset(Recipe("my-bench", options["traces"]), out / "data"))
    return {"units": options["traces"], "seconds": seconds, "check": manifest["sha256"]}


@side("data/validate")
def validate(options: Options) -> dict[str, Any]:
    """Read the first ``traces`` traces of a file and hold each against the schema."""
    from itertools import islice

    from tunixlib.traces import read_traces

    path = Path(options["file"])
    seconds, count = timed(lambda: sum(1 for _ in islice(read_traces(path), options["traces"])))
    return {"units": count, "seconds": seconds, "check": count}


@side("data/json-alone")
def parse_alone(options: Options) -> dict[str, Any]:
    """The floor under validation: the standard library's ``json.loads`` of the same lines, nothing checked."""
    import json
    from itertools import islice

    def read() -> int:
        with open(options["file"], "rb") as stream:
            return sum(1 for line in islice(stream, options["traces"]) if json.loads(line))

    seconds, count = timed(read)
    return {"units": count, "seconds": seconds, "check": count}
