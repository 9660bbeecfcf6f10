"""A police force takes a notification back."""

from typing import ClassVar

from pydantic import Field

from schemas.inbound.report import PoliceReport


class PoliceRetracted(PoliceReport):
    """The notification was sent in error: there was no such episode. Everybody who was told will be told so."""

    TYPE: ClassVar[str] = "police.retracted"

    reason: str | None = Field(None, description="Why the notification is taken back.")
