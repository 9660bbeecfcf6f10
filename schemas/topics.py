"""The names of the Kafka topics: one per owner, so that access can be granted owner by owner. Builds them, takes them
apart, gives the patterns to subscribe by, and checks that a message belongs to the owner of the topic it came on.

How the code of an owner is written, once and for all. In data: a force in upper case (`XX`), an authority in lower
case (`nottinghamshire`); the models of `schemas.inbound` read either case and keep this one. In the name of a topic:
lower case, and a hyphen for every character that Kafka does not take or that separates parts of a name (`police.xx.…`).
A sender may have created its topic in another case; both are subscribed to, and both mean the same owner and the same
topic. Two codes that are one in the name of a topic cannot be told apart by access rights: they are refused at start.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from schemas.inbound.report import InboundReport, PoliceReport
from schemas.unreadable import Unreadable

TOPIC_VERSION = "v1"
HUB_FORCE, CANARY_SERVICE = "HUB", "canary"
"""A force and a service that nobody else may have: by them the hub's own canaries set out and come home."""


class TopicKind(StrEnum):
    """What a topic is for. The first three come in, the next two go out; by the last two the hub tries itself out."""

    POLICE = "police"  # police.<force>.notifications.v1
    CASEWORK = "casework"  # casework.<authority>.outcomes.v1
    REGISTER = "register"  # register.<authority>.children.v1, compacted
    SERVICE = "service"  # <authority>.<service>.v1
    INTELLIGENCE = "intelligence"  # police.<force>.intelligence.v1
    CANARY_START = "canary-start"  # police.hub.notifications.v1
    CANARY_END = "canary-end"  # <authority>.canary.v1


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic taken apart. `owner` is the force (upper case; the hub itself is one) or the authority (lower case)."""

    kind: TopicKind
    owner: str
    service: str | None = None


def part(text: str) -> str:
    """`text` as one part of a topic's name. Total: any text without a usable character becomes `-`."""
    return re.sub(r"[^a-z0-9_-]", "-", text.strip().lower()) or "-"


def one_spelling(topic: str) -> str:
    """The name of a topic as it is told from others: in whatever case its sender created it."""
    return topic.lower()


def same_topic(codes: Iterable[str]) -> tuple[str, str] | None:
    """Two of these codes of owners that would be one in the name of a topic; None where each has its own."""
    named: dict[str, str] = {}
    for code in codes:
        if (other := named.setdefault(part(code), code)) != code:
            return other, code
    return None


def police_notifications(force: str) -> str:
    return f"police.{part(force)}.notifications.{TOPIC_VERSION}"


def casework_outcomes(authority: str) -> str:
    return f"casework.{part(authority)}.outcomes.{TOPIC_VERSION}"


def register_children(authority: str) -> str:
    return f"register.{part(authority)}.children.{TOPIC_VERSION}"


def service_topic(authority: str, service: str) -> str:
    return f"{part(authority)}.{part(service)}.{TOPIC_VERSION}"


def police_intelligence(force: str) -> str:
    return f"police.{part(force)}.intelligence.{TOPIC_VERSION}"


def canary_start() -> str:
    return police_notifications(HUB_FORCE)


def canary_end(authority: str) -> str:
    return service_topic(authority, CANARY_SERVICE)


_PART = r"([A-Za-z0-9_-]+)"

# Subscriptions by pattern: a new authority or force needs no restart. Anchored at both ends, because clients differ in
# whether they match the whole name.
PATTERNS: dict[TopicKind, str] = {
    TopicKind.POLICE: rf"^police\.(?![Hh][Uu][Bb]\.){_PART}\.notifications\.{TOPIC_VERSION}$",
    TopicKind.CASEWORK: rf"^casework\.{_PART}\.outcomes\.{TOPIC_VERSION}$",
    TopicKind.REGISTER: rf"^register\.{_PART}\.children\.{TOPIC_VERSION}$",
}

_OUT = r"^(?!police\.|casework\.|register\.)"
OWN_PATTERNS: dict[TopicKind, str] = {
    TopicKind.CANARY_START: rf"^police\.(hub)\.notifications\.{TOPIC_VERSION}$",
    TopicKind.CANARY_END: rf"{_OUT}{_PART}\.{CANARY_SERVICE}\.{TOPIC_VERSION}$",
}
"""The same for the topics that are the hub's own."""

_KNOWN = {
    **PATTERNS,
    **OWN_PATTERNS,
    TopicKind.INTELLIGENCE: rf"^police\.{_PART}\.intelligence\.{TOPIC_VERSION}$",
    TopicKind.SERVICE: rf"{_OUT}{_PART}\.{_PART}\.{TOPIC_VERSION}$",
}


_OF_FORCES = (TopicKind.POLICE, TopicKind.INTELLIGENCE, TopicKind.CANARY_START)


def parse_topic(name: str) -> Topic | None:
    """What a topic is and whose; None for a name that is none of ours."""
    for kind, pattern in _KNOWN.items():
        if found := re.fullmatch(pattern, name):
            owner = found[1].upper() if kind in _OF_FORCES else found[1].lower()
            return Topic(kind, owner, found[2].lower() if kind is TopicKind.SERVICE else None)
    return None


def is_tombstone(topic: str, value: bytes | None) -> bool:
    """Whether a record is the deletion of a key of a register topic. On any other topic a record without a value is
    unreadable. An empty value is not a tombstone."""
    found = parse_topic(topic) if value is None else None
    return found is not None and found.kind is TopicKind.REGISTER


def check_owner(topic: str, message: InboundReport) -> None:
    """Refuses a message that its topic's owner may not send. Raises `Unreadable` (wrong_topic).

    Police messages come on the topic of their `force`, `case.context` on the register topic of its `authority`, all
    others on the casework topic of theirs. So one party cannot speak for another, whatever the data says.
    """
    found = parse_topic(topic)
    kind = kind_of_topic(type(message))
    if found is None or found.kind is not kind:
        raise Unreadable("wrong_topic", f"type: {message.TYPE} belongs on {_PLACES[kind]}")
    field = _owner_field(kind)
    if part(getattr(message, field)) != part(found.owner):
        raise Unreadable("wrong_topic", f"{field}: does not match the name of the topic. Send it on {_PLACES[kind]}")


def kind_of_topic(model: type[InboundReport]) -> TopicKind:
    """The kind of topic that a type of inbound message comes on."""
    if issubclass(model, PoliceReport):
        return TopicKind.POLICE
    return TopicKind.REGISTER if model.TYPE == "case.context" else TopicKind.CASEWORK


def topic_of(message: InboundReport) -> str:
    """The topic that a message belongs on."""
    kind = kind_of_topic(type(message))
    owner: str = getattr(message, _owner_field(kind))
    named = {TopicKind.POLICE: police_notifications, TopicKind.REGISTER: register_children}
    return named.get(kind, casework_outcomes)(owner)


def _owner_field(kind: TopicKind) -> str:
    """The field of a message that names the owner of its topic."""
    return "force" if kind is TopicKind.POLICE else "authority"


_PLACES = {
    TopicKind.POLICE: f"police.<force>.notifications.{TOPIC_VERSION}",
    TopicKind.CASEWORK: f"casework.<authority>.outcomes.{TOPIC_VERSION}",
    TopicKind.REGISTER: f"register.<authority>.children.{TOPIC_VERSION}",
}
