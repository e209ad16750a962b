"""Programs: what it takes to start one, and how long whole commands take, from outside."""

import shutil
import subprocess
import sys
from typing import Any

from sides import SIDES, Options, folder, side, timed

__all__ = ["SIDES"]


@side("program/run")
def run_program(options: Options) -> dict[str, Any]:
    """``python`` with the given words, in the repository; ``{out}`` among them is an empty folder.

    ``leaves`` is a folder that the program makes beside it, removed afterwards.
    """
    with folder() as out:
        words = [word.replace("{out}", str(out)) for word in options["words"]]
        seconds, done = timed(
            lambda: subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)
        )
    if options["leaves"]:
        shutil.rmtree(options["leaves"], ignore_errors=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)} ended with {done.returncode}: {done.stderr[-800:]}")
    return {"units": 1, "seconds": seconds, "check": None}
