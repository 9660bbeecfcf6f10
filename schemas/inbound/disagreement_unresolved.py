"""A step of the ladder did not settle a disagreement."""

from typing import ClassVar

from pydantic import Field

from schemas.fields import Count
from schemas.inbound.report import WHICH, CaseworkReport


class DisagreementUnresolved(CaseworkReport):
    """The current step did not settle the disagreement. The next step begins."""

    TYPE: ClassVar[str] = "disagreement.unresolved"
    ONE_OF: ClassVar[tuple[tuple[str, ...], ...]] = (WHICH,)

    step: Count | None = Field(None, description="The step that failed, counted from 1.")
