"""Messages that ask for work: tasks, meetings, referrals, and their withdrawal."""

from typing import ClassVar

from pydantic import Field

from schemas.fields import Id, Listed
from schemas.outbound.message import OutboundMessage


class TaskCreate(OutboundMessage):
    """A task for a person. `kind` says which. Answer it with `task.completed`."""

    TYPE: ClassVar[str] = "task.create"


class TaskCancel(OutboundMessage):
    """A task is no longer needed."""

    TYPE: ClassVar[str] = "task.cancel"

    reason: str | None = Field(None, description="Why.")


class MeetingRequest(OutboundMessage):
    """Arrange a meeting. `kind` says which. Answer it with `meeting.held` or `meeting.decision`."""

    TYPE: ClassVar[str] = "meeting.request"

    incidents: Listed[Id] = Field((), description="The incidents to discuss.")
    agenda: Listed[str] = Field((), description="What the procedure wants considered, in the pack's words.")


class MeetingCancel(OutboundMessage):
    """A meeting is no longer needed."""

    TYPE: ClassVar[str] = "meeting.cancel"

    reason: str | None = Field(None, description="Why.")


class ReferralCreate(OutboundMessage):
    """Refer the child to another service. `kind` says which."""

    TYPE: ClassVar[str] = "referral.create"

    reason: str | None = Field(None, description="Why.")
    details: str | None = Field(None, description="What the other service should know.")
