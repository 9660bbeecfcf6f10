"""A meeting about a child took place."""

from typing import ClassVar

from pydantic import Field

from schemas.fields import Instant, Listed, MaybeWord, Word, Words
from schemas.inbound.report import WHICH, CaseworkReport
from schemas.parts import Actor


class MeetingHeld(CaseworkReport):
    """A meeting took place."""

    TYPE: ClassVar[str] = "meeting.held"
    ONE_OF: ClassVar[tuple[tuple[str, ...], ...]] = (WHICH,)

    kind: Word = Field(description="The kind of meeting, from the authority's vocabulary.")
    held_at: Instant | None = Field(None, description="When it took place. Defaults to the time of the message.")
    meeting_type: MaybeWord = Field(None, description="The form it took, from the authority's vocabulary.")
    also_counts_as: Words = Field((), description="Other kinds of meeting that this one also settles.")
    next_at: Instant | None = Field(None, description="When it was agreed to hold the next one.")
    attendees: Listed[Actor] = Field((), description="Who took part.")
    intelligence: str | None = Field(None, description="What may be shared with the police, in free text.")
