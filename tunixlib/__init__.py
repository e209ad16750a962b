"""tunixlib: small language models that show their work, and evidence that they do.

The rooms, in the order in which the data passes (imports only go down this list):

    artifacts, traces, runs   bytes on disk, the reasoning trace, the run folder; beside them tables and progress
    checking                  is each step true? are two answers the same?
    seeding                   problems with worked steps, datasets, evaluation sets
    modeling                  models and tokens
    training                  fair arms, supervised fine-tuning
    evaluation                completions, grades, scorecards
    analysis                  intervals, comparisons, figures, claims
    submission                sealing, verification, report and bundle
    running                   the notebooks, strictly, in order
    studies                   several runs under a bar that was committed before them

Run ``python -m tunixlib --help`` for the command line.
"""

__version__ = "0.1.0"
