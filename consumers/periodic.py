"""Data that an authority sends on the first day after each month or quarter (London dates). Which figures it holds is
worked out where it is sent; here is when, to whom and why."""

from datetime import UTC, datetime, time, timedelta

from routing.calendar import LONDON, london_date
from routing.library import Packs
from routing.messages import Message, Recipient, derived_id
from routing.pack import Pack, Periodic
from store.rows import TimerRow


def begin(pack: Pack, now: datetime) -> list[TimerRow]:
    """The timers of an authority's periodic reports, for the periods under way."""
    return [_timer(pack, report, now) for report in pack.periodic]


def fell(timer: TimerRow, packs: Packs, now: datetime) -> tuple[Message, TimerRow]:
    """The report of the period that has ended, and the timer of the next one."""
    pack = packs.governing(timer.authority, timer.due_at)
    report = next(r for r in pack.periodic if r.id == timer.rule)
    ended = timer.due_at - timedelta(seconds=1)
    message = Message(
        id=derived_id("message", pack.authority, report.id, period_name(report, ended)),
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
        fields={"period": period_name(report, ended)},
    )
    return message, _timer(pack, report, timer.due_at)


def _timer(pack: Pack, report: Periodic, at: datetime) -> TimerRow:
    due = period_end(report, at)
    key = derived_id("timer", pack.authority, report.id, due.isoformat())
    return TimerRow(key, pack.authority, f"authority/{pack.authority}/{report.id}", None, report.id, due)


def period_end(report: Periodic, at: datetime) -> datetime:
    """The midnight in London, in UTC, at which the period under way at `at` is over."""
    day = london_date(at)
    months = 1 if report.period == "month" else 3 - (day.month - 1) % 3
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return datetime.combine(day.replace(year=year, month=month + 1, day=1), time(), LONDON).astimezone(UTC)


def period_name(report: Periodic, at: datetime) -> str:
    """A month as 2026-03, a quarter as 2026-01/2026-03."""
    day = london_date(at)
    if report.period == "month":
        return f"{day:%Y-%m}"
    first = day.month - (day.month - 1) % 3
    return f"{day.year}-{first:02}/{day.year}-{first + 2:02}"
