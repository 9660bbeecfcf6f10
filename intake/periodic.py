"""Data that an authority sends on the first day after each month or quarter (London dates): when, to whom and why.
What the figures are and how they are counted is in `reporting`."""

import logging
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from reporting.figures import Figures
from reporting.reading import figures_of
from reporting.span import Span
from routing.library import Packs
from routing.messages import Message, Recipient, derived_id
from routing.pack import Pack, Periodic
from routing.tables import PackError
from store import Store
from store.rows import TimerRow

log = logging.getLogger(__name__)


def begin(pack: Pack, now: datetime) -> list[TimerRow]:
    """The timers of an authority's periodic reports, for the periods under way."""
    return [_timer(pack, report, now) for report in pack.periodic]


async def counted(store: Store, timers: Sequence[TimerRow], packs: Packs) -> dict[str, Figures]:
    """The figures of the periods that have ended, as they are known now, for each of the timers by its id. It is a
    reading of its own: it takes a while at a large authority, and nobody waits for it meanwhile. An authority that is
    not served any more has none sent to it."""
    found: dict[str, Figures] = {}
    for authority in sorted({timer.authority for timer in timers}):
        if authority not in packs.authorities:
            log.warning("A periodic report is left out: its authority is not served", extra={"authority": authority})
            continue
        theirs = [timer for timer in timers if timer.authority == authority]
        async with store.reading() as tx:
            made = await figures_of(tx, authority, [_ended(timer, packs)[2] for timer in theirs])
        found |= {timer.id: figures for timer, figures in zip(theirs, made, strict=True)}
    return found


def fire(timer: TimerRow, figures: Figures, packs: Packs, now: datetime) -> tuple[Message, list[TimerRow]]:
    """The report of the period that has ended, and the timer of the next one, if the version in force then has it."""
    pack, report, span = _ended(timer, packs)
    after = begin(packs.governing(timer.authority, timer.due_at), timer.due_at)
    return _message(pack, report, span, figures, now), [each for each in after if each.rule == timer.rule]


def _ended(timer: TimerRow, packs: Packs) -> tuple[Pack, Periodic, Span]:
    """What is due of the period that has ended: as a version has it that was in force in it, of several the one with
    the longest period, so that no month is left out; else as the last one had it. Raises PackError where none has."""
    last = timer.due_at - timedelta(seconds=1)
    until = packs.governing(timer.authority, last).in_force_from
    versions = (pack for pack in reversed(packs.all()[timer.authority]) if pack.in_force_from <= until)
    known = ((pack, r, _span(r, last)) for pack in versions for r in pack.periodic if r.id == timer.rule)
    ended = [each for each in known if each[2].until == timer.due_at]
    if not ended:
        raise PackError(
            f"a report '{timer.rule}' of {timer.authority} is due, and no version has it; put the file of the one that "
            "had it back into protocols/"
        )
    in_force = [
        (pack, report, span)
        for pack, report, span in ended
        if pack.in_force_from >= packs.governing(pack.authority, span.since).in_force_from
    ]
    return max(in_force, key=lambda each: each[2].until - each[2].since, default=ended[0])


def _message(pack: Pack, report: Periodic, span: Span, figures: Figures, now: datetime) -> Message:
    return Message(
        id=derived_id("message", pack.authority, report.id, span.name),
        type="report.data",
        rule=report.id,
        at=now,
        authority=pack.authority,
        pack=pack.authority,
        version=pack.version,
        clauses=report.clauses,
        to=tuple(Recipient(t.role, None, pack.roles[t.role].channel) for t in report.to if t.role),
        subject_key=pack.authority,
        modality="must",
        fields={"period": span.name, "figures": asdict(figures)},
    )


def _timer(pack: Pack, report: Periodic, at: datetime) -> TimerRow:
    due = _span(report, at).until
    key = derived_id("timer", pack.authority, report.id, due.isoformat())
    return TimerRow(key, pack.authority, f"authority/{pack.authority}/{report.id}", None, report.id, due)


def _span(report: Periodic, at: datetime) -> Span:
    """The period under way at an instant."""
    return Span.month_of(at) if report.period == "month" else Span.quarter_of(at)
