"""Coverage-guided fuzzing of what reads other people's text: the trace reader, the completion parser, the checkers.

    python tests/fuzz/fuzz_completion.py -atheris_runs=10000                     # stops after so many inputs
    python tests/fuzz/fuzz_completion.py -max_total_time=600 -max_len=4096 DIR   # seconds; DIR keeps what is new

``make fuzz SECONDS=600`` does the second, with the texts of ``fixtures/`` to begin with. What must hold of every input
is in ``reading_properties``; one that breaks it is written to the working folder, and its name printed.
"""

import sys

import atheris

with atheris.instrument_imports(include=["tunixlib"]):
    from reading_properties import try_input

if __name__ == "__main__":
    atheris.Setup(sys.argv, try_input)
    atheris.Fuzz()
