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
        "At the door of the {show} stand {adults} adults with ${price} each and {children} children with ${low} each, "
        "exactly the entrance fee. How much money comes in?",
    ),
    levels=(
        Level(
            "medium",
            {
                "show": _SHOWS,
                "adults": range(2, 10),
                "price": range(7, 13),
                "children": range(2, 13),
                "low": range(2, 7),
            },
            steps=3,
        ),
    ),
    build=build,
    solve=solve,
)
