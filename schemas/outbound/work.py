"""Messages that ask for work: tasks, meetings, referrals, and their withdrawal."""

from typing import ClassVar

from pydantic import Field

from schemas.fields import Id, Listed
from schemas.outbound.message import OutboundMessage


class TaskCreate(OutboundMessage):
    """A task for a person; `kind` says which. `task.completed` answers it."""

    TYPE: ClassVar[str] = "task.create"


class TaskCancel(OutboundMessage):
    """A task is no longer needed."""

    TYPE: ClassVar[str] = "task.cancel"

    reason: str | None = Field(None, description="Why.")


class MeetingRequest(OutboundMessage):
    """A meeting is to be held; `kind` says which. `meeting.held` or `meeting.decision` answers it."""

    TYPE: ClassVar[str] = "meeting.request"

    incidents: Listed[Id] = Field((), description="The incidents to discuss.")


class MeetingCancel(OutboundMessage):
    """A meeting is no longer needed."""

    TYPE: ClassVar[str] = "meeting.cancel"

    reason: str | None = Field(None, description="Why.")


class ReferralCreate(OutboundMessage):
    """The child is to be referred to another service; `kind` says which."""

    TYPE: ClassVar[str] = "referral.create"

    reason: str | None = Field(None, description="Why.")
    details: str | None = Field(None, description="What the other service should know.")
