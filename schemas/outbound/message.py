"""What every outbound message carries: whose it is, what caused it, by which clauses, for whom and by when. The fields
that a single type adds stand in the other modules of this folder."""

from typing import ClassVar, Literal

from pydantic import Field

from schemas.fields import Authority, Id, Instant, Listed, MaybeId, MaybeWord, Word
from schemas.part import Part
from schemas.parts import Identifier

Channel = Literal["email", "secure_email", "case_system", "letter"]


class Pack(Part):
    """The protocol pack, and its version, that the message was decided by."""

    name: Id = Field(description="The pack.")
    version: Id = Field(description="The version of the authority's document, as text.")


class Causation(Part):
    """The inbound message that caused this one, as its sender identified it."""

    source: str = Field(min_length=1, description="Its CloudEvents source.")
    id: str = Field(min_length=1, description="Its CloudEvents id.")


class Subject(Part):
    """The child, as the register holds them. Names stand here only where the handling allows it."""

    identifiers: Listed[Identifier] = Field((), description="Every number that the register holds of the child.")


class Recipient(Part):
    """Who is told: always a role, and the person who holds it for this child where the register names one."""

    role: Word = Field(description="The role.")
    person: MaybeId = Field(None, description="Id of the person; null is the role without a named person.")


class OutboundMessage(Part):
    """One decision of the hub with all its recipients. A field that has nothing to say is null or left out."""

    TYPE: ClassVar[str]
    """The CloudEvents type."""

    authority: Authority = Field(
        description="Key of the authority whose protocol decided; `hub` where the message belongs to no authority."
    )
    pack: Pack = Field(description="The protocol pack that decided.")
    episode: MaybeId = Field(None, description="Opaque id of the episode; null where the message belongs to none.")
    incident: MaybeId = Field(None, description="The police reference, where known.")
    child: Subject | None = Field(None, description="The child.")
    causation: Causation | None = Field(None, description="What caused the message; null where a timer did.")
    clauses: tuple[Id, ...] = Field(
        min_length=1,
        description="Ids of the requirements that caused the message: a row of a protocol, an interpretation (AMB), or "
        "HUB for a duty of the hub itself. Never empty.",
    )
    to: tuple[Recipient, ...] = Field(description="The recipients.")
    channels: Listed[Channel] = Field(
        (), description="How the recipients are reached. The hub's own topics are not listed."
    )
    modality: Literal["must", "should", "may", "judgement"] | None = Field(
        None,
        description="How binding the protocol is here. A `may` message is itself the proposal, not an instruction.",
    )
    urgency: Literal["immediate", "same_day", "routine"] = Field(description="How soon the recipient should look.")
    handling: str | None = Field(None, description="Protective marking.")
    kind: MaybeWord = Field(
        None, description="What exactly is meant, where the type has kinds: a word of the vocabulary."
    )
    name: str | None = Field(None, description="Title, form name or step name that the protocol prescribes literally.")
    form: str | None = Field(None, description="Form code that the protocol prescribes literally.")
    due: Instant | None = Field(None, description="By when it must be done; null where the protocol sets no limit.")
    due_basis: Literal["source", "local"] | None = Field(
        None, description="Whether the protocol set `due` or the authority's own setting did."
    )
    target: Instant | None = Field(None, description="By when it is aimed at, where the protocol has target and limit.")
    late_on_arrival: bool | None = Field(None, description="Whether it was overdue when the hub first knew of it.")
    replaces: MaybeId = Field(None, description="Id of the earlier message that this one corrects.")
    acknowledge_by: Instant | None = Field(
        None, description="By when a named person must acknowledge it, where the authority asks for that."
    )
