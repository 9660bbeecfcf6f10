"""Synthetic children for the tests of matching. The names are made up from the bench's lists."""

from dataclasses import replace
from datetime import date

from enrichment.matching import Address, Candidate, Described, Judgement, match, prepare, shipped_model

HOME = Address("12 Larch Road", "ZZ1 2AB")
ROBIN = Described(
    forename="Robina", surname="Ashdown", date_of_birth=date(2011, 9, 23), gender="female", addresses=(HOME,)
)


def other(**changes: object) -> Described:
    """Robina, but for these changes."""
    return replace(ROBIN, **changes)  # type: ignore[arg-type]


def judged(described: Described, *register: Described) -> Judgement:
    """The answer for a description among these children of the register, whose ids are "0", "1", …"""
    found = [Candidate(str(n), prepare(child)) for n, child in enumerate(register)]
    return match(prepare(described), found, shipped_model())
