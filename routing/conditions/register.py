"""What a rule may ask about the register's record: which services hold the case, who works with the child, where the
child is placed, and which authority answers for the child."""

from routing.closed_lists import LeavingCare, LegalStatus, Plan
from routing.conditions.vocabulary import PlacementKinds, RoleWords, ServiceWords, SystemWord, condition
from routing.situation import Situation


@condition
def registered(s: Situation) -> bool:
    """A case system holds a record of the child."""
    return s.record.known


@condition
def identified_in(s: Situation, system: SystemWord) -> bool:
    """The register holds an identifier of that system."""
    return any(held == system for held, _ in s.record.identifiers)


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
def professional_named(s: Situation, roles: RoleWords) -> bool:
    """The register names a professional of one of these roles."""
    return any(p.role in roles and p.person for p in s.record.professionals)


@condition
def workers_involved(s: Situation) -> bool:
    """The register names workers who are involved with the child."""
    return bool(s.record.involved)


@condition
def looked_after(s: Situation) -> bool:
    """Looked after by the authority, by plan or legal status."""
    return s.looked_after()


@condition
def legal_status(s: Situation, is_one_of: tuple[LegalStatus, ...]) -> bool:
    """The legal status in the register."""
    return s.record.legal_status in is_one_of


@condition
def court_proceedings(s: Situation) -> bool:
    """The child is in court proceedings; an interim care order implies it (AMB-107)."""
    return s.record.court_proceedings


@condition
def leaving_care(s: Situation, is_one_of: tuple[LeavingCare, ...]) -> bool:
    """The leaving-care status in the register."""
    return s.record.leaving_care in is_one_of


@condition
def plan(s: Situation, is_one_of: tuple[Plan, ...]) -> bool:
    """The plan in the register."""
    return s.record.plan in is_one_of


@condition
def placed(s: Situation, kinds: PlacementKinds = ()) -> bool:
    """The register holds a placement (of one of these kinds)."""
    placement = s.record.placement
    return placement is not None and (not kinds or placement.kind in kinds)


@condition
def placed_outside(s: Situation) -> bool:
    """The register says that the placement lies outside the authority's own area."""
    return s.record.placement is not None and s.record.placement.in_area is False


@condition
def placed_beyond(s: Situation, miles: int) -> bool:
    """The placement lies more than so many miles beyond the authority's border; one in the area never does."""
    placement = s.record.placement
    if placement is None or placement.in_area or placement.distance_miles is None:
        return False
    return placement.distance_miles > miles


@condition
def distance_unknown(s: Situation) -> bool:
    """The placement lies outside the area, and the register does not say how far."""
    placement = s.record.placement
    return placement is not None and placement.in_area is False and placement.distance_miles is None


@condition
def responsible_elsewhere(s: Situation) -> bool:
    """Another authority answers for the child."""
    return s.responsible_elsewhere() is not None


@condition
def interview_commissioned(s: Situation) -> bool:
    """The authority that placed the child here pays for the interview."""
    return bool(s.record.interview_commissioned_by)


@condition
def linked_elsewhere(s: Situation) -> bool:
    """The child has links to areas of other police forces."""
    return bool(s.record.linked_forces)
