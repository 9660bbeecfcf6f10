"""What a police force sees of its own incidents: how each stands, whether the council heard, and what was asked of the
force. Nothing of social care: no worker, no plan, no register, no task of a council, and no name."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from desk.acts import act_of
from desk.clock_words import day_and_hour, limit_in_words
from desk.views.episode import state_in_words
from desk.views.timeline import STATES
from reporting.held_cases import HeldCase
from routing.message_types import MESSAGE_TYPES
from routing.pack import Pack
from schemas.topics import one_spelling, police_intelligence
from store import Delivery, WorkRow

_ARRIVED = ("accepted", "delivered")


@dataclass(frozen=True, slots=True)
class AskedOfForce:
    """A message to the force. `waits`: somebody waits for its answer still."""

    message: str
    what: str
    when: str
    became: str
    limit: str
    waits: bool


@dataclass(frozen=True, slots=True)
class ForceIncident:
    """One incident of the force as one council has it. `heard`: whether the council was told, and confirmed."""

    reference: str
    authority: str
    state: str
    risk: str
    missing: bool
    heard: str
    asked: tuple[AskedOfForce, ...]


def force_incident(
    held: HeldCase, deliveries: Sequence[Delivery], forces: Collection[str], roles: Collection[str], pack: Pack,
    now: datetime,
) -> ForceIncident | None:  # fmt: skip
    """The incident; None where it is none of these forces'. `roles`: those of the council's procedure that are the
    police's."""
    case = held.episode
    if case is None:
        return None
    own = [r.incident for r in case.episode.references if r.force in forces]
    if not own:
        return None
    alone = all(r.force in forces for r in case.episode.references)
    to_force = [d for d in deliveries if is_to_force(d, forces, roles if alone else ())]
    waiting = {row.message: row for row in held.work}
    by_message = {d.row.message_id: d for d in reversed(to_force)}
    asked = [_asked(d, waiting, pack, now) for d in sorted(by_message.values(), key=lambda d: -d.position)]
    others = [d for d in deliveries if d not in to_force]
    return ForceIncident(
        ", ".join(own),
        held.authority,
        state_in_words(held, now),
        case.episode.risk or "not graded",
        case.episode.still_missing,
        _heard(held, others, now),
        tuple(asked),
    )


def is_to_force(delivery: Delivery, forces: Collection[str], roles: Collection[str]) -> bool:
    """Whether a row went, or goes, to one of these forces: on its topic, or by e-mail to a role of the police."""
    channel, _, where = delivery.row.destination.partition("/")
    if channel != "mail":
        return one_spelling(where) in {one_spelling(police_intelligence(force)) for force in forces}
    return where.partition("?")[0].split("/")[1] in roles


def incident_of(delivery: Delivery) -> str:
    """The reference that a message names; empty where it names none, or was purged."""
    told = json.loads(delivery.row.payload) if delivery.row.payload else {}
    return str(told.get("incident") or "")


def _asked(delivery: Delivery, waiting: Mapping[str, WorkRow], pack: Pack, now: datetime) -> AskedOfForce:
    row = delivery.row
    told = json.loads(row.payload) if row.payload else {}
    due = datetime.fromisoformat(told["due"]) if told.get("due") else None
    known = MESSAGE_TYPES.get(row.type)
    limit = limit_in_words(due, now) if due and row.message_id in waiting and not (known and known.binds_hub) else ""
    became = STATES.get(delivery.state, delivery.state.replace("_", " "))
    what = act_of(pack, row.type, row.kind)
    return AskedOfForce(row.message_id, what, day_and_hour(row.at, now), became, limit, row.message_id in waiting)


def _heard(held: HeldCase, deliveries: Sequence[Delivery], now: datetime) -> str:
    """Whether what the force reported has reached people at the council, without saying whom."""
    case = held.episode
    assert case is not None
    confirmed = [a.origin.at for a in case.episode.acknowledged]
    if confirmed:
        return f"Confirmed by a person at the council, {day_and_hour(min(confirmed), now)}"
    arrived = [d for d in deliveries if d.state in _ARRIVED]
    if arrived:
        first = min(arrived, key=lambda d: d.settled_at or d.row.at)
        when = day_and_hour(first.settled_at or first.row.at, now)
        return f"Passed on to the council, {when}; not confirmed by a person"
    if deliveries:
        return "Being passed on to the council; it has not arrived yet"
    return "Taken in; nothing was sent to the council"
