"""What a rule may ask about the child and the case that services hold."""

from typing import Literal

from routing.conditions.vocabulary import RoleWords, ServiceWords, condition
from routing.situation import Situation


@condition
def registered(s: Situation) -> bool:
    """A case system holds a record of the child."""
    return s.record.registered


@condition
def open_to(s: Situation, services: ServiceWords) -> bool:
    """The case is open to one of the services."""
    return any(s.record.open_to(service) for service in services)


@condition
def open_to_any(s: Situation) -> bool:
    """The case is open to some service."""
    return bool(s.record.services)


@condition
def worker_named(s: Situation, services: ServiceWords) -> bool:
    """The register names a worker for one of the services."""
    return any(held.worker for service in services if (held := s.record.open_to(service)))


@condition
def manager_named(s: Situation, services: ServiceWords) -> bool:
    """The register names a manager for one of the services."""
    return any(held.manager for service in services if (held := s.record.open_to(service)))


@condition
def placed(s: Situation, kinds: tuple[str, ...] = ()) -> bool:
    """The register holds a placement (of one of these kinds)."""
    placement = s.record.placement
    return placement is not None and (not kinds or placement.kind in kinds)


@condition
def looked_after(s: Situation) -> bool:
    """Looked after by the authority, by plan or legal status."""
    return s.looked_after()


@condition
def legal_status(s: Situation, is_one_of: tuple[str, ...]) -> bool:
    """The legal status in the register."""
    return s.record.legal_status in is_one_of


@condition
def court_proceedings(s: Situation) -> bool:
    """The child is in court proceedings; an interim care order implies it (AMB-107)."""
    return s.record.court_proceedings


@condition
def leaving_care(s: Situation, is_one_of: tuple[str, ...]) -> bool:
    """The leaving-care status in the register."""
    return s.record.leaving_care in is_one_of


@condition
def plan(s: Situation, is_one_of: tuple[str, ...]) -> bool:
    """The plan in the register."""
    return s.record.plan in is_one_of


@condition
def vulnerable(s: Situation, judged: Literal["yes", "no", "not_yet"]) -> bool:
    """Judged vulnerable, judged not to be, or not judged by anybody."""
    return {True: "yes", False: "no", None: "not_yet"}[s.vulnerable()] == judged


@condition
def child_protection_concern(s: Situation) -> bool:
    """Somebody has concerns of a child protection nature; not judged counts as none."""
    return s.child_protection_concern()


@condition
def new_concern(s: Situation) -> bool:
    """The report has concerns of a child protection nature, and the register does not hold any yet."""
    report = s.episode.missing
    return bool(report and report.child_protection_concern) and not s.record.child_protection_concern


@condition
def identified_in(s: Situation, system: str) -> bool:
    """The register holds an identifier of that system."""
    return any(held == system for held, _ in s.record.identifiers)


@condition
def professional_named(s: Situation, roles: RoleWords) -> bool:
    """The register names a professional of one of these roles."""
    return any(p.role in roles and p.person for p in s.record.professionals)
