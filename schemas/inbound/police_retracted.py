"""A police force takes a notification back."""

from typing import ClassVar

from pydantic import Field

from schemas.inbound.report import PoliceReport


class PoliceRetracted(PoliceReport):
    """The notification was sent in error: there was no such episode. Everyone who was told about it will hear this."""

    TYPE: ClassVar[str] = "police.retracted"

    reason: str | None = Field(None, description="Why the notification is withdrawn.")
