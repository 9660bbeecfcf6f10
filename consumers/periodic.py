"""Data that an authority sends on the first day after each month or quarter (London dates): when, to whom and why.
What the figures are and how they are counted is in `enrichment.reporting`."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from enrichment.reporting.figures import Figures
from enrichment.reporting.reading import figures_of
from enrichment.reporting.span import Span
from routing.library import Packs
from routing.messages import Message, Recipient, derived_id
from routing.pack import Pack, Periodic
from store import Transaction
from store.rows import TimerRow


def begin(pack: Pack, now: datetime) -> list[TimerRow]:
    """The timers of an authority's periodic reports, for the periods under way."""
    return [_timer(pack, report, now) for report in pack.periodic]


async def fell(
    tx: Transaction, timers: Sequence[TimerRow], packs: Packs, now: datetime
) -> list[tuple[Message, TimerRow]]:
    """The reports of the periods that have ended, with what is known by now, and the timers of the next ones."""
    ended: list[tuple[TimerRow, Pack, Periodic, Span]] = []
    for timer in timers:
        pack = packs.governing(timer.authority, timer.due_at)
        report = next(r for r in pack.periodic if r.id == timer.rule)
        ended.append((timer, pack, report, _span(report, timer.due_at - timedelta(seconds=1))))
    figures: dict[tuple[str, Span], Figures] = {}
    for authority in dict.fromkeys(timer.authority for timer in timers):
        spans = list(dict.fromkeys(span for timer, *_, span in ended if timer.authority == authority))
        counted = await figures_of(tx, authority, spans)
        figures |= {(authority, span): made for span, made in zip(spans, counted, strict=True)}
    return [
        (_message(pack, report, span, figures[timer.authority, span], now), _timer(pack, report, timer.due_at))
        for timer, pack, report, span in ended
    ]


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
