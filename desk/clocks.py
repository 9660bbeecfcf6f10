"""The clocks of a case as its reader sees them: what somebody is waited for, and what Homeward itself will do, each
with its instant and how it stands. How a clock is put into words is told in `desk.clock_words`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from desk.acts import act_of, binds_hub, who_is_meant
from desk.clock_words import Bar, LimitStanding, bar_of, clock_change, limit_in_words, standing_of
from reporting.held_cases import HeldCase
from routing.case import Case
from routing.pack import Pack
from store import WorkRow

_LADDER = "acknowledge"
"""What the timers of a ladder name; its step is told with the message that waits to be acknowledged."""


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock. `what` runs out, `who` is waited for (empty: Homeward acts by itself). `since`: what it counts from.
    `message`: the one that asks."""

    what: str
    who: str
    due: datetime | None
    since: datetime | None
    standing: LimitStanding
    limit: str
    note: str = ""
    message: str | None = None
    rule: str | None = None

    def bar(self, now: datetime, milestones: Sequence[datetime] = ()) -> Bar | None:
        return bar_of(self.since, self.due, now, milestones)


def sorted_clocks(clocks: Sequence[Clock]) -> list[Clock]:
    """Overdue first, then the next limit, then what has none, the longest asked first."""
    return sorted(clocks, key=lambda c: (c.due is None, c.due or c.since, c.what))


def work_clock(row: WorkRow, pack: Pack, now: datetime) -> Clock:
    """The clock of something that waits for one recipient."""
    act = act_of(pack, row.type, row.kind)
    what = f"Confirm: {act[:1].lower()}{act[1:]}" if row.wanted == "acknowledgement" else act
    due = readers_limit(row)
    standing = standing_of(row.since, due, now)
    limit = limit_in_words(due, now) if due else "No time limit in the procedure"
    note = clock_change(row.since, due) if due else ""
    return Clock(what, who_is_meant(pack, row.role, row.person), due, row.since, standing, limit, note, row.message)


def readers_limit(row: WorkRow) -> datetime | None:
    """The limit on whoever is asked; what binds the hub is none of theirs."""
    return None if binds_hub(row.type) and row.wanted != "acknowledgement" else row.due


def is_told(pack: Pack, rule: str) -> bool:
    """Whether a clock is told as one of its own: a rung of a ladder is told with the message that it is about."""
    return rule != _LADDER and rule in pack.rules_by_id


def work_clocks(rows: Sequence[WorkRow], pack: Pack, now: datetime) -> list[Clock]:
    """The same for several rows; one message that waits for several recipients has one clock."""
    found: dict[tuple[str, str], list[WorkRow]] = {}
    for row in rows:
        found.setdefault((row.message, row.wanted), []).append(row)
    return sorted_clocks([_together([work_clock(row, pack, now) for row in same]) for same in found.values()])


def clocks_ahead(held: HeldCase, pack: Pack, now: datetime) -> list[Clock]:
    """What Homeward will do by itself in an episode if nothing changes, soonest first."""
    case = held.case
    return sorted_clocks([*_timers(case, pack, now)]) if isinstance(case, Case) else []


def _together(clocks: Sequence[Clock]) -> Clock:
    first = clocks[0]
    who = ", ".join(dict.fromkeys(clock.who for clock in clocks))
    return Clock(
        first.what, who, first.due, first.since, first.standing, first.limit, first.note, first.message, first.rule
    )


def _timers(case: Case, pack: Pack, now: datetime) -> Iterator[Clock]:
    start = case.episode.start
    for timer in case.timers:
        if not is_told(pack, timer.rule):
            continue
        rule = pack.rules_by_id[timer.rule]
        note = clock_change(start, timer.due_at) if start else ""
        limit = limit_in_words(timer.due_at, now)
        standing = standing_of(start, timer.due_at, now)
        what = rule.title or act_of(pack, rule.send, rule.kind)
        yield Clock(what, "", timer.due_at, start, standing, limit, note, rule=rule.id)


def milestones(held: HeldCase, pack: Pack) -> list[datetime]:
    """When limits that count from the start of an episode were reached on the way."""
    case = held.case
    if not isinstance(case, Case):
        return []
    moments = {rule.id for rule in pack.rules if rule.moment is not None}
    return [promise.at for promise in case.promises if promise.rule in moments]
