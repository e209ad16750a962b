"""Families that are never trained on: they give the questions of ``eval-unseen``."""
