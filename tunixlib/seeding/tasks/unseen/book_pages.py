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
        "The book of {name} has {pages} pages. {read} are done, and {name} reads {rate} every night. "
        "How many nights are left?",
    ),
    levels=(
        Level("easy", {"name": NAMES, "rate": range(2, 6), "days": range(2, 9), "read": (4, 5, 6, 8, 10)}, steps=3),
        Level("medium", {"name": NAMES, "rate": range(5, 11), "days": range(6, 13), "read": (15, 20, 25, 30)}, steps=3),
    ),
    build=build,
    solve=solve,
)
