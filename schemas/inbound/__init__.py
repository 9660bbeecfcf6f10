"""Every message that the hub takes in, by its CloudEvents type, and the reading of an envelope's data into one."""

from collections.abc import Mapping

from schemas.cloudevents import Envelope
from schemas.inbound.case_closed import CaseClosed
from schemas.inbound.case_context import CaseContext
from schemas.inbound.case_opened import CaseOpened
from schemas.inbound.clock_override import ClockOverride
from schemas.inbound.disagreement_raised import DisagreementRaised
from schemas.inbound.disagreement_resolved import DisagreementResolved
from schemas.inbound.disagreement_unresolved import DisagreementUnresolved
from schemas.inbound.document_updated import DocumentUpdated
from schemas.inbound.manager_decision import ManagerDecision
from schemas.inbound.match_decision import MatchDecision
from schemas.inbound.meeting_decision import MeetingDecision
from schemas.inbound.meeting_held import MeetingHeld
from schemas.inbound.message_acknowledged import MessageAcknowledged
from schemas.inbound.police_found import PoliceFound
from schemas.inbound.police_investigation_ended import PoliceInvestigationEnded
from schemas.inbound.police_missing import PoliceMissing
from schemas.inbound.police_retracted import PoliceRetracted
from schemas.inbound.police_status_change import PoliceStatusChange
from schemas.inbound.rag_set import RagSet
from schemas.inbound.reading import parse_data
from schemas.inbound.report import CaseworkReport, InboundReport, PoliceReport
from schemas.inbound.rhi_outcome import RhiOutcome
from schemas.inbound.screening_decision import ScreeningDecision
from schemas.inbound.task_completed import TaskCompleted
from schemas.inbound.threshold_decision import ThresholdDecision
from schemas.inbound.worker_found_report import WorkerFoundReport
from schemas.inbound.worker_missing_report import WorkerMissingReport
from schemas.limits import DEFAULT, Limits
from schemas.unreadable import Unreadable

__all__ = [
    "INBOUND",
    "CaseClosed",
    "CaseContext",
    "CaseOpened",
    "CaseworkReport",
    "ClockOverride",
    "DisagreementRaised",
    "DisagreementResolved",
    "DisagreementUnresolved",
    "DocumentUpdated",
    "InboundReport",
    "ManagerDecision",
    "MatchDecision",
    "MeetingDecision",
    "MeetingHeld",
    "MessageAcknowledged",
    "PoliceFound",
    "PoliceInvestigationEnded",
    "PoliceMissing",
    "PoliceReport",
    "PoliceRetracted",
    "PoliceStatusChange",
    "RagSet",
    "RhiOutcome",
    "ScreeningDecision",
    "TaskCompleted",
    "ThresholdDecision",
    "WorkerFoundReport",
    "WorkerMissingReport",
    "parse_message",
]

INBOUND: Mapping[str, type[InboundReport]] = {
    model.TYPE: model
    for model in (
        PoliceMissing,
        PoliceFound,
        PoliceStatusChange,
        PoliceInvestigationEnded,
        PoliceRetracted,
        CaseContext,
        WorkerMissingReport,
        WorkerFoundReport,
        ScreeningDecision,
        RagSet,
        ThresholdDecision,
        ManagerDecision,
        ClockOverride,
        RhiOutcome,
        MeetingHeld,
        MeetingDecision,
        CaseOpened,
        CaseClosed,
        DocumentUpdated,
        TaskCompleted,
        MessageAcknowledged,
        DisagreementRaised,
        DisagreementUnresolved,
        DisagreementResolved,
        MatchDecision,
    )
}


def parse_message(envelope: Envelope, limits: Limits = DEFAULT) -> InboundReport:
    """The report that an envelope carries. Raises `Unreadable`: unknown_type, bad_bytes or bad_json for a body that is
    no JSON text, failed_validation where the data breaks the contract."""
    model = INBOUND.get(envelope.type)
    if model is None:
        raise Unreadable("unknown_type", "type: the hub does not accept this type of message. See docs/integrating.md")
    return parse_data(model, envelope.data, limits)
