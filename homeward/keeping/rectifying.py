"""Putting right what is held of a child, in the way of the contract: a register record like the last one with the right
values, which the hub takes in like any. No row is ever edited."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import orjson

from enrichment.serialisation import read_held
from schemas.cloudevents import Envelope, structured
from schemas.inbound import parse_message
from schemas.topics import register_children
from schemas.unreadable import Unreadable
from store import Transaction

RECORD = "case.context"
CORRECTABLE = ("given_name", "family_name", "known_as", "date_of_birth", "gender", "ethnicity")
"""What can be put right of the child; numbers and addresses are the register's own to change."""
NO_RECORD = (
    "The register here has sent no record of this child that is still kept. Ask whoever holds the child's record to "
    "send a corrected one, or the police force to send its report again with a higher revision."
)


class CannotRectifyError(Exception):
    """Why there is no correction to send."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A record to be published: on this topic, under this key, which puts it behind the last one."""

    topic: str
    key: str
    value: bytes


async def correction_of(
    tx: Transaction, person: str, authority: str, changes: Mapping[str, str], now: datetime
) -> Correction:
    """The child's last record with these values. Raises CannotRectifyError where there is none, or where the contract
    would not take it."""
    people, _ = await tx.load([person])
    place = read_held(people[person].doc).place if person in people else None
    records = [each for each in await tx.contents_about(person) if each.kind == RECORD]
    if place is None or not records:
        raise CannotRectifyError(NO_RECORD)
    told = orjson.loads(records[-1].contents)
    data: dict[str, Any] = dict(told.get("data", told))
    data["child"] = dict(data["child"]) | dict(changes)
    envelope = Envelope(str(uuid4()), f"/homeward/rectified/{authority}", RECORD, now, data=data)
    try:
        parse_message(envelope)
    except Unreadable as fault:
        raise CannotRectifyError(f"The contract does not take this: {fault}.") from None
    return Correction(register_children(authority), place.key, orjson.dumps(structured(envelope)))
