"""How well do surface features alone tell wrong works from right ones? A logistic regression in a few lines of numpy.

surface_accuracy(rows)    # rows as (group, shown text, is wrong); groups are never split: 0.5 is chance
"""

import re
from hashlib import blake2b

import numpy as np

NUMBER = re.compile(r"\d+(?:\.\d+)?")


def features(text: str) -> list[float]:
    """Length, lines, operators, and the look of all numbers, of the results and of the answer: nothing recomputed."""
    body = text.partition("\nLine 1: ")[2]
    numbers, results = NUMBER.findall(body), re.findall(r"= (\d+(?:\.\d+)?)", body)
    answer = NUMBER.findall(body.rpartition("Answer: ")[2]) or ["0"]
    found = [len(body), len(text), body.count("\n"), len(numbers), *(body.count(f" {op} ") for op in "+-*/")]
    for group in (numbers, results, answer):
        lengths = [len(number) for number in group] or [0]
        found += [np.mean(lengths), max(lengths), np.mean([float(n) for n in group] or [0.0])]
        found += [np.mean([number[-1] == digit for number in group] or [0.0]) for digit in "0123456789"]
        found += [np.mean([number[0] == digit for number in group] or [0.0]) for digit in "123456789"]
    return [float(np.log1p(value)) if value > 1 else float(value) for value in found]


def surface_accuracy(rows: list[tuple[str, str, bool]], folds: int = 5, penalty: float = 1.0) -> float:
    """Cross-validated accuracy; the fold of a group is that of its hash, so twins stay together."""
    x = np.array([features(text) for _, text, _ in rows])
    x = np.hstack([(x - x.mean(0)) / (x.std(0) + 1e-9), np.ones((len(x), 1))])
    y = np.array([wrong for _, _, wrong in rows], dtype=float)
    fold = np.array([blake2b(group.encode(), digest_size=4).digest()[0] % folds for group, _, _ in rows])
    right = 0
    for held in range(folds):
        weights, train = np.zeros(x.shape[1]), fold != held
        for _ in range(20):  # Newton's method
            p = 1 / (1 + np.exp(-x[train] @ weights))
            slope = x[train].T @ (p - y[train]) + penalty * weights
            curve = (x[train].T * (p * (1 - p))) @ x[train] + penalty * np.eye(x.shape[1])
            weights -= np.linalg.solve(curve, slope)
        right += int(((x[~train] @ weights > 0) == (y[~train] > 0.5)).sum())
    return right / len(rows)
