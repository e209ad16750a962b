"""Adults and children at a box office: 3 adults at 8 dollars and 4 children at 5 dollars -> 44 dollars."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.transforms import counts

_SHOWS = ("circus", "concert", "film", "fair", "museum", "play", "puppet show", "zoo")


def build(phrasing: str, show: str, adults: int, price: int, children: int, low: int) -> Problem:
    """Multiply for each group, then add."""
    grown, young = adults * price, children * low
    steps = [
        ("compute", f"Adults: {adults} * {price} = {grown}"),
        ("compute", f"Children: {children} * {low} = {young}"),
        ("compute", f"Together: {grown} + {young} = {grown + young}"),
    ]
    prompt = phrasing.format(show=show, adults=adults, price=price, children=children, low=low)
    return Problem(prompt, steps, f"${grown + young}")


def solve(prompt: str) -> str:
    """Add one ticket after the other."""
    adults, price, children, low = counts(prompt)
    return f"${sum([price] * adults + [low] * children)}"


def _axes(adults: range, price: range, children: range, low: range) -> dict[str, tuple[str, ...] | range]:
    return {"show": _SHOWS, "adults": adults, "price": price, "children": children, "low": low}


FAMILY = Family(
    name="ticket_sales",
    category="reasoning",
    phrasings=(
        "For the {show}, {adults} adults pay ${price} each and {children} children pay ${low} each. "
        "How much do they pay in all?",
        "The {show} sold {adults} adult tickets at ${price} and {children} child tickets at ${low}. "
        "What did it take in?",
        "A group goes to the {show}: {adults} grown-ups at ${price} a head and {children} kids at ${low} a head. "
        "Find the whole bill.",
        "Today {adults} adults with ${price} tickets and {children} children with ${low} tickets see the {show}. "
        "How much money comes in?",
    ),
    levels=(
        Level("easy", _axes(range(2, 6), range(4, 7), range(2, 6), range(1, 4)), steps=3),
        Level("medium", _axes(range(2, 10), range(7, 11), range(2, 10), range(2, 7)), steps=3),
    ),
    build=build,
    solve=solve,
)
