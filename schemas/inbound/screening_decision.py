"""The screener decides whether a return interview is due."""

from typing import ClassVar, Literal

from pydantic import Field

from schemas.inbound.report import WHICH, CaseworkReport
from schemas.parts import Actor


class ScreeningDecision(CaseworkReport):
    """The screener decides whether to offer the child a return home interview."""

    TYPE: ClassVar[str] = "screening.decision"
    ONE_OF: ClassVar[tuple[tuple[str, ...], ...]] = (WHICH,)

    rhi: Literal["required", "not_required"] = Field(description="Whether an interview is required.")
    reason: str | None = Field(None, description="Why.")
    by: Actor | None = Field(None, description="Who decided.")
