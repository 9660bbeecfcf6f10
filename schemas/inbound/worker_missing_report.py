"""A carer, a placement or a professional reports a child missing."""

from typing import ClassVar, Literal

from pydantic import Field

from schemas.fields import CareType, Class, Instant, Words
from schemas.inbound.report import CaseworkReport
from schemas.parts import Actor, Person


class WorkerMissingReport(CaseworkReport):
    """A carer, placement, social worker or other professional reports a child missing. It does not need a police
    notification, and does not replace one."""

    TYPE: ClassVar[str] = "worker.missing_report"

    child: Person = Field(description="The child.")
    by: Actor = Field(description="Who reports.")
    at: Instant | None = Field(None, description="When they found out.")
    reported_to_police: bool | None = Field(None, description="Whether they also reported it to the police.")
    parent_reports: Literal["willing", "unsure", "unable", "refused"] | None = Field(
        None, description="Whether a parent will report it to the police."
    )
    parent_consents: Literal["given", "refused"] | None = Field(
        None, description="Whether a parent consents to a referral."
    )
    classification: Class | None = Field(None, description="Whether they regard the child as missing or as absent.")
    care_type: CareType | None = Field(None, description="How a child in care is missing.")
    concerns: Words = Field((), description="Concerns as the sender codes them. Unknown codes are kept.")
    circumstances: str | None = Field(None, description="What happened, in free text.")
