"""A police force says that one child is missing or absent."""

from typing import ClassVar, Literal

from pydantic import Field

from schemas.fields import CareType, Class, Count, Instant, Listed, MaybeId, Risk, ShortText, Words
from schemas.inbound.report import PoliceReport
from schemas.parts import Person


class PoliceMissing(PoliceReport):
    """A child is missing or absent.

    Force, incident and child together make one reference. Send one message for each child, even if they share an
    incident. The same force, incident and child with different content is a correction, unless its `revision` is lower
    than the last one received.
    """

    TYPE: ClassVar[str] = "police.missing"

    revision: Count | None = Field(
        None,
        description="Version of this notification, counted from 1. Without it, the last one received is the newest.",
    )
    system: ShortText | None = Field(
        None, description="The police system that records the incident, such as COMPACT or Merlin."
    )
    child: Person = Field(description="The child.")
    responsible_authority: MaybeId = Field(
        None,
        description="The authority responsible for the child: its key or official code. A plain name is shown to "
        "people but never matched. Null if the force does not know.",
    )
    host_authority: MaybeId = Field(
        None, description="The authority of the place that the child went missing from, in the same form."
    )
    classification: Class = Field(description="Whether the force treats the child as missing or as absent.")
    classification_text: ShortText | None = Field(None, description="The classification in the sender's own words.")
    risk: Risk | None = Field(None, description="The force's risk grade.")
    risk_text: ShortText | None = Field(None, description="The risk grade in the sender's own words.")
    missing_from: Literal["home", "placement", "school", "hospital", "other"] | None = Field(
        None, description="The kind of place that the child went missing from."
    )
    care_type: CareType | None = Field(None, description="How a child in care is missing.")
    reported_at: Instant | None = Field(None, description="When the child was reported to the police.")
    left_at: Instant | None = Field(None, description="When the child left.")
    last_seen_at: Instant | None = Field(None, description="When anyone last saw the child.")
    last_seen_by_responsible_adult_at: Instant | None = Field(
        None, description="When an adult responsible for the child last saw them."
    )
    absent_review_at: Instant | None = Field(None, description="When it was agreed to review an absence.")
    location_known: bool | None = Field(None, description="Whether the child's whereabouts are known.")
    circumstances: str | None = Field(None, description="What happened, in free text.")
    concerns: Words = Field((), description="Concerns as the sender codes them. Unknown codes are kept.")
    vulnerable: bool | None = Field(
        None, description="Whether the sender or intake judged the child vulnerable. Null if nobody has."
    )
    child_protection_concern: bool | None = Field(
        None, description="Whether there is a child protection concern. Null if nobody has said."
    )
    alert: Literal["national"] | None = Field(
        None, description="Set if this is another area's alert, circulated for information."
    )
    linked_incidents: Listed[ShortText] = Field((), description="References of siblings or friends reported together.")
    found_at: Instant | None = Field(None, description="When the child was found, if that was before the report.")
    officer: ShortText | None = Field(None, description="The officer in the case.")
    intake_notified_at: Instant | None = Field(
        None, description="When the authority's intake was told, if that was before this message."
    )
