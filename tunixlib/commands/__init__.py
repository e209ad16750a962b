"""The commands of ``python -m tunixlib``, one module per subject. Every command is one function of the package."""
