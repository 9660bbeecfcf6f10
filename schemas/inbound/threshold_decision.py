"""A service says whether a child meets its threshold."""

from typing import ClassVar

from pydantic import Field

from schemas.inbound.report import WHICH, CaseworkReport
from schemas.parts import Actor


class ThresholdDecision(CaseworkReport):
    """A service applied its threshold to the child."""

    TYPE: ClassVar[str] = "threshold.decision"
    ONE_OF: ClassVar[tuple[tuple[str, ...], ...]] = (WHICH,)

    by: Actor = Field(description="Who decided, and for which service.")
    met: bool = Field(description="Whether the threshold is met.")
    outcome: str | None = Field(None, description="What the service will do now.")
