"""From a `case.context` of the wire to what is held of a child. Nothing is judged."""

from datetime import date, datetime

from consumers.translating import identifiers_of
from episodes import record as core
from episodes.reports import Actor
from schemas import inbound as wire
from schemas.inbound import case_context as parts

_PROCEEDINGS = ("care_proceedings", "interim_care_order")
"""The legal statuses that imply proceedings (AMB-107)."""


def record_of(m: wire.CaseContext, received_at: datetime) -> core.RegisterRecord:
    """The register record that a `case.context` brings."""
    relations = ((r.identifier, r.relation or "") for r in m.relations if r.identifier)
    return core.RegisterRecord(
        identifiers=identifiers_of(m.child),
        registered=True,
        received_at=received_at,
        date_of_birth=m.child.date_of_birth,
        responsible_authority=m.responsible_authority,
        legal_status=m.legal_status,
        court_proceedings=bool(m.court_proceedings) or m.legal_status in _PROCEEDINGS,
        plan=m.plan,
        leaving_care=m.leaving_care,
        services=tuple(_open_service(s, s.service) for s in m.services if s.service),
        professionals=tuple(Actor(p.role, p.person) for p in m.professionals if p.role),
        involved=tuple(m.involved),
        placement=_placement(m.placement) if m.placement else None,
        relations=tuple(((identifier.system, identifier.value), relation) for identifier, relation in relations),
        linked_forces=tuple(m.linked_forces),
        concerns=tuple(m.concerns),
        vulnerable=m.vulnerable,
        child_protection_concern=m.child_protection_concern,
        interview_commissioned_by=m.interview_commissioned_by,
        documents=tuple(core.Document(d.kind, d.updated_at) for d in m.documents if d.kind and d.updated_at),
    )


def _placement(p: parts.Placement) -> core.Placement:
    return core.Placement(p.kind, p.in_area, p.distance_miles, p.authority, p.provider, tuple(p.carers))


def _open_service(s: parts.OpenService, name: str) -> core.Service:
    since: date | None = None
    try:
        since = date.fromisoformat(s.since[:10]) if s.since else None
    except ValueError:
        since = None  # a free text that is no date says nothing that a rule could use
    return core.Service(name, s.team, s.worker, s.manager, since)
