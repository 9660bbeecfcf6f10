"""From the models of the wire to the reports of the core: one function a message type, nothing judged."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Literal

from episodes import record as records
from episodes import reports as core
from schemas import inbound as wire
from schemas.inbound.case_context import OpenService
from schemas.parts import Actor, Person

# Fields of the police report that rules may read; everything else of it travels on as details.
_DETAILS = ("system", "classification_text", "risk_text", "circumstances", "officer")


def about(message: wire.Report, authority: str | None = None) -> core.About:
    """Which child and incident a message speaks of."""
    child: Person | None = getattr(message, "child", None)
    return core.About(
        authority=authority or getattr(message, "authority", None),
        force=getattr(message, "force", None),
        incident=getattr(message, "incident", None),
        episode=getattr(message, "episode", None),
        identifiers=_identifiers(child),
    )


def _identifiers(child: Person | None) -> tuple[core.Identifier, ...]:
    return tuple((i.system, i.value) for i in child.identifiers) if child else ()


def _actor(actor: Actor | None) -> core.Actor | None:
    return core.Actor(actor.role, actor.person) if actor else None


def _actors(actors: Any) -> tuple[core.Actor, ...]:
    return tuple(core.Actor(a.role, a.person) for a in actors or ())


def _given(message: wire.Report, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name in names if (value := getattr(message, name, None)) is not None}


def _police_missing(m: Any, origin: core.Origin, whose: core.About) -> core.Report:
    return core.Missing(
        origin=origin,
        about=whose,
        classification=m.classification,
        concerns=tuple(m.concerns),
        linked_incidents=tuple(m.linked_incidents),
        date_of_birth=m.child.date_of_birth,
        age=m.child.age,
        details=_given(m, _DETAILS),
        **{name: getattr(m, name) for name in _POLICE_MISSING},
    )


_POLICE_MISSING = (
    *("reported_at", "left_at", "last_seen_at", "last_seen_by_responsible_adult_at", "absent_review_at", "found_at"),
    *("intake_notified_at", "revision", "risk", "missing_from", "care_type", "location_known", "vulnerable"),
    *("child_protection_concern", "alert", "responsible_authority", "host_authority"),
)


def _worker_missing(m: Any, origin: core.Origin, whose: core.About) -> core.Report:
    return core.Missing(
        origin=origin,
        about=whose,
        by=_actor(m.by),
        classification=m.classification,
        reported_at=m.at,
        care_type=m.care_type,
        concerns=tuple(m.concerns),
        reported_to_police=m.reported_to_police,
        parent_reports=m.parent_reports,
        parent_consents=m.parent_consents,
        date_of_birth=m.child.date_of_birth,
        age=m.child.age,
        details=_given(m, ("circumstances",)),
    )


def _police_found(m: Any, origin: core.Origin, whose: core.About) -> core.Report:
    return core.Found(
        origin=origin,
        about=whose,
        found_at=m.found_at,
        returned_at=m.returned_at,
        contact_made=m.contact_made is not False,
        safe_and_well=m.safe_and_well.done if m.safe_and_well else None,
        end_reason=m.end_reason,
        harm=m.harm,
        revision=m.revision,
        responsible_authority=m.responsible_authority,
        host_authority=m.host_authority,
        details=_given(m, ("found_by", "found_where", "remarks")),
    )


def _worker_found(m: Any, origin: core.Origin, whose: core.About) -> core.Report:
    return core.Found(
        origin=origin,
        about=whose,
        by=_actor(m.by),
        found_at=m.found_at,
        returned_at=m.returned_at,
        end_reason=m.end_reason,
        details=_given(m, ("found_where",)),
    )


def _status(m: Any, origin: core.Origin, whose: core.About) -> core.Report:
    return core.StatusChanged(
        origin=origin, about=whose, to=m.to, risk=m.risk, changed_at=m.changed_at, location_known=m.location_known,
        revision=m.revision,
    )  # fmt: skip


def _decided(kind: str, decision: str, m: Any, origin: core.Origin, whose: core.About, **more: Any) -> core.Report:
    return core.Decided(
        origin=origin,
        about=whose,
        kind=kind,
        decision=decision,
        by=_actor(m.by),
        reason=getattr(m, "reason", None),
        **more,
    )


def _rag(m: Any, origin: core.Origin, whose: core.About) -> core.Report:
    kind = "rag" if m.confirmed else "rag_proposed"
    return _decided(kind, m.value, m, origin, whose, concerns=None if m.concerns is None else tuple(m.concerns))


def _threshold(m: Any, origin: core.Origin, whose: core.About) -> core.Report:
    return _decided("threshold", "met" if m.met else "not_met", m, origin, whose, value=m.outcome)


def _outcome(m: Any, origin: core.Origin, whose: core.About) -> core.Report:
    return core.InterviewOutcome(
        origin=origin,
        about=whose,
        result=m.result,
        at=m.at or origin.at,
        by=_actor(m.by),
        interviewer=_actor(m.interviewer),
        reason=m.reason,
        template=m.template,
        content=m.content or {},
        concerns=None if m.concerns is None else tuple(m.concerns),
        concern=m.concern,
        harm_disclosed=m.harm_disclosed,
        intelligence=m.intelligence,
    )


def _held(m: Any, origin: core.Origin, whose: core.About) -> core.Report:
    return core.MeetingHeld(
        origin=origin,
        about=whose,
        kind=m.kind,
        held_at=m.held_at or origin.at,
        meeting_type=m.meeting_type,
        also_counts_as=tuple(m.also_counts_as or ()),
        next_at=m.next_at,
        attendees=_actors(m.attendees),
    )


def _service(opened: bool, m: Any, origin: core.Origin, whose: core.About) -> core.Report:
    named = {name: getattr(m, name, None) for name in ("team", "worker", "manager", "reason")}
    return core.ServiceChanged(
        origin=origin, about=whose, service=m.service, opened=opened, at=m.at or origin.at, **named
    )


def _disagreement(
    stage: Literal["raised", "unresolved", "resolved"], m: Any, origin: core.Origin, whose: core.About
) -> core.Report:
    return core.Disagreement(
        origin=origin,
        about=whose,
        stage=stage,
        subject=getattr(m, "about", None),
        between=_actors(getattr(m, "between", None)),
        step=getattr(m, "step", None),
        outcome=getattr(m, "outcome", None),
    )


Translation = Callable[[Any, core.Origin, core.About], core.Report]

TRANSLATIONS: Mapping[str, Translation] = {
    "police.missing": _police_missing,
    "police.found": _police_found,
    "police.status_change": _status,
    "police.investigation_ended": lambda m, o, a: core.InvestigationEnded(
        origin=o, about=a, ended_at=m.ended_at, reason=m.reason
    ),
    "police.retracted": lambda m, o, a: core.Retracted(origin=o, about=a, reason=m.reason),
    "case.context": lambda m, o, a: core.RecordHeld(origin=o, about=a),
    "worker.missing_report": _worker_missing,
    "worker.found_report": _worker_found,
    "screening.decision": lambda m, o, a: _decided("screening", m.rhi, m, o, a),
    "rag.set": _rag,
    "threshold.decision": _threshold,
    "manager.decision": lambda m, o, a: _decided(m.kind, m.decision, m, o, a, value=m.value),
    "meeting.decision": lambda m, o, a: _decided(f"meeting.{m.kind}", m.decision, m, o, a, meeting_type=m.meeting_type),
    "clock.override": lambda m, o, a: core.ClockSet(
        origin=o, about=a, value=m.value, reason=m.reason, by=core.Actor(m.by.role, m.by.person)
    ),
    "rhi.outcome": _outcome,
    "meeting.held": _held,
    "case.opened": lambda m, o, a: _service(True, m, o, a),
    "case.closed": lambda m, o, a: _service(False, m, o, a),
    "document.updated": lambda m, o, a: core.DocumentUpdated(
        origin=o, about=a, kind=m.kind, at=m.at or o.at, by=_actor(m.by)
    ),
    "task.completed": lambda m, o, a: core.TaskDone(
        origin=o, about=a, kind=m.kind, at=m.at or o.at, by=_actor(m.by), outcome=m.outcome
    ),
    "message.acknowledged": lambda m, o, a: core.Acknowledged(
        origin=o, about=a, by=core.Actor(m.by.role, m.by.person), message=m.message, type=m.type, kind=m.kind
    ),
    "disagreement.raised": lambda m, o, a: _disagreement("raised", m, o, a),
    "disagreement.unresolved": lambda m, o, a: _disagreement("unresolved", m, o, a),
    "disagreement.resolved": lambda m, o, a: _disagreement("resolved", m, o, a),
    "match.decision": lambda m, o, a: core.Matched(origin=o, about=a, by=core.Actor(m.by.role, m.by.person)),
}


def report_of(message: wire.Report, origin: core.Origin) -> core.Report:
    """The report that a message makes."""
    return TRANSLATIONS[message.TYPE](message, origin, about(message))


def record_of(m: Any, received_at: datetime) -> records.Record:
    """The register record that a `case.context` brings."""
    placement = m.placement
    return records.Record(
        identifiers=_identifiers(m.child),
        registered=True,
        received_at=received_at,
        date_of_birth=m.child.date_of_birth,
        responsible_authority=m.responsible_authority,
        legal_status=m.legal_status,
        court_proceedings=bool(m.court_proceedings)
        or m.legal_status in ("care_proceedings", "interim_care_order"),
        plan=m.plan,
        leaving_care=m.leaving_care,
        services=tuple(_open_service(s) for s in m.services if s.service),
        professionals=tuple(core.Actor(p.role, p.person) for p in m.professionals if p.role),
        involved=tuple(m.involved),
        placement=records.Placement(
            placement.kind, placement.in_area, placement.distance_miles, placement.authority, placement.provider,
            tuple(placement.carers),
        )
        if placement
        else None,
        relations=tuple(
            ((r.identifier.system, r.identifier.value), r.relation or "") for r in m.relations if r.identifier
        ),
        linked_forces=tuple(m.linked_forces),
        concerns=tuple(m.concerns),
        vulnerable=m.vulnerable,
        child_protection_concern=m.child_protection_concern,
        interview_commissioned_by=m.interview_commissioned_by,
        documents=tuple(records.Document(d.kind, d.updated_at) for d in m.documents if d.kind and d.updated_at),
    )  # fmt: skip


def _open_service(s: OpenService) -> records.Service:
    since: date | None = None
    try:
        since = date.fromisoformat(s.since[:10]) if s.since else None
    except ValueError:
        since = None  # a free text that is no date says nothing that a rule could use
    return records.Service(s.service or "", s.team, s.worker, s.manager, since)
