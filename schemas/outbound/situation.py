"""What a message tells of the episode that it is about, so that its reader need not look anything up. No name, no
address, and nothing that the pack keeps from one of its recipients."""

from typing import Annotated

from pydantic import Field

from schemas.fields import Class, Instant, MaybeId, MaybeWord, Risk
from schemas.part import Part


class Situation(Part):
    """What was known of the episode when the message was decided. What is not known, or is kept from one of the
    recipients, is left out."""

    classification: Class | None = Field(None, description="Whether the child is missing or absent.")
    risk: Risk | None = Field(None, description="The risk as the police grade it.")
    missing_since: Instant | None = Field(None, description="When the episode's time limits start.")
    reported_at: Instant | None = Field(None, description="When it was reported.")
    last_seen_at: Instant | None = Field(None, description="When the child was last seen.")
    missing_from: MaybeWord = Field(None, description="Where from: home, placement, school, hospital or other.")
    found_at: Instant | None = Field(None, description="When the child was found.")
    returned_at: Instant | None = Field(None, description="When the child was back at home or in the placement.")
    force: MaybeId = Field(None, description="Short code of the police force.")
    age: Annotated[int, Field(ge=0, le=120)] | None = Field(None, description="Age in years, on the day of sending.")
    looked_after: bool | None = Field(None, description="Whether the child is in the care of a local authority.")
    plan: MaybeWord = Field(None, description="The child's plan, as the register has it.")
    episodes_in_90_days: Annotated[int, Field(ge=1)] | None = Field(
        None, description="How many times the child went missing in 90 days, this time included."
    )
