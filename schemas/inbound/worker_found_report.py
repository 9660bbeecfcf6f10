"""Somebody other than the police says that a child is back."""

from typing import ClassVar

from pydantic import Field

from schemas.fields import Instant, MaybeWord, TrueUnlessSaid
from schemas.inbound.report import WHICH, CaseworkReport
from schemas.parts import Actor


class WorkerFoundReport(CaseworkReport):
    """Someone other than the police reports that the child is back."""

    TYPE: ClassVar[str] = "worker.found_report"
    ONE_OF: ClassVar[tuple[tuple[str, ...], ...]] = (WHICH,)

    by: Actor = Field(description="Who reports.")
    found_at: Instant = Field(description="When the child was found.")
    returned_at: Instant | None = Field(None, description="When the child was back at home or placement.")
    found_where: str | None = Field(None, description="Where the child was found.")
    contact_made: TrueUnlessSaid = Field(
        True,
        description="False if the child has only been located, not met: the episode stays open. Defaults to true.",
    )
    end_reason: MaybeWord = Field(None, description="How the episode ended, as in police.found.")
