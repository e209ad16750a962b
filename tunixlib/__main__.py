"""The command line: ``python -m tunixlib COMMAND``. Every command is one function of the package.

Exit codes: 0 done, 1 the work found a problem (it says which), 2 the command was not understood or the
comparison refused, 130 stopped by Ctrl-C.
"""

import sys

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
from tunixlib.commands import making  # noqa: F401  # isort: skip
from tunixlib.commands import data, models, evaluating, evidence, publishing  # noqa: F401  # isort: skip


def main() -> None:
    """Entry point; output is UTF-8 whatever the console's code page."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    app()


if __name__ == "__main__":
    main()
