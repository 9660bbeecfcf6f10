"""A police force says that a child has been found or has come back."""

from typing import ClassVar

from pydantic import Field

from schemas.fields import Count, Instant, MaybeId, MaybeWord, ShortText, TrueUnlessSaid
from schemas.inbound.report import PoliceReport
from schemas.part import Part


class SafeAndWell(Part):
    """The police's own check after a return (also called a prevention interview)."""

    done: bool | None = Field(None, description="Whether the check was done.")
    at: Instant | None = Field(None, description="When it was done.")
    by: ShortText | None = Field(None, description="Who did it.")


class PoliceFound(PoliceReport):
    """The child has been found or has returned. Give `found_at`, `returned_at` or both."""

    TYPE: ClassVar[str] = "police.found"
    ONE_OF: ClassVar[tuple[tuple[str, ...], ...]] = (("found_at", "returned_at"),)

    revision: Count | None = Field(None, description="Version of this report, counted from 1.")
    responsible_authority: MaybeId = Field(None, description="The responsible authority, as in police.missing.")
    host_authority: MaybeId = Field(None, description="The authority of the place, as in police.missing.")
    found_at: Instant | None = Field(None, description="When the child was found.")
    returned_at: Instant | None = Field(None, description="When the child was back at home or placement.")
    contact_made: TrueUnlessSaid = Field(
        True,
        description="False if the child has only been located, not met: the episode stays open and no time limit of "
        "the return starts. Defaults to true.",
    )
    found_by: ShortText | None = Field(None, description="Who found the child.")
    found_where: str | None = Field(None, description="Where the child was found.")
    end_reason: MaybeWord = Field(None, description="How the episode ended. Words outside the vocabulary are kept.")
    remarks: str | None = Field(None, description="The officer's remarks.")
    harm: str | None = Field(None, description="Any harm to the child, in free text.")
    safe_and_well: SafeAndWell | None = Field(None, description="The police's own check after the return.")
