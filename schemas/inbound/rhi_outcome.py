"""What became of a return home interview."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from schemas.fields import Instant, ShortText, Words
from schemas.inbound.report import WHICH, CaseworkReport
from schemas.parts import Actor


class RhiOutcome(CaseworkReport):
    """The outcome of a return home interview. Send a message for each step: assigned, offered, then completed, refused,
    not_offered or withdrawn."""

    TYPE: ClassVar[str] = "rhi.outcome"
    ONE_OF: ClassVar[tuple[tuple[str, ...], ...]] = (WHICH,)

    result: Literal["assigned", "offered", "completed", "refused", "not_offered", "withdrawn"] = Field(
        description="What happened."
    )
    at: Instant | None = Field(None, description="When it happened. Defaults to the time of the message.")
    by: Actor | None = Field(None, description="Who reports it.")
    interviewer: Actor | None = Field(None, description="Who holds the interview.")
    reason: str | None = Field(None, description="Why it was refused, not offered or withdrawn.")
    template: ShortText | None = Field(None, description="Name of the form that the interview was recorded on.")
    content: Mapping[str, Any] | None = Field(
        None, description="The form: ids of its sections and the answers in them."
    )
    concerns: Words | None = Field(
        None,
        description="Concerns found. An empty list means asked, none reported. Left out means not stated.",
    )
    concern: Literal["low", "medium", "high"] | None = Field(None, description="How serious the concern is.")
    harm_disclosed: bool | None = Field(None, description="Whether the child disclosed harm.")
    intelligence: str | None = Field(None, description="What may be shared with the police, in free text.")
