"""tunixlib: small language models that show their work, and evidence that they do.

The rooms, in the order in which the data passes (imports only go down this list):

    artifacts, traces, runs   bytes on disk, the reasoning trace, the run folder and its stages; tables and progress
    checking                  is each step true? are two answers the same?
    seeding                   problems with worked steps, datasets, evaluation sets
    modeling                  models and tokens
    training                  fair arms, supervised fine-tuning
    evaluation                completions, grades, scorecards
    analysis                  intervals, comparisons, figures, claims
    evidence                  sealing, verification, locks, secrets
    submission                report, bundle, cards, what Kaggle gets
    running                   the notebooks, strictly, in order
    studies                   several runs under a bar that was committed before them
    sweeps                    many runs on Ray, the best of them on other items
    commands                  the command line, one module per subject

Run ``python -m tunixlib --help`` for the command line.
"""

__version__ = "0.1.0"
