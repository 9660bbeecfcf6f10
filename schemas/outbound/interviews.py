"""Messages about return home interviews."""

from typing import ClassVar, Literal

from pydantic import Field

from schemas.fields import Day, Id, Instant, Listed, MaybeId, MaybeWord
from schemas.outbound.message import OutboundMessage
from schemas.part import Part
from schemas.parts import Actor


class EpisodeDetails(Part):
    """What the interviewer should know about the episode."""

    reference: MaybeId = Field(None, description="The police reference.")
    last_seen_at: Instant | None = Field(None, description="When the child was last seen.")
    found_at: Instant | None = Field(None, description="When the child was found.")
    reason: str | None = Field(None, description="How the episode ended.")
    return_remarks: str | None = Field(None, description="Remarks about the return.")


class RhiRequest(OutboundMessage):
    """A return home interview is requested."""

    TYPE: ClassVar[str] = "rhi.request"

    measure: Literal["offered", "completed"] | None = Field(None, description="What must happen by `due`.")
    provider: str | None = Field(None, description="Who holds the interview, if not the recipient.")
    incidents: Listed[Id] = Field((), description="Every incident that this interview covers.")
    contact: Actor | None = Field(None, description="Who the interviewer can ask.")
    details: EpisodeDetails | None = Field(None, description="What is known about the episode.")


class RhiAssign(OutboundMessage):
    """Assign an interviewer."""

    TYPE: ClassVar[str] = "rhi.assign"


class RhiOfferLetter(OutboundMessage):
    """Send the letter that offers an interview."""

    TYPE: ClassVar[str] = "rhi.offer_letter"


class RhiNotOffered(OutboundMessage):
    """No interview is offered."""

    TYPE: ClassVar[str] = "rhi.not_offered"

    reason: str | None = Field(None, description="Why.")


class RhiRefused(OutboundMessage):
    """The interview was refused."""

    TYPE: ClassVar[str] = "rhi.refused"

    status: MaybeWord = Field(None, description="The status to enter, from the authority's vocabulary.")


class RhiWithdrawn(OutboundMessage):
    """The request for an interview is withdrawn. Fill in the form with the protocol's own words."""

    TYPE: ClassVar[str] = "rhi.withdrawn"

    reason: str | None = Field(None, description="Why.")
    outcome: str | None = Field(None, description="The outcome to enter.")
    was_completed: str | None = Field(None, description="What to enter under whether it was completed.")
    completed_by: str | None = Field(None, description="What to enter under who completed it.")
    date_completed: Day | None = Field(None, description="The date to enter.")
    e_signature: bool | None = Field(None, description="Whether to sign the form electronically.")
    comments: str | None = Field(None, description="The comment to enter.")


class RhiCompleted(OutboundMessage):
    """The interview was completed."""

    TYPE: ClassVar[str] = "rhi.completed"

    in_time: bool | None = Field(None, description="Whether it was within the limit. Null if there is none.")


class RhiChase(OutboundMessage):
    """An interview is still open and needs chasing."""

    TYPE: ClassVar[str] = "rhi.chase"


class RhiBreach(OutboundMessage):
    """The time limit for the interview has passed."""

    TYPE: ClassVar[str] = "rhi.breach"
