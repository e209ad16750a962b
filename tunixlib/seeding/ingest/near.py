"""Near duplicates among prompts, and prompts that are nearly a question of evaluation.

    >>> near = NearPrompts()
    >>> near.meet("A crate holds 12 red apples. How many apples do 3 such crates hold in all?", "36", "line 1")
    >>> near.meet("A crate holds 12 red apples. How many apples do 3 such crates hold, in all then?", "36", "line 2")
    'line 1'
    >>> near.meet("A crate holds 12 red apples. How many apples do 4 such crates hold in all?", "48", "line 3")

Near duplicates have nearly the same words, the very same numbers and the same answer. They are compared by the Jaccard
similarity of their three-word shingles, after ``normal_prompt`` (Broder, On the resemblance and containment of
documents, 1997). Candidates come from MinHash signatures in bands, so time is linear in the text; of prompts that share
a band only the first is compared, so that a few near duplicates can pass. Prompts with other numbers, or another order
of numbers and signs, are other questions whatever their words.

Nearly a question of evaluation is a text with the very same numbers and signs in which ``THRESHOLD`` of the question's
shingles stand, whatever stands beside them and whatever its answer:

    >>> questions = NearQuestions()
    >>> questions.add("What is 17 + 28?", "eval-core")
    >>> questions.find("What is 17 + 28? Please answer.")
    'eval-core'

A question in other words, or one beside which a further number was written in the same paragraph, is not found.
"""

import math
import random
import zlib
from collections import Counter
from typing import Any

from tunixlib.artifacts import sha256_text
from tunixlib.checking.answers import normalise
from tunixlib.checking.stated_numbers import values_in
from tunixlib.seeding.gate import normal_prompt

THRESHOLD = 0.8  # of the shingles of both prompts together
SHINGLE = 3  # words
BANDS, ROWS = 16, 4  # two prompts at the threshold share a band with probability 0.9998


class NearPrompts:
    """Prompts seen so far. About two kilobytes for each."""

    def __init__(self) -> None:
        import numpy as np

        draw = random.Random("tunixlib near prompts")
        count = BANDS * ROWS
        # Multiply-shift hashing (Dietzfelbinger et al., 1997): odd factors, the upper half of the product.
        self._factors = np.array([draw.getrandbits(63) * 2 + 1 for _ in range(count)], dtype=np.uint64)[:, None]
        self._terms = np.array([draw.getrandbits(64) for _ in range(count)], dtype=np.uint64)[:, None]
        self._bands: dict[bytes, tuple[Any, str]] = {}

    def meet(self, prompt: str, answer: str, name: str) -> str | None:
        """The name of an earlier prompt that is nearly this one; None, and this one is remembered, when there is none.

        Nearly: the same numbers, the same answer, and ``THRESHOLD`` of the shingles.
        """
        import numpy as np

        shingles, keys = self._signature(prompt, answer)
        for key in keys:
            if key in self._bands:
                other, earlier = self._bands[key]
                shared = len(np.intersect1d(shingles, other, assume_unique=True))
                if shared >= THRESHOLD * (len(shingles) + len(other) - shared):
                    return earlier
        for key in keys:
            self._bands.setdefault(key, (shingles, name))
        return None

    def _signature(self, prompt: str, answer: str) -> tuple[Any, list[bytes]]:
        """The hashes of the shingles, ``(S,)`` uint32 in order, and a key for each band."""
        import numpy as np

        words = normal_prompt(prompt).split()
        grams = _shingles(words)
        shingles = np.array(sorted({zlib.crc32(gram.encode("utf-8")) for gram in grams}), dtype=np.uint32)
        least = np.full((BANDS * ROWS,), np.iinfo(np.uint32).max, dtype=np.uint32)
        for start in range(0, len(shingles), 1024):  # (64, 1024) at a time: the longest prompt needs half a megabyte
            part = shingles[start : start + 1024].astype(np.uint64)
            hashed = ((self._factors * part + self._terms) >> np.uint64(32)).astype(np.uint32)
            least = np.minimum(least, hashed.min(axis=1))
        same = sha256_text(_numbers(words, prompt) + "\n" + normalise(answer))[:16].encode()
        return shingles, [bytes([i]) + same + band.tobytes() for i, band in enumerate(least.reshape(BANDS, ROWS))]


class NearQuestions:
    """Questions of evaluation, found by the shingles that stand in them."""

    def __init__(self) -> None:
        self._names: list[tuple[str, int]] = []  # the set of each question, and how many shingles make it
        self._at: dict[tuple[str, str], list[int]] = {}  # numbers and a shingle -> the questions that have both

    def add(self, question: str, name: str) -> None:
        """Know a question of the set ``name``."""
        words = normal_prompt(question).split()
        shingles, numbers = _shingles(words), _numbers(words, question)
        for gram in shingles:
            self._at.setdefault((numbers, gram), []).append(len(self._names))
        self._names.append((name, math.ceil(THRESHOLD * len(shingles))))

    def find(self, text: str) -> str | None:
        """The set of a question that the text nearly is; None when there is none."""
        words = normal_prompt(text).split()
        numbers = _numbers(words, text)
        shared = Counter(place for gram in _shingles(words) for place in self._at.get((numbers, gram), ()))
        first = min((at for at, count in shared.items() if count >= self._names[at][1]), default=None)
        return None if first is None else self._names[first][0]


def _shingles(words: list[str]) -> set[str]:
    return {" ".join(words[i : i + SHINGLE]) for i in range(max(1, len(words) - SHINGLE + 1))}


def _numbers(words: list[str], prompt: str) -> str:
    """What makes two questions of the same words different: figures and signs in order, and number words."""
    ordered = [word for word in words if any(sign.isdigit() or sign in "+-*/×÷=<>%" for sign in word)]
    return " ".join([*ordered, *map(str, sorted(values_in(prompt)))])
