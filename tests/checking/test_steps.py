"""What the step checker calls true, false and unchecked, one line per claim."""

import pytest

from tunixlib.checking.steps import Claim, check_step, check_steps

TRUE = """
3 + 4 = 7
3 * 4 = 12 = 10 + 2
17 + 28 = 17 + 20 + 8 = 37 + 8 = 45
10 - 3 = 7, 7 - 2 = 5
3 + 4 = 7 and 7 + 2 = 9
100 − 37 = 63
5 – 3 = 2
3 x 4 = 12
3x4 = 12
7 × 8 · 1 = 56
12 ÷ 4 = 3
3 times 4 = 12
12 divided by 4 equals 3
2^3 = 8
2 ** -1 = 0.5
5² = 25
-3^2 = -9
5 - -3 = 8
5 + (-3) = 2
(3 + 4) * 2 = 14
[3 + 4] * 2 = 14
2(3 + 4) = 14
2 * (3 + (4 - 1)) = 12
1,200 / 4 = 300
.5 + 2.50 = 3
0.1 + 0.2 = 0.3
0.5 = 1/2
1/2 ÷ 1/4 = 2
2 1/2 + 1/2 = 3
10 / 3 = 3 1/3
25% = 0.25
25% of 80 = 20
25% * 80 = 20
25 percent of 80 = 20
3/4 of 80 = 60
100 * (1 - 20%) = 80
$3 * 4 = $12
Cost: $4.50 * 3 = $13.50
2/3 ≈ 0.67
1/3 ≈ 33%
5 / 2 ≈ 2
5 / 2 ≈ 3
48 ≈ 50
10 / 3 = about 3.33
10 / 3 is about 3.33
0.75 > 0.6
3 < 5 < 9
3 < 5 <= 5
5 ≥ 5
5 ≠ 6
3 != 4
17 / 5 = 3 remainder 2
17/5 = 3 R 2
17 ÷ 5 = 3 r2
17 / 5 = 3, remainder 2
17 mod 5 = 2
17 % 5 = 2
-7 mod 5 = 3
3 * 4 = 12 apples
3 * 4 cm = 12 cm
5 km + 3 km = 8 km
4 m * 5 m = 20 square meters
60 km/h * 2 h = 120 km
5 red apples + 3 green apples = 8 apples
3 hours * 60 = 180 minutes
2 hours * 60 + 15 minutes = 135 minutes
12 apples = 3 * 4
300 cents / 100 = $3
Step 2: 3 + 4 = 7
1. 3 + 4 = 7
1) 3 + 4 = 7
- 3 + 4 = 7
Total = 3 + 4 = 7
so 7 = 3 + 4.
f(5) = 2 * 5 = 10
Age of 3 people: 4 + 5 = 9
Room 12: 3 + 4 = 7
After 2 hours 60 * 2 = 120
Since 7 × 8 = 56, the answer is 56.
82 < 262 and 82 < 181, so 82 comes first
(3 + 4 = 7)
**Total:** 3 + 4 = **7**
\\(3 \\times 4 = 12\\)
2.3 = 2.30
1 hour = 60 minutes
2 m = 200 cm
2 m + 50 cm = 250 cm
50 cm + 150 cm = 2 m
4 * 50 cm = 2 m
75 cents + 25 cents = $1
5 km > 300 m
3 ft = 36 in
1 gallon = 4 quarts
1 pound = 16 ounces
1 year = 12 months
3 km = 3 * 1000 m
1 hour = 1 * 60 minutes
"""

FALSE = """
3 + 4 = 8
5 = 6
so 8 = 3 + 4
3 * 4 = 12 = 10 + 3
17 + 28 = 17 + 20 + 8 = 37 + 8 = 46
10 - 3 = 7, 7 - 2 = 6
2(3+4) = 13
5 * -2 = 10
1,200 + 1 = 1,202
0.1 + 0.2 = 0.30000001
25% of 80 = 30
(20/80) * 100 = 30%
$50 - 20% = $41
$3 * 4 = $13
1/2 ÷ 1/4 = 1/8
2/3 = 0.67
2/3 ≈ 0.66
10/3 ≈ 4
10/3 ≈ 10
2 ≈ 3
0.6 > 0.75
3 < 5 < 4
5 ≠ 5
17 / 5 = 3 remainder 1
17 / 5 = 2 remainder 7
17 mod 5 = 3
7 / 0 = 3
3 * 4 = 13 apples
3 hours * 60 = 190 minutes
3 weeks * 7 = 20 days
5 apples = 6 apples
12 apples = 3 * 5
He has 10 - 3 = 6 left
Rounded: 3 + 4 = 8
f(5) = 2 * 5 = 11
**3 + 4 = 8**
The other way round: 24 / 10 = 2
2 < 2, so 2 are left over
2 hours + 30 minutes = 32 minutes
1 m = 10 cm
4 mm = 4 cm
3 ft = 30 in
1 gallon = 4 pints
5 km < 300 m
2 m + 50 cm = 52 cm
"""

