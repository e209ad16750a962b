"""A sealed run executed again from what it recorded: what came of each file and each metric."""
