"""Messages about return home interviews."""

from typing import ClassVar, Literal

from pydantic import Field

from schemas.fields import Day, Id, Instant, Listed, MaybeId, MaybeWord
from schemas.outbound.message import OutboundMessage
from schemas.part import Part
from schemas.parts import Actor


class EpisodeDetails(Part):
    """What the interviewer should know of the episode."""

    reference: MaybeId = Field(None, description="The police reference.")
    last_seen_at: Instant | None = Field(None, description="When the child was last seen.")
    found_at: Instant | None = Field(None, description="When the child was found.")
    reason: str | None = Field(None, description="How the episode ended.")
    return_remarks: str | None = Field(None, description="Remarks about the return.")


class RhiRequest(OutboundMessage):
    """A return home interview is requested."""

    TYPE: ClassVar[str] = "rhi.request"

    measure: Literal["offered", "completed"] | None = Field(None, description="What must have happened by `due`.")
    provider: str | None = Field(None, description="Who interviews, where that is not the recipient.")
    incidents: Listed[Id] = Field((), description="Every incident that this one interview covers.")
    contact: Actor | None = Field(None, description="Whom the interviewer can ask.")
    details: EpisodeDetails | None = Field(None, description="What is known of the episode.")


class RhiAssign(OutboundMessage):
    """An interviewer is to be assigned."""

    TYPE: ClassVar[str] = "rhi.assign"


class RhiOfferLetter(OutboundMessage):
    """The letter that offers an interview is to be sent."""

    TYPE: ClassVar[str] = "rhi.offer_letter"


class RhiNotOffered(OutboundMessage):
    """No interview is offered."""

    TYPE: ClassVar[str] = "rhi.not_offered"

    reason: str | None = Field(None, description="Why.")


class RhiRefused(OutboundMessage):
    """The interview was refused."""

    TYPE: ClassVar[str] = "rhi.refused"

    status: MaybeWord = Field(None, description="The status to enter, a word of the vocabulary.")


class RhiWithdrawn(OutboundMessage):
    """The request for an interview is withdrawn; the form is filled in as the protocol words it."""

    TYPE: ClassVar[str] = "rhi.withdrawn"

    reason: str | None = Field(None, description="Why.")
    outcome: str | None = Field(None, description="The outcome to enter.")
    was_completed: str | None = Field(None, description="What to enter for whether it was completed.")
    completed_by: str | None = Field(None, description="What to enter for who completed it.")
    date_completed: Day | None = Field(None, description="The date to enter.")
    e_signature: bool | None = Field(None, description="Whether the form is to be signed electronically.")
    comments: str | None = Field(None, description="The comment to enter.")


class RhiCompleted(OutboundMessage):
    """The interview was completed."""

    TYPE: ClassVar[str] = "rhi.completed"

    in_time: bool | None = Field(None, description="Whether it was within the limit; null where there is none.")


class RhiChase(OutboundMessage):
    """An interview that is still open is to be chased."""

    TYPE: ClassVar[str] = "rhi.chase"


class RhiBreach(OutboundMessage):
    """The limit for the interview has passed."""

    TYPE: ClassVar[str] = "rhi.breach"
