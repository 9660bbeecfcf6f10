"""A person sets the instant from which an episode counts."""

from typing import ClassVar

from pydantic import Field

from schemas.fields import Id, Instant
from schemas.inbound.report import WHICH, CaseworkReport
from schemas.parts import Actor


class ClockOverride(CaseworkReport):
    """A person sets the start of an episode's clock, or confirms the one reported."""

    TYPE: ClassVar[str] = "clock.override"
    ONE_OF: ClassVar[tuple[tuple[str, ...], ...]] = (WHICH,)

    value: Instant | None = Field(None, description="The instant from which to count. Null keeps the reported one.")
    reason: Id = Field(description="Why.")
    by: Actor = Field(description="Who decided.")