UNCHECKED = """
The word is reversed letter by letter.
2, 4, 6
3-5
2024-03-15
5 = 5
3 + 4 = 3 + 4
x = 5
A = 5
2x + 3 = 11
2m + 3 = 11
3 + x = 8
8 = 3 + x
3 x = 12
7 = 7x
12 / n = 3
3 + 4 = ?
3 + 4 = seven
= 7
7 =
==
32°F = 0°C
1 in = 2.5 cm
1 mile = 1.6 km
1 ton = 1000 kg
1 month = 30 days
1 year = 365 days
On the map 1 cm = 5 km
1 hour = 90 minutes (rounded)
3 m 20 cm = 320 cm
5 feet 6 inches = 66 inches
90 minutes = 1 hour 30 minutes
12:30 + 45 = 13:15
3:4 = 6:8
2024-03-15 = 2006
3 million = 3000000
4 tens + 2 ones = 42
2 dozen = 24
$1,000 * 1000 = $1M
1e5 = 100000
1 200 + 1 = 1 201
1.234,56 + 1 = 3
2,4,6 = 3
20 / 80 * 100 = 25%
$50 - 20% = $40
15% tip on $40 = $6
2/3 = 0.67 (rounded)
17 / 5 = 3 with 2 left over
10 / 3 = 3.33...
1 + 2 + ... + 10 = 52
sqrt(16) = 4
√16 = 4
√ 16 = 4
5! = 120
120 = 5!
gcd(12, 18) = 6
Sum of 3 and 4 = 7
average of 4 + 6 = 5
3 of 4 = 75%
7 more than 5 = 12
Day 2 = 5
Day 2 = 5 + 3
Step 2 - 3 + 4 = 7
Step 2 1/2 + 1/2 = 1
Ben has 3 apples so total = 7
Tom's 5 + Ann's 3 = 8
6 / 2(1 + 2) = 1
7 / 0 = 7 / 0
7 / 0 > 3
7 / 0 = undefined
Is 3 > 5? No
if 3 > 5 then stop
3 + 4 = 8 is wrong
3 -> 4 = 4
2^1000 = 5
9^9^9^9 = 1
"""


def rows(table: str) -> list[str]:
    return [line.replace("\\\\", "\\") for line in table.strip().splitlines()]


@pytest.mark.parametrize("text", rows(TRUE))
def test_true_arithmetic_is_called_true(text: str) -> None:
    assert check_step(text).verdict == "true", check_step(text).claims


@pytest.mark.parametrize("text", rows(FALSE))
def test_false_arithmetic_is_called_false(text: str) -> None:
    assert check_step(text).verdict == "false", check_step(text).claims


@pytest.mark.parametrize("text", rows(UNCHECKED))
def test_what_is_no_plain_arithmetic_is_left_unchecked(text: str) -> None:
    assert check_step(text).verdict == "unchecked", check_step(text).claims


def test_every_claim_is_listed_as_it_is_written() -> None:
    step = check_step("Total: 3 + 4 = 7 = 5 + 3, so x = 8")
    assert step.claims == (Claim("3 + 4 = 7", "true"), Claim("7 = 5 + 3", "false"), Claim("so x = 8", "unchecked"))
    assert step.verdict == "false"


def test_one_false_claim_makes_a_step_false_and_an_unchecked_one_does_not_make_it_unchecked() -> None:
    assert check_step("3 + 4 = 7, 3 + 5 = 9").verdict == "false"
    assert check_step("3 + 4 = 7, x = 7").verdict == "true"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("3 + 4\n= 7", "true"),
        ("10\n- 3\n= 7", "true"),
        ("3 + 4 = 7\n7 + 1 = 9", "false"),
        ("- first\n- 3 + 4 = 7", "true"),
    ],
)
def test_an_expression_may_run_over_lines_and_lists_are_read_line_by_line(text: str, verdict: str) -> None:
    assert check_step(text).verdict == verdict


def test_rates_are_counted_over_decided_steps_and_coverage_over_all() -> None:
    truth = check_steps(["1 + 1 = 2", "Think.", "1 + 1 = 3", "2 + 2 = 4", "2 + 2 = 5"])
    assert (truth.true, truth.false, truth.unchecked) == (2, 2, 1)
    assert (truth.rate, truth.coverage, truth.first_false) == (0.5, 0.8, 2)


def test_rates_are_none_where_there_is_nothing_to_count() -> None:
    assert (check_steps([]).rate, check_steps([]).coverage, check_steps([]).first_false) == (None, None, None)
    assert (check_steps(["Think."]).rate, check_steps(["Think."]).coverage) == (None, 0.0)


def test_beyond_the_caps_nothing_is_decided() -> None:
    assert check_step("1 + " * 40 + "1 = 41").verdict == "true"
    assert check_step("1 + " * 400 + "1 = 401").verdict == "unchecked"
    assert check_step("9" * 40 + " > 1").verdict == "true"
    assert check_step("9" * 41 + " > 1").verdict == "unchecked"
    assert check_step("2^64 = 18446744073709551616").verdict == "true"
    assert check_step("2^65 = 36893488147419103232").verdict == "unchecked"
    assert check_step("1 = 2, " * 1000).verdict == "false"
    assert check_step("1 = 2, " * 1001).verdict == "unchecked"
