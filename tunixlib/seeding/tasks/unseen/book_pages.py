"""How many days a book lasts: 240 pages, 30 already read, 15 a day -> 14 days."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import NAMES
from tunixlib.seeding.tasks.transforms import counts


def build(phrasing: str, name: str, rate: int, days: int, read: int) -> Problem:
    """Find the pages that are left, share them among the days, check."""
    left = rate * days
    steps = [
        ("compute", f"Pages left: {left + read} - {read} = {left}"),
        ("compute", f"Days: {left} / {rate} = {days}"),
        ("verify", f"Check: {days} * {rate} = {left}"),
    ]
    return Problem(phrasing.format(name=name, pages=left + read, read=read, rate=rate), steps, str(days))


def solve(prompt: str) -> str:
    """Turn pages day by day until the last one."""
    pages, read, rate = counts(prompt)
    return str(len(range(read, pages, rate)))


FAMILY = Family(
    name="book_pages",
    category="reasoning",
    phrasings=(
        "A novel has {pages} pages. {name} is done with {read} of them and reads {rate} pages every evening. "
        "On how many evenings must {name} still read?",
        "Of the {pages} pages of a diary, {name} knows the first {read}. At {rate} pages a day, how many days remain?",
        "{name} holds a book of {pages} pages, has finished {read} pages and takes {rate} more each day. "
        "How many days until the end?",
        "There are {pages} pages, {read} behind {name} and {rate} ahead each night. Count the nights that are left.",
    ),
    levels=(
        Level("medium", {"name": NAMES, "rate": range(5, 21), "days": range(3, 15), "read": range(10, 60, 5)}, steps=3),
    ),
    build=build,
    solve=solve,
)
