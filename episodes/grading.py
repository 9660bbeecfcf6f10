"""How great the risk is said to be: the grade of the police and a person's rating.

Where a procedure knows no class "absent", a report of absence is the lowest grade of one continuum of risk.
"""

from episodes.episode import Episode, Terms

LOWEST = "absent"
UNGRADED = "ungraded"  # no longer absent, and nobody has said more


def graded(to: str | None, risk: str | None, held: str | None, terms: Terms) -> str | None:
    """The grade that a report gives, by its class and its grade; None where it says nothing about it. `held` is the
    grade at present."""
    if risk is not None or terms.absent == "class":
        return risk
    if to == "absent":
        return LOWEST
    return UNGRADED if to == "missing" and held == LOWEST else None


def rerated(before: Episode, rating: str, terms: Terms) -> bool:
    """Whether a confirmed rating is another than the one before: that of a person, else the one an episode begins
    with."""
    held = before.decided("rag")
    known = held.decision if held else terms.rating
    return known is not None and rating != known
