"""What every outbound message carries: whose it is, what caused it, by which clauses, for whom and by when. The fields
that a single type adds stand in the other modules of this folder."""

from typing import ClassVar, Literal

from pydantic import Field

from schemas.fields import Authority, Id, Instant, Listed, MaybeId, MaybeWord, Word
from schemas.outbound.answering import Answer
from schemas.outbound.situation import Situation
from schemas.part import Part
from schemas.parts import Identifier

Channel = Literal["email", "secure_email", "case_system", "letter"]


class Pack(Part):
    """The protocol pack and version that decided the message."""

    name: Id = Field(description="The pack.")
    version: Id = Field(description="The version of the authority's document, as text.")


class Causation(Part):
    """The inbound message that caused this one, as its sender identified it."""

    source: str = Field(min_length=1, description="Its CloudEvents source.")
    id: str = Field(min_length=1, description="Its CloudEvents id.")


class Subject(Part):
    """The child, as on the register. Names are given only if the handling allows it."""

    identifiers: Listed[Identifier] = Field((), description="Every number that the register has for the child.")


class Recipient(Part):
    """Who is told: always a role, and the person in that role for this child if the register names one."""

    role: Word = Field(description="The role.")
    person: MaybeId = Field(None, description="Id of the person. Null means the role without a named person.")


class OutboundMessage(Part):
    """One decision of the hub with all its recipients. A field with nothing to say is null or left out."""

    TYPE: ClassVar[str]
    """The CloudEvents type."""

    authority: Authority = Field(
        description="Key of the authority whose protocol decided. `hub` if the message belongs to no authority."
    )
    pack: Pack = Field(description="The protocol pack that decided.")
    episode: MaybeId = Field(None, description="Opaque id of the episode. Null if the message belongs to none.")
    incident: MaybeId = Field(None, description="The police reference, if known.")
    child: Subject | None = Field(None, description="The child.")
    causation: Causation | None = Field(None, description="What caused the message. Null if a timer did.")
    clauses: tuple[Id, ...] = Field(
        min_length=1,
        description="Ids of the requirements that caused the message: a clause of the protocol, an interpretation "
        "(AMB), or HUB for a duty of the hub itself. Never empty.",
    )
    to: tuple[Recipient, ...] = Field(description="The recipients.")
    channels: Listed[Channel] = Field(
        (), description="How the recipients are reached. The hub's own topics are not listed."
    )
    modality: Literal["must", "should", "may", "judgement"] | None = Field(
        None,
        description="How binding the protocol is here. A `may` message is a proposal, not an instruction.",
    )
    urgency: Literal["immediate", "same_day", "routine"] = Field(
        description="How soon the recipient should look at it."
    )
    handling: str | None = Field(None, description="Protective marking.")
    kind: MaybeWord = Field(
        None, description="What exactly it is, if the type has kinds: from the authority's vocabulary."
    )
    name: str | None = Field(None, description="Title, form name or step name, word for word from the protocol.")
    form: str | None = Field(None, description="Form code, word for word from the protocol.")
    due: Instant | None = Field(None, description="Deadline. Null if the protocol sets no limit.")
    due_basis: Literal["source", "local"] | None = Field(
        None, description="Whether `due` comes from the protocol or from the authority's own setting."
    )
    target: Instant | None = Field(None, description="Target, if the protocol has both a target and a limit.")
    late_on_arrival: bool | None = Field(
        None, description="Whether it was already overdue when the hub first knew of it."
    )
    replaces: MaybeId = Field(None, description="Id of the earlier message that this one corrects.")
    acknowledge_by: Instant | None = Field(
        None, description="Deadline for a named person to acknowledge it, if the authority asks for that."
    )
    situation: Situation | None = Field(
        None, description="What is known of the episode, as far as the protocol pack lets every recipient know it."
    )
    answers: Listed[Answer] = Field((), description="The reports that answer what is asked here.")
    answer_at: str | None = Field(
        None, description='Where people answer, as the authority has set it for itself; to stand behind "Answer:".'
    )
