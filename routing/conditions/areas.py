"""What a rule may ask about whose child it is, where the child is placed, and which other areas have a part in it."""

from routing.conditions.vocabulary import condition
from routing.situation import Situation


@condition
def responsible_elsewhere(s: Situation) -> bool:
    """Another authority answers for the child."""
    return s.responsible_elsewhere() is not None


@condition
def interview_commissioned(s: Situation) -> bool:
    """The authority that placed the child here pays for the interview."""
    return bool(s.record.interview_commissioned_by)


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
def linked_elsewhere(s: Situation) -> bool:
    """The child has links to areas of other police forces."""
    return bool(s.record.linked_forces)


@condition
def several_forces(s: Situation) -> bool:
    """More than one police force knows of the episode, or the child has links to the area of another."""
    forces = {reference.force for reference in s.episode.references}
    return len(forces | {*s.record.linked_forces}) > 1
