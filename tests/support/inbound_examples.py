"""One message of every inbound type, about the incident P-1 of force XX or the child K-1 of an authority."""

from typing import Any

from wire_messages import later

from schemas.inbound import INBOUND
from schemas.topics import TopicKind, kind_of_topic

CHILD = {
    "identifiers": [{"system": "compact", "value": "K-1"}],
    "given_name": "Robin",
    "family_name": "Featherstonehaugh",
    "date_of_birth": "2011-09-23",
    "home_address": {"line": "12 Larch Row", "postcode": "ZZ1 2AB"},
}
WORKER = {"role": "social_worker", "person": "sw1"}
_AT = later(3)
_OWN: dict[str, dict[str, Any]] = {
    "police.missing": {"child": CHILD, "classification": "missing", "responsible_authority": "nottinghamshire"},
    "police.found": {"returned_at": _AT, "safe_and_well": {"done": True}},
    "police.status_change": {"to": "absent", "risk": "low"},
    "police.investigation_ended": {"reason": "no further lines"},
    "police.retracted": {"reason": "in error"},
    "case.context": {
        "child": CHILD,
        "services": [{"service": "cscs", "worker": "sw1", "manager": "tm1"}],
        "professionals": [{"role": "independent_reviewing_officer", "person": "iro1"}],
        "relations": [{"identifier": {"system": "compact", "value": "K-2"}, "relation": "sibling"}],
        "placement": {"kind": "residential", "in_area": True},
        "documents": [{"kind": "missing_profile", "updated_at": _AT}],
    },
    "worker.missing_report": {"child": CHILD, "by": WORKER, "at": _AT},
    "worker.found_report": {"by": WORKER, "found_at": _AT},
    "screening.decision": {"rhi": "required", "by": WORKER},
    "rag.set": {"value": "RED", "by": WORKER},
    "threshold.decision": {"by": WORKER, "met": True},
    "manager.decision": {"kind": "vulnerability", "decision": "vulnerable", "by": WORKER},
    "clock.override": {"value": _AT, "reason": "seen later", "by": WORKER},
    "rhi.outcome": {"result": "refused", "at": _AT, "interviewer": WORKER},
    "meeting.held": {"kind": "mam", "held_at": _AT, "attendees": [WORKER]},
    "meeting.decision": {"kind": "mam", "decision": "not_convened", "by": WORKER},
    "case.opened": {"child": CHILD, "service": "cscs", "worker": "sw2"},
    "case.closed": {"child": CHILD, "service": "cscs"},
    "document.updated": {"child": CHILD, "kind": "return_interview", "at": _AT},
    "task.completed": {"kind": "process_notification", "by": WORKER},
    "message.acknowledged": {"type": "senior.alert", "by": WORKER},
    "disagreement.raised": {"about": "threshold", "between": [WORKER]},
    "disagreement.unresolved": {"step": 1},
    "disagreement.resolved": {"outcome": "agreed"},
    "match.decision": {"child": CHILD, "by": WORKER},
}


def example(type_: str, force: str = "XX", authority: str = "nottinghamshire", incident: str = "P-1") -> dict[str, Any]:
    """The data of a message of the type, as its owner sends it."""
    told = _OWN[type_]
    match kind_of_topic(INBOUND[type_]):
        case TopicKind.POLICE:
            return {"force": force, "incident": incident, **told}
        case TopicKind.REGISTER:
            return {"authority": authority, **told}
    return {"authority": authority, "force": force, "incident": incident, **told}


def topic_of(type_: str, owner: str) -> str:
    """The topic of that type of message, were it that owner's."""
    kind = kind_of_topic(INBOUND[type_])
    last = {TopicKind.POLICE: "notifications", TopicKind.CASEWORK: "outcomes", TopicKind.REGISTER: "children"}[kind]
    return f"{kind}.{owner}.{last}.v1"
