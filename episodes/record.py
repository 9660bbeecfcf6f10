"""What the case systems hold of one child: the register record. The newest record replaces the one before;
`case.opened` and `case.closed` change its services in between."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from episodes.reports import Actor, Identifier, ServiceChanged


@dataclass(frozen=True, slots=True)
class Service:
    """A service that the case is open to, with its worker and that worker's manager where the register names them."""

    service: str
    team: str | None = None
    worker: str | None = None
    manager: str | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a looked-after child lives. The distance is in miles to the border of the authority's area."""

    kind: str | None = None
    in_area: bool | None = None
    distance_miles: float | None = None
    authority: str | None = None
    provider: str | None = None
    carers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A document on file and when it was last revised."""

    kind: str
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterRecord:
    """The register record of one child at one authority. `registered` is False until a case system has sent one;
    `birth_left_out`: it gave a date of birth that stands for "not known" or cannot be; `withdrawn`: it was taken back
    while the child was missing or something was owed, and stands for these episodes as last known (AMB-190)."""

    identifiers: tuple[Identifier, ...] = ()
    registered: bool = False
    withdrawn: bool = False
    received_at: datetime | None = None
    date_of_birth: date | None = None
    birth_left_out: bool = False
    responsible_authority: str | None = None
    legal_status: str | None = None
    court_proceedings: bool = False
    plan: str | None = None
    leaving_care: str | None = None
    services: tuple[Service, ...] = ()
    professionals: tuple[Actor, ...] = ()
    involved: tuple[str, ...] = ()
    placement: Placement | None = None
    relations: tuple[tuple[Identifier, str], ...] = ()
    linked_forces: tuple[str, ...] = ()
    concerns: tuple[str, ...] = ()
    vulnerable: bool | None = None
    child_protection_concern: bool | None = None
    interview_commissioned_by: str | None = None
    documents: tuple[Document, ...] = ()

    @property
    def known(self) -> bool:
        """Whether a register holds the child, or did so as far as its open episodes go."""
        return self.registered or self.withdrawn

    @property
    def is_or_was_in_care(self) -> bool:
        """In the care of a local authority, or leaving it."""
        return self.looked_after or self.leaving_care is not None

    @property
    def looked_after(self) -> bool:
        """In the care of a local authority, by plan or by legal status."""
        return self.plan == "looked_after" or self.legal_status in (
            "section_20",
            "interim_care_order",
            "care_order",
            "remand",
        )

    def open_to(self, service: str) -> Service | None:
        return next((s for s in self.services if s.service == service), None)

    def after(self, change: ServiceChanged) -> "RegisterRecord":
        """The record once a service has opened or closed the case; what an opening is silent on stays as held."""
        others = tuple(s for s in self.services if s.service != change.service)
        if not change.opened:
            return replace(self, services=others)
        held = self.open_to(change.service) or Service(change.service, since=change.at.date())
        opened = replace(
            held,
            team=change.team or held.team,
            worker=change.worker or held.worker,
            manager=change.manager or held.manager,
        )
        return replace(self, services=(*others, opened))

    def with_document(self, kind: str, at: datetime) -> "RegisterRecord":
        """The record once a document was made or revised; an older date never replaces a newer one."""
        held = next((d for d in self.documents if d.kind == kind), None)
        if held and held.updated_at >= at:
            return self
        return replace(self, documents=(*(d for d in self.documents if d.kind != kind), Document(kind, at)))
