"""A keyed permutation of 0..n-1 in constant memory: position -> cell, each cell exactly once.

    >>> sorted(Permutation(10, "any key")(i) for i in range(10)) == list(range(10))
    True

A four-round Feistel network over the smallest square that holds n, walked until it lands inside (cycle walking; Black
and Rogaway, "Ciphers with Arbitrary Finite Domains", 2002). Any position is reached directly, so shards can be made
anywhere in any order. Different keys give unrelated orders, which ``Random(seed + index)`` does not.
"""

from hashlib import blake2b
from math import isqrt

ROUNDS = 4


class Permutation:
    """A bijection of ``range(n)`` chosen by ``key``. Raises IndexError outside the range."""

    def __init__(self, n: int, key: str):
        if n < 1:
            raise ValueError(f"found a space of {n} cells, expected at least 1")
        self.n = n
        self._side = isqrt(n - 1) + 1
        self._key = blake2b(key.encode("utf-8"), digest_size=32).digest()

    def __call__(self, position: int) -> int:
        """The cell at a position."""
        if not 0 <= position < self.n:
            raise IndexError(f"position {position} is outside a space of {self.n} cells")
        while True:
            left, right = divmod(position, self._side)
            for turn in range(ROUNDS):
                left, right = right, (left + self._mix(turn, right)) % self._side
            position = left * self._side + right
            if position < self.n:
                return position

    def _mix(self, turn: int, value: int) -> int:
        digest = blake2b(b"%d:%d" % (turn, value), key=self._key, digest_size=8).digest()
        return int.from_bytes(digest, "big")
