"""A police force ends its investigation although the child has not returned."""

from typing import ClassVar

from pydantic import Field

from schemas.fields import Instant
from schemas.inbound.report import PoliceReport


class PoliceInvestigationEnded(PoliceReport):
    """The investigation has ended without the child coming back. It is not a return and starts no return interview."""

    TYPE: ClassVar[str] = "police.investigation_ended"

    ended_at: Instant | None = Field(None, description="When the investigation ended.")
    reason: str | None = Field(None, description="Why it ended.")
