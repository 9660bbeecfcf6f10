"""What a message tells of its episode, and what the pack keeps from its recipients.

Each field as far as it is known. `Pack.withheld` says for a role, a type of message or one of its kinds which fields
that reader, or that purpose, does not need; what is kept from one recipient is left out for all of them.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, get_args

from routing.closed_lists import PoliceGrade
from routing.messages import Recipient
from routing.pack import Pack, Rule
from routing.situation import Situation

_WINDOW = 90
"""Days back from the newest start, that start included (T-9)."""


def told(s: Situation, rule: Rule, to: tuple[Recipient, ...], pack: Pack, at: datetime) -> dict[str, Any] | None:
    """What is told of the episode to these recipients at that instant; None where the message is about none."""
    if s.about != "episode":
        return None
    kept_back = {field for name in (*rule.names[1:], *(r.role for r in to)) for field in pack.withheld.get(name, ())}
    return {name: value for name, value in _known_once(s, at).items() if value is not None and name not in kept_back}


def _known_once(s: Situation, at: datetime) -> Mapping[str, Any]:
    """Looked up once for all messages of one moment: what rules send changes nothing of it."""
    about = (s.episode, s.record, s.others, at)
    known: Mapping[str, Any]
    before, known = s.memo.get(_known, ((), {}))
    if len(before) != len(about) or any(one is not other for one, other in zip(before, about, strict=True)):
        known = _known(s, at)
        s.memo[_known] = about, known
    return known


def _known(s: Situation, at: datetime) -> Mapping[str, Any]:
    """Everything that is known; None for what is not. Of an episode that was reported in error only whose it was."""
    episode, reference = s.episode, s.reference()
    whose = {"force": reference.force if reference else None, "age": s.age_at(at)}
    if episode.state == "retracted":
        return whose
    missing, found = episode.missing, None if episode.still_missing else episode.found
    registered = s.record.registered
    return {
        "classification": episode.classification,
        "risk": episode.risk if episode.risk in get_args(PoliceGrade) else None,
        "missing_since": episode.start,
        "reported_at": missing.reported_at if missing else None,
        "last_seen_at": (missing.last_seen_at or missing.last_seen_by_responsible_adult_at) if missing else None,
        "missing_from": missing.missing_from if missing else None,
        "found_at": found.found_at if found else None,
        "returned_at": found.returned_at if found else None,
        **whose,
        "looked_after": s.looked_after() if registered else None,
        "plan": s.record.plan if registered else None,
        "episodes_in_90_days": s.starts_within(_WINDOW) or None,
    }
