"""The topics as documents present them: name, owner, key, clean-up, and the types of message that each carries."""

from dataclasses import dataclass
from typing import Literal

from schemas.inbound import INBOUND
from schemas.outbound import OUTBOUND
from schemas.topics import TOPIC_VERSION, TopicKind, kind_of_topic


@dataclass(frozen=True, slots=True)
class TopicChannel:
    """One kind of topic. `address` has a parameter for each part that differs from owner to owner; `parameters` says
    what stands there. `direction` is as seen from the hub."""

    kind: TopicKind
    address: str
    direction: Literal["in", "out"]
    title: str
    description: str
    parameters: dict[str, str]
    key: str
    cleanup: Literal["delete", "compact"]
    types: tuple[str, ...]


CANARY_TYPE = "hub.canary"
_FORCE = {"force": "Short code of the police force in lower case, such as `xx`. In the data it is in upper case."}
_AUTHORITY = {"authority": "Key of the local authority in lower case, such as `nottinghamshire`."}


def _inbound(kind: TopicKind) -> tuple[str, ...]:
    return tuple(name for name, model in INBOUND.items() if kind_of_topic(model) is kind)


CHANNELS: tuple[TopicChannel, ...] = (
    TopicChannel(
        TopicKind.POLICE,
        f"police.{{force}}.notifications.{TOPIC_VERSION}",
        "in",
        "Police notifications",
        "What a police force reports about missing and found children. Only that force may write here.",
        _FORCE,
        "Anything that is the same for all messages of one incident, such as a hash of its reference. Kafka keeps "
        "messages in order only if they have the same key. Do not use a name or a child's number.",
        "delete",
        _inbound(TopicKind.POLICE),
    ),
    TopicChannel(
        TopicKind.REGISTER,
        f"register.{{authority}}.children.{TOPIC_VERSION}",
        "in",
        "Register of children",
        "The register record of each child as the authority's case system holds it. The newest record of a key "
        "replaces the one before; a record without a value (a tombstone) withdraws the child.",
        _AUTHORITY,
        "The child's first identifier, the same on every record of that child.",
        "compact",
        _inbound(TopicKind.REGISTER),
    ),
    TopicChannel(
        TopicKind.CASEWORK,
        f"casework.{{authority}}.outcomes.{TOPIC_VERSION}",
        "in",
        "Casework outcomes",
        "What an authority's practitioners and case systems report and decide. Only that authority may write here.",
        _AUTHORITY,
        "Anything that is the same for all messages of one episode, ideally the episode's id.",
        "delete",
        _inbound(TopicKind.CASEWORK),
    ),
    TopicChannel(
        TopicKind.SERVICE,
        f"{{authority}}.{{service}}.{TOPIC_VERSION}",
        "out",
        "Services of an authority",
        "What the hub asks or tells one service of an authority, such as social care, early help, return interviews "
        "or escalations. The authority's directory names the services.",
        {**_AUTHORITY, "service": "The service, such as `social-care` or `return-interviews`."},
        "Opaque, and the same for all messages about one child, so that they stay in order.",
        "delete",
        tuple(OUTBOUND),
    ),
    TopicChannel(
        TopicKind.INTELLIGENCE,
        f"police.{{force}}.intelligence.{TOPIC_VERSION}",
        "out",
        "Intelligence for the police",
        "Information from return interviews that may be shared with a police force. Only that force may read here.",
        _FORCE,
        "Opaque, and the same for all messages about one child, so that they stay in order.",
        "delete",
        ("police.intel",),
    ),
)

OWN_CHANNELS: tuple[TopicChannel, ...] = (
    TopicChannel(
        TopicKind.CANARY_START,
        f"police.hub.notifications.{TOPIC_VERSION}",
        "in",
        "Canaries that set out",
        "Where the hub's own canaries set out, as if the hub were a police force. Only the hub may write here.",
        {},
        "The authority whose canary it is.",
        "delete",
        (CANARY_TYPE,),
    ),
    TopicChannel(
        TopicKind.CANARY_END,
        f"{{authority}}.canary.{TOPIC_VERSION}",
        "out",
        "Canaries that come home",
        "Where they come home, and are read by the hub. No other system need read here, and nobody is told anything.",
        _AUTHORITY,
        "The authority whose canary it is.",
        "delete",
        (CANARY_TYPE,),
    ),
)
"""The topics by which the hub tries itself out. They are no part of what it has with other systems."""
