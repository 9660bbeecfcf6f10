"""Messages to case systems that keep the record of an episode, and the flags on a child's record."""

from typing import ClassVar, Literal

from pydantic import Field

from schemas.fields import Class, Day, Instant, Listed, MaybeWord
from schemas.outbound.message import OutboundMessage
from schemas.part import Part

Rag = Literal["RED", "AMBER", "GREEN"]


class StatusSince(Part):
    """A status that the episode had, and since when."""

    status: MaybeWord = Field(None, description="The status, from the authority's vocabulary.")
    since: Instant | None = Field(None, description="Since when.")


class CaseContactCreate(OutboundMessage):
    """Enter a contact on the child's record."""

    TYPE: ClassVar[str] = "case.contact.create"

    contact_type: str | None = Field(None, description="The type of contact, in the protocol's words.")
    finalised: bool | None = Field(None, description="Whether to enter and close it in one step.")


class EpisodeOpen(OutboundMessage):
    """Open an episode on the child's record."""

    TYPE: ClassVar[str] = "episode.open"

    start: Instant | None = Field(None, description="When the episode's time limits start.")
    status: MaybeWord = Field(None, description="Its status, from the authority's vocabulary.")
    rag: Rag | None = Field(None, description="Its RAG rating.")
    linked: bool | None = Field(
        None, description="Whether to link it to the episodes of others reported with this child."
    )


class EpisodeUpdate(OutboundMessage):
    """Something about an open episode has changed."""

    TYPE: ClassVar[str] = "episode.update"

    start: Instant | None = Field(None, description="The corrected start of its time limits.")
    status: MaybeWord = Field(None, description="Its status from now on.")
    status_history: Listed[StatusSince] = Field((), description="Every status it has had, oldest first.")
    rag: Rag | None = Field(None, description="Its RAG rating from now on.")
    classification: Class | None = Field(None, description="Its classification from now on.")


class EpisodeFound(OutboundMessage):
    """Record on the episode that the child has been found."""

    TYPE: ClassVar[str] = "episode.found"

    found_at: Instant | None = Field(None, description="When the child was found.")


class EpisodeClose(OutboundMessage):
    """Close the episode."""

    TYPE: ClassVar[str] = "episode.close"

    reason: MaybeWord = Field(None, description="How it ended, from the authority's vocabulary.")
    action: str | None = Field(None, description="The action to choose, in the protocol's words.")


class EpisodeFinalise(OutboundMessage):
    """Finalise the record of the episode."""

    TYPE: ClassVar[str] = "episode.finalise"

    action: str | None = Field(None, description="The action to choose, in the protocol's words.")


class EpisodeStoreNfa(OutboundMessage):
    """File the notification with no further action."""

    TYPE: ClassVar[str] = "episode.store_nfa"


class FlagSet(OutboundMessage):
    """Set a flag on the child's record."""

    TYPE: ClassVar[str] = "flag.set"

    starts_on: Day | None = Field(None, description="The first day it applies.")
    review_on: Day | None = Field(None, description="The day to review it.")


class FlagClear(OutboundMessage):
    """Remove a flag from the child's record."""

    TYPE: ClassVar[str] = "flag.clear"
