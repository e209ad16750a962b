import pytest

from tunixlib.seeding.permutation import Permutation

# Read once from this code: another order must be a decision, since every dataset hangs on it.
PINNED = [711219869101, 56943840481, 920361695877]


@pytest.mark.parametrize("n", [1, 2, 3, 10, 97, 1000, 4096])
def test_every_cell_comes_exactly_once(n):
    assert sorted(map(Permutation(n, "k"), range(n))) == list(range(n))


def test_keys_give_unrelated_orders():
    n = 1000
    one, two = ([Permutation(n, key)(i) for i in range(n)] for key in ("seed 42", "seed 43"))
    assert sum(a == b for a, b in zip(one, two, strict=True)) < 10


def test_the_order_is_the_same_on_every_machine():
    assert [Permutation(10**12, "known")(i) for i in (0, 1, 10**12 - 1)] == PINNED


def test_positions_outside_are_refused():
    with pytest.raises(IndexError):
        Permutation(5, "k")(5)
    with pytest.raises(ValueError, match="at least 1"):
        Permutation(0, "k")
