"""What a register says of a child: a record, or that there is none any more. The child's episodes and what was
promised in them stay, whatever the register says."""

from collections.abc import Callable, Iterable
from datetime import datetime

from enrichment.children import Child, Children
from enrichment.matching import Described
from enrichment.numbers import OWN
from enrichment.register import Place, as_last_known, news, without_register
from episodes.record import RegisterRecord
from episodes.reports import About, Identifier


def register_recorded(
    people: Children, authority: str, about: About, record: RegisterRecord, described: Described | None, place: Place
) -> Child | None:
    """The child whose record has changed by this one; None where it brings no news."""
    standing = people.known(authority, record, place.key, described)
    if any(child.place and place.after(child.place) < 0 for child in standing):
        return None
    child = people.registered(authority, record, about, place.key, described)
    stranger = _stranger(people, authority, described, child)
    if stranger is not None:
        people.join(child, stranger)
    held = news(child.record, child.place, record, place)
    child.told_at(place)
    people.describe(child, described)
    if held is None:
        return None
    if child.record.registered:
        _take_back(people, child, set(child.record.identifiers) - {*held.identifiers})
    child.hold(held)
    return child


def _take_back(people: Children, child: Child, numbers: Iterable[Identifier]) -> None:
    """The register does not give the child these numbers any more; somebody at the authority may have told one too."""
    for identifier in numbers:
        if (OWN, identifier) not in child.learnt():
            people.numbers.forget(child.authority, identifier, child.id, OWN)


def _stranger(people: Children, authority: str, described: Described | None, child: Child) -> Child | None:
    """Somebody whom the register did not know so far and who is, by the description, certainly this child."""

    def unknown(person: str) -> bool:
        other = people.child(person)
        return other is not None and other is not child and not other.record.registered

    if described is None:
        return None
    judged = people.lookup.judge(authority, described, unknown)
    return people.child(judged.ranked[0].id) if judged.outcome == "certain" else None


def register_withdrawn(
    people: Children, authority: str, place: Place, now: datetime, is_needed: Callable[[Child], bool]
) -> Child | None:
    """The child whose record is gone by the word of its key; None where that changes nothing. Where it is needed for
    what is under way, it stands as last known."""
    child = people.under_key(authority, place.key)
    if child is None or child.place is None or child.place.key != place.key or place.after(child.place) <= 0:
        return None
    own = child.own_identifiers()
    _take_back(people, child, child.record.identifiers)
    was_registered = child.record.registered
    if was_registered and is_needed(child):
        child.hold(as_last_known(child.record, own, now))
    else:
        child.hold(without_register(child.record, own, now))
    people.describe(child, None)
    child.told_at(place)
    return child if was_registered else None
