"""Messages that tell people something: notices, alerts, packs of papers, intelligence, reports, and what the hub could
not settle by itself."""

from typing import ClassVar

from pydantic import Field

from schemas.fields import Count, MaybeId, Words
from schemas.outbound.figures import Figures
from schemas.outbound.message import OutboundMessage


class NotifyMissing(OutboundMessage):
    """A child is missing or absent."""

    TYPE: ClassVar[str] = "notify.missing"


class NotifyFound(OutboundMessage):
    """A child has been found or has returned."""

    TYPE: ClassVar[str] = "notify.found"


class NotifyInfo(OutboundMessage):
    """Something the recipients should know. `kind` says what."""

    TYPE: ClassVar[str] = "notify.info"

    detail: str | None = Field(None, description="What happened, in a sentence, where the kind does not say it.")


class HubConsultation(OutboundMessage):
    """Consult a team that advises on missing and exploited children."""

    TYPE: ClassVar[str] = "hub.consultation"


class SeniorAlert(OutboundMessage):
    """Senior managers are alerted."""

    TYPE: ClassVar[str] = "senior.alert"


class PoliceIntel(OutboundMessage):
    """Intelligence from a return interview for the police."""

    TYPE: ClassVar[str] = "police.intel"

    intelligence: str | None = Field(None, description="What the interviewer wrote for the police.")
    sections: Words = Field((), description="Sections of the interview form that are shared.")


class OlaNotify(OutboundMessage):
    """Another local authority is told."""

    TYPE: ClassVar[str] = "ola.notify"

    authority_name: str | None = Field(None, description="The other authority.")


class InfoPack(OutboundMessage):
    """Send a letter, a leaflet or a pack of papers."""

    TYPE: ClassVar[str] = "info.pack"

    contents: Words = Field((), description="What is in it, from the authority's vocabulary.")


class EscalationOpen(OutboundMessage):
    """A step of an escalation begins."""

    TYPE: ClassVar[str] = "escalation.open"

    step: Count | None = Field(None, description="The step, counted from 1.")
    message: MaybeId = Field(None, description="Id of the message that nobody acknowledged, if that is the reason.")


class ReportData(OutboundMessage):
    """The figures for a month or quarter that has ended, as known when this is sent."""

    TYPE: ClassVar[str] = "report.data"

    period: str | None = Field(None, description="A month (2026-03) or a quarter (2026-01/2026-03).")
    figures: Figures | None = Field(None, description="The figures. They name no child.")


class ExceptionRaise(OutboundMessage):
    """The hub could not settle something itself. A person must look at it."""

    TYPE: ClassVar[str] = "exception.raise"

    detail: str | None = Field(None, description="What happened, and what to do about it.")
