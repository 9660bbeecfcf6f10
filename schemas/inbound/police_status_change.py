"""A police force reclassifies a child or changes the risk grade."""

from typing import ClassVar

from pydantic import Field

from schemas.fields import Class, Count, Instant, Risk
from schemas.inbound.report import PoliceReport


class PoliceStatusChange(PoliceReport):
    """The classification changes between missing and absent, or the risk grade changes, or both."""

    TYPE: ClassVar[str] = "police.status_change"

    revision: Count | None = Field(None, description="Version of this report, counted from 1.")
    from_: Class | None = Field(None, alias="from", description="The classification until now.")
    to: Class | None = Field(None, description="The classification from now on.")
    risk: Risk | None = Field(None, description="The risk grade from now on.")
    changed_at: Instant | None = Field(None, description="When the change took effect.")
    location_known: bool | None = Field(None, description="Whether the child's whereabouts are known.")
