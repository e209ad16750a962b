"""A session on a machine that is lent for hours, such as a Kaggle kernel: what it has, needs, does and leaves."""
