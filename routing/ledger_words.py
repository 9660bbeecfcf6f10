"""What the ledger calls what its senders chose. Its rows stay for ever, and a sender may put anything into a name, so
messages, workers and roles that no procedure knows stand there as hashes, which whoever knows the word can check."""

from typing import Final

from episodes.origin import cause_name
from routing.messages import Recipient, derived_id

HASHED: Final = "#"
"""How the hash of a worker or a role begins, so that it is told apart from an id that older lines hold."""


def recorded_id(source: str, id_: str) -> str:
    """What the ledger calls a message, also as a cause."""
    return derived_id("recorded", source, id_)


def former_cause(source: str, id_: str) -> str:
    """What rows call it as a cause that were written when the ledger still held the source of a message."""
    return cause_name(source, recorded_id(source, id_))


def recorded_causes(source: str, id_: str) -> tuple[str, str]:
    """What rows call it as a cause, those of now and those that were written before."""
    return recorded_id(source, id_), former_cause(source, id_)


def recorded_person(authority: str, person: str) -> str:
    """What the ledger calls somebody to whom something is sent."""
    return HASHED + derived_id("recorded person", authority, person)


def recorded_recipient(authority: str, to: Recipient) -> tuple[str, str | None]:
    """What it calls a recipient: the role, which is a word of the procedure, and the person behind it."""
    role = HASHED + derived_id("recorded role", authority, to.role) if to.unlisted else to.role
    return role, recorded_person(authority, to.person) if to.person else None


def recorded_destination(destination: str) -> str:
    """What it calls a destination: without the person's own id."""
    if destination.count("/") < 3:
        return destination
    channel, authority, role, person = destination.split("/", 3)
    return f"{channel}/{authority}/{role}/{recorded_person(authority, person)}"
