"""The command line: ``python -m tunixlib COMMAND``, or ``tunixlib COMMAND``. Every command is one function.

Exit codes: see ``EXIT_CODES`` in ``commands/app.py``, which the help shows, too.
"""

import os
import sys
from pathlib import Path

try:
    from tunixlib.commands.app import app
except ModuleNotFoundError as error:
    if error.name != "typer":
        raise
    sys.exit(
        f"error: {sys.executable} has none of the packages of requirements.txt; `make setup` puts them into .venv, and "
        "`. .venv/bin/activate` (Windows: .venv\\Scripts\\activate) makes that the Python of your commands"
    )

# Each adds its commands to app, in the order in which the help lists them.
from tunixlib.commands import data, making, sweeping  # noqa: F401  # isort: skip
from tunixlib.commands import models, evaluating, evidence, publishing  # noqa: F401  # isort: skip

# What a shell completes is the name of a program; `python -m tunixlib` is two words.
PROGRAM = "tunixlib"
COMPLETE = "_TUNIXLIB_COMPLETE"


def main() -> None:
    """Entry point; output is UTF-8 whatever the console's code page."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    about_completion = COMPLETE in os.environ or any(word.endswith("-completion") for word in sys.argv[1:2])
    by_name = about_completion or Path(sys.argv[0]).stem == PROGRAM
    app(prog_name=PROGRAM if by_name else f"python -m {PROGRAM}", complete_var=COMPLETE)


if __name__ == "__main__":
    main()
