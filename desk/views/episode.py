"""An episode as one page: who it is about without a name, what waits for whom, what lies ahead, what has been, who was
told, and what else is known of the child's episodes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from desk.clock_words import day_and_hour, time_missing
from desk.clocks import Clock, clocks_ahead, work_clocks
from desk.views.missing import MissingCard, missing_card, police_reference, record_number
from desk.views.timeline import CourseStep, Mark, ToldRow, picture, steps_of, told_of
from reporting.held_cases import HeldCase
from routing.case import Case
from routing.pack import Pack
from store import Delivery, LedgerEntry

_SHORT = 12
"""Steps that are shown before somebody asks for all."""


@dataclass(frozen=True, slots=True)
class EpisodeView:
    """`state`: how it stands in words. `waiting`: what somebody must answer; `ahead`: what Homeward will do by itself.
    `steps`: the past, newest first; `hidden`: how many more there are. `others`: the child's other episodes and those
    of relatives that were reported with it, each (id, reference, state)."""

    card: MissingCard
    state: str
    record: str
    register: str
    waiting: tuple[Clock, ...]
    ahead: tuple[Clock, ...]
    steps: tuple[CourseStep, ...]
    hidden: int
    told: tuple[ToldRow, ...]
    marks: tuple[Mark, ...]
    now_at: float
    others: tuple[tuple[str, str, str], ...]
    pack: str


def episode_view(
    held: HeldCase,
    ledger: Sequence[LedgerEntry],
    deliveries: Sequence[Delivery],
    linked: Sequence[HeldCase],
    pack: Pack,
    now: datetime,
    whole: bool = False,
) -> EpisodeView:
    """The view at an instant. `linked`: the episodes of relatives that the reader may see."""
    case = held.case
    assert isinstance(case, Case)
    ahead = clocks_ahead(held, pack, now)
    steps = steps_of(case.episode, ledger, deliveries, pack, now)
    shown = steps if whole else steps[-_SHORT:]
    confirmed = {a.message: a.by.person or a.by.role for a in case.episode.acknowledged if a.message}
    marks, now_at = picture(steps, ahead, case.episode.start or case.episode.opened_at, now)
    return EpisodeView(
        card=missing_card(held, pack, now),
        state=state_in_words(held, now),
        record=record_number(held),
        register=_register(held, now),
        waiting=tuple(work_clocks(held.work, pack, now)),
        ahead=tuple(ahead),
        steps=tuple(reversed(shown)),
        hidden=len(steps) - len(shown),
        told=tuple(told_of(deliveries, confirmed, pack, now)),
        marks=tuple(marks),
        now_at=now_at,
        others=tuple(_others(held, linked, now)),
        pack=f"{pack.title}, version {pack.version}",
    )


def state_in_words(held: HeldCase, now: datetime) -> str:
    """`missing 26 h 34 min`, `back since 07:30 Fri 6 Mar, after 88 h`."""
    case = held.case
    if not isinstance(case, Case):
        return "no episode"
    episode = case.episode
    if episode.still_missing:
        return f"{episode.classification or 'missing'} {time_missing(now - (episode.start or episode.opened_at))}"
    if episode.return_at:
        after = f", after {time_missing(episode.duration)}" if episode.duration else ""
        return f"back since {day_and_hour(episode.return_at, now)}{after}"
    return {"retracted": "taken back: it was reported in error", "waiting": "waits behind an open episode"}.get(
        episode.state, "ended without a return"
    )


def _register(held: HeldCase, now: datetime) -> str:
    record = held.child.record
    if not record.known or record.received_at is None:
        return "The register holds no record of this child."
    taken = "taken back, last known" if record.withdrawn else "received"
    return f"Register record {record_number(held)}: {taken} {day_and_hour(record.received_at, now)}."


def _others(held: HeldCase, linked: Sequence[HeldCase], now: datetime) -> list[tuple[str, str, str]]:
    own = [HeldCase(held.child, case) for case in held.child.others(held.case.id)]
    told = [(case, "earlier or later episode of this child") for case in own]
    told += [(case, "reported together with this one") for case in linked]
    return [(case.case.id, police_reference(case), f"{what}: {state_in_words(case, now)}") for case, what in told]
