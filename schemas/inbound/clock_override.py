"""A person sets the instant from which an episode counts."""

from typing import ClassVar

from pydantic import Field

from schemas.fields import Id, Instant
from schemas.inbound.report import WHICH, CaseworkReport
from schemas.parts import Actor


class ClockOverride(CaseworkReport):
    """A person sets when an episode's time limits start, or confirms the reported start."""

    TYPE: ClassVar[str] = "clock.override"
    ONE_OF: ClassVar[tuple[tuple[str, ...], ...]] = (WHICH,)

    value: Instant | None = Field(None, description="The instant to count from. Null keeps the reported one.")
    reason: Id = Field(description="Why.")
    by: Actor = Field(description="Who decided.")
