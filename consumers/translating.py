"""From the models of the wire to the reports of the core: one function for each type, nothing judged. Every field is
read from the model that declares it, so that renaming one of the contract's fields fails the type check here. The
record of a register is in `consumers.register_record`."""

from collections.abc import Iterable
from typing import Any

from episodes import reports as core
from schemas import inbound as wire
from schemas.parts import Actor, Person


def report_of(message: wire.InboundReport, origin: core.Origin) -> core.Report:
    """The report that a message makes."""
    match message:
        case wire.PoliceReport():
            return _of_police(message, origin)
        case wire.CaseContext():
            identifiers = identifiers_of(message.child)
            return core.RecordHeld(
                origin=origin, about=core.About(authority=message.authority, identifiers=identifiers)
            )
        case wire.CaseworkReport():
            return _of_casework(message, origin, about(message))
    raise AssertionError(f"no report is made of {type(message).__name__}")


def about(message: wire.CaseworkReport) -> core.About:
    """Which child and incident a message of a case system speaks of."""
    return core.About(
        authority=message.authority,
        force=message.force,
        incident=message.incident,
        episode=message.episode,
        identifiers=identifiers_of(message.child),
    )


def identifiers_of(child: Person | None) -> tuple[core.Identifier, ...]:
    return tuple((i.system, i.value) for i in child.identifiers) if child else ()


def _actor(actor: Actor) -> core.Actor:
    return core.Actor(actor.role, actor.person)


def _maybe_actor(actor: Actor | None) -> core.Actor | None:
    return _actor(actor) if actor else None


def _actors(actors: Iterable[Actor] | None) -> tuple[core.Actor, ...]:
    return tuple(_actor(actor) for actor in actors or ())


def _given(**details: Any) -> dict[str, Any]:
    """What is told only for people to read, as far as it is given."""
    return {name: value for name, value in details.items() if value is not None}


# ---- the police


def _of_police(m: wire.PoliceReport, origin: core.Origin) -> core.Report:
    """A police report names a force's incident and a child, and nothing else that is anybody's."""
    whose = core.About(force=m.force, incident=m.incident, identifiers=identifiers_of(m.child))
    match m:
        case wire.PoliceMissing():
            return _police_missing(m, origin, whose)
        case wire.PoliceFound():
            return _police_found(m, origin, whose)
        case wire.PoliceStatusChange():
            return core.StatusChanged(
                origin=origin, about=whose, to=m.to, risk=m.risk, changed_at=m.changed_at,
                location_known=m.location_known, revision=m.revision,
            )  # fmt: skip
        case wire.PoliceInvestigationEnded():
            return core.InvestigationEnded(origin=origin, about=whose, ended_at=m.ended_at, reason=m.reason)
        case wire.PoliceRetracted():
            return core.Retracted(origin=origin, about=whose, reason=m.reason)
    raise AssertionError(f"no report is made of {type(m).__name__}")


def _police_missing(m: wire.PoliceMissing, origin: core.Origin, whose: core.About) -> core.Missing:
    return core.Missing(
        origin=origin,
        about=whose,
        classification=m.classification,
        reported_at=m.reported_at,
        left_at=m.left_at,
        last_seen_at=m.last_seen_at,
        last_seen_by_responsible_adult_at=m.last_seen_by_responsible_adult_at,
        absent_review_at=m.absent_review_at,
        found_at=m.found_at,
        intake_notified_at=m.intake_notified_at,
        revision=m.revision,
        risk=m.risk,
        missing_from=m.missing_from,
        care_type=m.care_type,
        location_known=m.location_known,
        concerns=tuple(m.concerns),
        vulnerable=m.vulnerable,
        child_protection_concern=m.child_protection_concern,
        alert=m.alert,
        linked_incidents=tuple(m.linked_incidents),
        responsible_authority=m.responsible_authority,
        host_authority=m.host_authority,
        date_of_birth=m.child.date_of_birth,
        age=m.child.age,
        details=_given(
            system=m.system, classification_text=m.classification_text, risk_text=m.risk_text,
            circumstances=m.circumstances, officer=m.officer,
        ),
    )  # fmt: skip


def _times_of_return(m: wire.PoliceFound | wire.WorkerFoundReport, origin: core.Origin) -> dict[str, Any]:
    """When the child was back: by the receipt, where no time that is told can be."""
    if m.found_at or m.returned_at:
        return {"found_at": m.found_at, "returned_at": m.returned_at}
    return {"found_at": origin.at, "undated": True}


def _police_found(m: wire.PoliceFound, origin: core.Origin, whose: core.About) -> core.Found:
    return core.Found(
        origin=origin,
        about=whose,
        **_times_of_return(m, origin),
        contact_made=m.contact_made is not False,
        safe_and_well=m.safe_and_well.done if m.safe_and_well else None,
        end_reason=m.end_reason,
        harm=m.harm,
        revision=m.revision,
        responsible_authority=m.responsible_authority,
        host_authority=m.host_authority,
        details=_given(found_by=m.found_by, found_where=m.found_where, remarks=m.remarks),
    )


# ---- practitioners and case systems


