"""What a register says of a child: a record, or that there is none any more. The child's episodes and what was
promised in them stay, whatever the register says."""

from datetime import datetime

from enrichment.people import Child, People
from enrichment.register import Place, news, without_register
from episodes.record import Record
from episodes.reports import About


def recorded(people: People, authority: str, about: About, record: Record, place: Place) -> Child | None:
    """The child whose record has changed by this one; None where it brings no news."""
    standing = people.known(authority, record, place.key)
    if any(child.place and place.after(child.place) < 0 for child in standing):
        return None
    child = people.registered(authority, record, about, place.key)
    held = news(child.record, child.place, record, place)
    child.told_at(place)
    if held is None:
        return None
    gone = set(child.record.identifiers) - {*held.identifiers, *child.own_identifiers()}
    if child.record.registered:
        people.forget(child, gone)
    child.hold(held)
    return child


def withdrawn(people: People, authority: str, place: Place, now: datetime) -> Child | None:
    """The child whose record is gone by the word of its key; None where that changes nothing."""
    child = people.under_key(authority, place.key)
    if child is None or child.place is None or child.place.key != place.key or place.after(child.place) <= 0:
        return None
    own = child.own_identifiers()
    people.forget(child, set(child.record.identifiers) - {*own})
    was_registered = child.record.registered
    child.hold(without_register(child.record, own, now))
    child.told_at(place)
    return child if was_registered else None
