"""Messages to case systems that keep the record of an episode, and the flags on a child's record."""

from typing import ClassVar, Literal

from pydantic import Field

from schemas.fields import Class, Day, Instant, Listed, MaybeWord
from schemas.outbound.message import OutboundMessage
from schemas.part import Part

Rag = Literal["RED", "AMBER", "GREEN"]


class StatusSince(Part):
    """A status that an episode had, and from when."""

    status: MaybeWord = Field(None, description="The status, a word of the vocabulary.")
    since: Instant | None = Field(None, description="From when.")


class CaseContactCreate(OutboundMessage):
    """Enter a contact on the child's record."""

    TYPE: ClassVar[str] = "case.contact.create"

    contact_type: str | None = Field(None, description="The type of contact, as the protocol words it.")
    finalised: bool | None = Field(None, description="Whether it is entered and closed at once.")


class EpisodeOpen(OutboundMessage):
    """Open an episode on the child's record."""

    TYPE: ClassVar[str] = "episode.open"

    start: Instant | None = Field(None, description="From when the episode's clocks count.")
    status: MaybeWord = Field(None, description="Its status, a word of the vocabulary.")
    rag: Rag | None = Field(None, description="Its RAG rating.")
    linked: bool | None = Field(None, description="Whether to link it to episodes of others reported together.")


class EpisodeUpdate(OutboundMessage):
    """Something about an open episode has changed."""

    TYPE: ClassVar[str] = "episode.update"

    start: Instant | None = Field(None, description="The start of its clocks, corrected.")
    status: MaybeWord = Field(None, description="Its status from now on.")
    status_history: Listed[StatusSince] = Field((), description="Every status that it had, oldest first.")
    rag: Rag | None = Field(None, description="Its RAG rating from now on.")
    classification: Class | None = Field(None, description="Its classification from now on.")


class EpisodeFound(OutboundMessage):
    """Enter on the episode that the child has been found."""

    TYPE: ClassVar[str] = "episode.found"

    found_at: Instant | None = Field(None, description="When the child was found.")


class EpisodeClose(OutboundMessage):
    """Close the episode."""

    TYPE: ClassVar[str] = "episode.close"

    reason: MaybeWord = Field(None, description="How it ended, a word of the vocabulary.")
    action: str | None = Field(None, description="The action to choose, as the protocol words it.")


class EpisodeFinalise(OutboundMessage):
    """Finalise the record of the episode."""

    TYPE: ClassVar[str] = "episode.finalise"

    action: str | None = Field(None, description="The action to choose, as the protocol words it.")


class EpisodeStoreNfa(OutboundMessage):
    """Keep the notification without further action."""

    TYPE: ClassVar[str] = "episode.store_nfa"


class FlagSet(OutboundMessage):
    """Set a flag on the child's record."""

    TYPE: ClassVar[str] = "flag.set"

    starts_on: Day | None = Field(None, description="The day from which it stands.")
    review_on: Day | None = Field(None, description="The day on which it is to be reviewed.")


class FlagClear(OutboundMessage):
    """Take a flag off the child's record."""

    TYPE: ClassVar[str] = "flag.clear"
