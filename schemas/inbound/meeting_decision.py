"""Somebody decides whether or how a meeting is to be held."""

from typing import ClassVar

from pydantic import Field

from schemas.fields import MaybeWord, Word
from schemas.inbound.report import WHICH, CaseworkReport
from schemas.parts import Actor


class MeetingDecision(CaseworkReport):
    """A decision on whether or how to hold a meeting."""

    TYPE: ClassVar[str] = "meeting.decision"
    ONE_OF: ClassVar[tuple[tuple[str, ...], ...]] = (WHICH,)

    kind: Word = Field(description="The kind of meeting, from the authority's vocabulary.")
    decision: Word = Field(description="The decision: one of the values of that kind of meeting.")
    meeting_type: MaybeWord = Field(None, description="The form it will take, from the authority's vocabulary.")
    reason: str | None = Field(None, description="Why.")
    by: Actor | None = Field(None, description="Who decided.")