def _of_casework(m: wire.CaseworkReport, origin: core.Origin, whose: core.About) -> core.Report:
    match m:
        case wire.WorkerMissingReport():
            return _worker_missing(m, origin, whose)
        case wire.WorkerFoundReport():
            return core.Found(
                origin=origin, about=whose, by=_actor(m.by), contact_made=m.contact_made is not False,
                end_reason=m.end_reason, details=_given(found_where=m.found_where), **_times_of_return(m, origin),
            )  # fmt: skip
        case wire.RhiOutcome():
            return _interview_outcome(m, origin, whose)
        case wire.MeetingHeld():
            return core.MeetingHeld(
                origin=origin, about=whose, kind=m.kind, held_at=m.held_at or origin.at, meeting_type=m.meeting_type,
                also_counts_as=tuple(m.also_counts_as or ()), next_at=m.next_at, attendees=_actors(m.attendees),
                intelligence=m.intelligence,
            )  # fmt: skip
        case wire.ClockOverride():
            return core.ClockOverride(origin=origin, about=whose, value=m.value, reason=m.reason, by=_actor(m.by))
        case wire.CaseOpened() | wire.CaseClosed():
            return _service_changed(m, origin, whose)
        case wire.DocumentUpdated():
            by = _maybe_actor(m.by)
            return core.DocumentUpdated(origin=origin, about=whose, kind=m.kind, at=m.at or origin.at, by=by)
        case wire.TaskCompleted():
            return core.TaskCompleted(
                origin=origin, about=whose, kind=m.kind, at=m.at or origin.at, by=_maybe_actor(m.by), outcome=m.outcome
            )
        case wire.MessageAcknowledged():
            return core.Acknowledged(
                origin=origin, about=whose, by=_actor(m.by), message=m.message, type=m.type, kind=m.kind
            )
        case wire.DisagreementRaised():
            return core.Disagreement(
                origin=origin, about=whose, stage="raised", subject=m.about, between=_actors(m.between)
            )
        case wire.DisagreementUnresolved():
            return core.Disagreement(origin=origin, about=whose, stage="unresolved", step=m.step)
        case wire.DisagreementResolved():
            return core.Disagreement(origin=origin, about=whose, stage="resolved", outcome=m.outcome)
        case wire.MatchDecision():
            return core.Matched(origin=origin, about=whose, by=_actor(m.by))
    return _decided(m, origin, whose)


def _worker_missing(m: wire.WorkerMissingReport, origin: core.Origin, whose: core.About) -> core.Missing:
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
        details=_given(circumstances=m.circumstances),
    )


def _interview_outcome(m: wire.RhiOutcome, origin: core.Origin, whose: core.About) -> core.InterviewOutcome:
    return core.InterviewOutcome(
        origin=origin,
        about=whose,
        result=m.result,
        at=m.at or origin.at,
        by=_maybe_actor(m.by),
        interviewer=_maybe_actor(m.interviewer),
        reason=m.reason,
        template=m.template,
        content=m.content or {},
        concerns=None if m.concerns is None else tuple(m.concerns),
        concern=m.concern,
        harm_disclosed=m.harm_disclosed,
        intelligence=m.intelligence,
    )


def _service_changed(
    m: wire.CaseOpened | wire.CaseClosed, origin: core.Origin, whose: core.About
) -> core.ServiceChanged:
    at = m.at or origin.at
    if isinstance(m, wire.CaseClosed):
        return core.ServiceChanged(origin=origin, about=whose, service=m.service, opened=False, at=at, reason=m.reason)
    return core.ServiceChanged(
        origin=origin, about=whose, service=m.service, opened=True, at=at, team=m.team, worker=m.worker,
        manager=m.manager,
    )  # fmt: skip


def _decided(m: wire.CaseworkReport, origin: core.Origin, whose: core.About) -> core.Decided:
    """A decision, whatever message it has of its own."""
    match m:
        case wire.ScreeningDecision():
            return core.Decided(
                origin=origin, about=whose, kind="screening", decision=m.rhi, by=_maybe_actor(m.by), reason=m.reason
            )
        case wire.RagSet():
            concerns = None if m.concerns is None else tuple(m.concerns)
            kind = "rag" if m.confirmed else "rag_proposed"
            return core.Decided(
                origin=origin, about=whose, kind=kind, decision=m.value, by=_maybe_actor(m.by), concerns=concerns
            )
        case wire.ThresholdDecision():
            decision = "met" if m.met else "not_met"
            return core.Decided(
                origin=origin, about=whose, kind="threshold", decision=decision, by=_actor(m.by), value=m.outcome
            )
        case wire.ManagerDecision():
            return core.Decided(
                origin=origin, about=whose, kind=m.kind, decision=m.decision, by=_maybe_actor(m.by), reason=m.reason,
                value=m.value,
            )  # fmt: skip
        case wire.MeetingDecision():
            return core.Decided(
                origin=origin, about=whose, kind=f"meeting.{m.kind}", decision=m.decision, by=_maybe_actor(m.by),
                reason=m.reason, meeting_type=m.meeting_type,
            )  # fmt: skip
    raise AssertionError(f"no report is made of {type(m).__name__}")
