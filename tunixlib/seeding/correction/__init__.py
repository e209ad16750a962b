"""Shown works with one proven error, for learning to check: in this order figures, works, twins, injections, forms."""
