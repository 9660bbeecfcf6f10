"""A disagreement is settled."""

from typing import ClassVar

from pydantic import Field

from schemas.inbound.report import WHICH, CaseworkReport


class DisagreementResolved(CaseworkReport):
    """The disagreement is settled."""

    TYPE: ClassVar[str] = "disagreement.resolved"
    ONE_OF: ClassVar[tuple[tuple[str, ...], ...]] = (WHICH,)

    outcome: str | None = Field(None, description="How it was settled.")
