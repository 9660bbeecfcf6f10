"""From a person as the wire describes one to what can be compared. Nothing is compared here."""

from datetime import datetime

from enrichment.matching.described import Address, Described, born_between
from routing.calendar import london_date
from schemas import inbound as wire
from schemas.parts import Person


def child_of(message: wire.InboundReport) -> Person | None:
    """The child that a message names."""
    match message:
        case wire.PoliceReport() | wire.CaseworkReport() | wire.CaseContext():
            return message.child
    return None


def described(child: Person | None, received_at: datetime) -> Described | None:
    """How a child is described; None where nobody is named, as a number alone describes nobody."""
    if child is None or not (child.given_name or child.family_name or child.known_as):
        return None
    homes = [a for a in (child.home_address, child.placement_address) if a and (a.line or a.postcode)]
    age = child.age if child.date_of_birth is None else None
    return Described(
        forename=child.given_name,
        surname=child.family_name,
        known_as=child.known_as,
        date_of_birth=child.date_of_birth,
        born_between=None if age is None else born_between(age, london_date(received_at)),
        gender=child.gender,
        addresses=tuple(Address(a.line, a.postcode) for a in homes),
        identifiers=frozenset((i.system, i.value) for i in child.identifiers),
    )
