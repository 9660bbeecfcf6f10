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

    kind: Word = Field(description="The kind of meeting, a word of the vocabulary.")
    held_at: Instant | None = Field(None, description="When it took place. Left out, it is the time of the message.")
    meeting_type: MaybeWord = Field(None, description="The form it took, a word of the vocabulary.")
    also_counts_as: Words = Field((), description="Other kinds of meeting that this one settles too.")
    next_at: Instant | None = Field(None, description="When the next one is to be, as agreed.")
    attendees: Listed[Actor] = Field((), description="Who took part.")
