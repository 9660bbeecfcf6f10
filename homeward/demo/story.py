"""The synthetic fortnight: what is published, when, and what must come of it. Nobody in it exists.

London time, March 2026. Each child stands for one way through the procedure of Nottinghamshire.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from routing.calendar import LONDON

AUTHORITY = "nottinghamshire"
FORCE = "XX"


@dataclass(frozen=True, slots=True)
class Scene:
    """One record to publish. `says` tells in a line what it is about."""

    at: datetime
    type: str
    key: str
    data: dict[str, Any]
    says: str
    raw: bytes | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """Something that must have been said by the end: a message of that type (and kind) about an incident, to a role,
    citing a clause. `count` where it must be that often."""

    incident: str | None
    type: str
    kind: str | None
    role: str
    clause: str
    count: int = 1


@dataclass(slots=True)
class _Telling:
    scenes: list[Scene] = field(default_factory=list)

    def register(self, child: str, says: str, **held: Any) -> None:
        data = {
            "authority": AUTHORITY,
            "child": {"identifiers": _numbers(child), "date_of_birth": "2011-09-01"},
            **held,
        }
        self.scenes.append(Scene(_at("02 08:00"), "case.context", child, data, says))

    def missing(self, when: str, child: str, incident: str, reported: str, says: str, **more: Any) -> None:
        data = {
            **_incident(incident),
            "child": {"identifiers": _numbers(child)[-1:]},
            "responsible_authority": AUTHORITY,
            "classification": "missing",
            "system": "COMPACT",
            "reported_at": _at(reported).isoformat(),
            **more,
        }
        self.scenes.append(Scene(_at(when), "police.missing", incident, data, says))

    def found(self, when: str, child: str, incident: str, returned: str, says: str, **more: Any) -> None:
        data = {
            **_incident(incident),
            "child": {"identifiers": _numbers(child)[-1:]},
            "returned_at": _at(returned).isoformat(),
            "safe_and_well": {"done": True},
            **more,
        }
        self.scenes.append(Scene(_at(when), "police.found", incident, data, says))


def _at(text: str) -> datetime:
    return datetime.strptime(f"2026-03-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=LONDON).astimezone(UTC)


def _incident(incident: str) -> dict[str, Any]:
    return {"incident": incident, "force": FORCE}


def _numbers(child: str) -> list[dict[str, str]]:
    return [{"system": "mosaic", "value": f"M-{child}"}, {"system": "compact", "value": f"K-{child}"}]


def fortnight() -> list[Scene]:
    """What is published, in order of time."""
    told = _Telling()
    told.register("1", "a child known to no service", services=[])
    told.register("2", "a looked-after child with a social worker", plan="looked_after", legal_status="section_20",
                  services=[{"service": "cscs", "worker": "sw2", "manager": "tm2"}],
                  professionals=[{"role": "independent_reviewing_officer", "person": "iro2"}])  # fmt: skip
    told.register("3", "a child open to the runaways service",
                  services=[{"service": "nrs", "worker": "nrsw3", "manager": "nrsm3"}])  # fmt: skip
    told.register("4", "a child known to no service", services=[])
    told.register("5", "a child in need with a social worker", plan="child_in_need",
                  services=[{"service": "cscs", "worker": "sw5", "manager": "tm5"}])  # fmt: skip
    calm = {"vulnerable": False, "child_protection_concern": False}
    told.missing("02 21:40", "1", "XX-0301", "02 21:15", "first time, no open case, not vulnerable", **calm)
    told.found("03 01:20", "1", "XX-0301", "03 01:00", "back after less than four hours")
    told.missing("03 18:10", "2", "XX-0302", "03 17:45", "looked after; the 24 and 72 hour limits start")
    told.missing("04 16:59", "3", "XX-0303", "04 16:30", "open to NRS; received a minute before five")
    told.found("04 23:30", "3", "XX-0303", "04 23:10", "back the same evening; forwarded, no interview due")
    told.missing("05 20:05", "4", "XX-0304", "05 19:30", "no open case, with a child protection concern",
                 vulnerable=True, child_protection_concern=True)  # fmt: skip
    told.found(
        "06 09:00", "4", "XX-0304", "06 08:30", "back; CSCS has not answered yet, so nobody is asked to interview"
    )
    told.found("07 11:00", "2", "XX-0302", "07 10:30", "back after 88 hours: everyone who was told hears of it")
    told.missing(
        "08 12:00", "1", "XX-0305", "08 11:40", "second time, on a Sunday: NRS will be asked to interview", **calm
    )
    told.found("08 19:00", "1", "XX-0305", "08 18:40", "back the same day")
    told.missing("09 09:30", "5", "XX-0306", "09 09:00", "a child in need")
    told.found("09 15:00", "5", "XX-0306", "09 14:30", "back")
    told.missing("11 22:00", "5", "XX-0307", "11 21:30", "the same child again")
    told.found("12 06:00", "5", "XX-0307", "12 05:30", "back: the second episode asks for an interview")
    told.missing("13 17:00", "5", "XX-0308", "13 16:20", "third time in 90 days; received at five on a Friday")
    told.missing("13 17:30", "5", "XX-0308", "13 16:20", "the same notification sent again under another id")
    told.found("14 10:00", "6", "XX-0309", "14 09:30", "a found notification without a missing one",
               responsible_authority=AUTHORITY)  # fmt: skip
    told.scenes.append(
        Scene(
            _at("14 10:05"),
            "unreadable",
            "XX-0310",
            {},
            "a record that is not a CloudEvent",
            raw=b"\xff\xfe no message",
        )
    )
    told.found("15 20:00", "5", "XX-0308", "15 19:30", "back after 51 hours")
    return sorted(told.scenes, key=lambda scene: scene.at)


ENDS = _at("16 12:00")
"""When the fortnight is over: the clocks run until then."""

EXPECTED: tuple[Expected, ...] = (
    Expected("XX-0301", "task.create", "process_notification", "children_missing_officer", "NOTTS-22", count=2),
    Expected("XX-0301", "episode.store_nfa", None, "mosaic", "NOTTS-36"),
    Expected("XX-0302", "notify.missing", None, "allocated_social_worker", "NOTTS-35"),
    Expected("XX-0302", "notify.info", "looked_after_child_missing", "independent_reviewing_officer", "NOTTS-57"),
    Expected("XX-0302", "senior.alert", "absence_24h", "service_director", "NOTTS-48"),
    Expected("XX-0302", "senior.alert", "update_72h", "service_director", "NOTTS-49"),
    Expected("XX-0302", "meeting.request", "strategy_discussion", "allocated_social_worker", "NOTTS-43"),
    Expected("XX-0302", "meeting.request", "mam", "allocated_social_worker", "NOTTS-15"),
    Expected("XX-0302", "rhi.request", None, "allocated_social_worker", "NOTTS-12"),
    Expected("XX-0302", "notify.found", None, "service_director", "NOTTS-18"),
    Expected("XX-0302", "rhi.breach", None, "allocated_social_worker", "NOTTS-12"),
    Expected("XX-0303", "notify.missing", None, "nrs_case_manager_1", "NOTTS-33"),
    Expected("XX-0304", "referral.create", "cscs_threshold", "cscs", "NOTTS-26"),
    Expected("XX-0304", "rhi.request", None, "cscs", "NOTTS-12", count=0),
    Expected("XX-0305", "rhi.request", None, "nrs_case_manager_2", "NOTTS-31"),
    Expected("XX-0305", "rhi.breach", None, "children_missing_officer", "NOTTS-12"),
    Expected("XX-0307", "rhi.request", None, "allocated_social_worker", "NOTTS-09"),
    Expected("XX-0308", "meeting.request", "mam", "allocated_social_worker", "NOTTS-14"),
    Expected("XX-0308", "rhi.request", None, "allocated_social_worker", "NOTTS-11"),
    Expected("XX-0309", "exception.raise", "unmatched_found", "children_missing_officer", "NOTTS-18"),
    Expected(None, "exception.raise", "unreadable", "operator", "HUB"),
)
