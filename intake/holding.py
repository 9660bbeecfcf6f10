"""Holding early word (AMB-181): a report of an incident that nobody has reported yet is kept, across authorities, until
the incident is placed anywhere. A person hears that it waits, and hears again where it waits long."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

from enrichment.children import Child
from episodes.reports import Found, Report
from episodes.returning import outdated
from intake.early import EarlyWord, early_of, incident_lock, row_of
from intake.noting import sender_of
from intake.records import Parse, Parsed
from intake.rejecting import aside
from intake.step import Context, Step, raised
from routing.decide import decide_early
from routing.library import HUB
from routing.messages import Message
from store import Transaction
from store.rows import TimerRow

UNKNOWN_INCIDENT = "it speaks of an incident that nobody has reported here yet, and waits for the report"
_LONG = "what it speaks of has not been reported for {} hours; it still waits: check the reference"


def hold(context: Context, parsed: Parsed, concerned: Mapping[str, Child | None], unknown: bool) -> Step:
    """Keeps the report until it can be taken in, and says so to the authorities concerned, each with the child as it is
    known there. A return told once more takes the place of the one that waits, unless it is the older of the two."""
    report, early = parsed.report, context.early
    waits_for_child = report.about.incident is None or isinstance(report, Found)  # under whatever reference
    person = next((child.id for child in concerned.values() if child), None) if waits_for_child else None
    before = early.same_word(report, person)
    if before is not None:
        told = before.report
        assert isinstance(told, Found)
        assert isinstance(report, Found)
        if outdated(told.revision, report.revision):
            return Step()
        early.let_go(before)
    told_at = next(iter(concerned), HUB)
    early.keep(EarlyWord(row_of(parsed.raw, report, told_at, person), parsed))
    step = Step()
    for authority, child in (concerned or {HUB: None}).items() if before is None else ():
        step += _announced(context, authority, report, child, unknown)
    return step


def _announced(context: Context, authority: str, report: Report, child: Child | None, unknown: bool) -> Step:
    """That it waits: in the words of the pack, where it has words for a return, else in those of the hub."""
    if authority == HUB:
        kind = "unknown_authority" if unknown else "doubtful_match"
        return raised(context, HUB, kind, UNKNOWN_INCIDENT, report, report.about, of_sender=True)
    pack, messages = context.packs.governing(authority, context.now), tuple[Message, ...]()
    if isinstance(report, Found):
        said = decide_early(report, authority, child.record if child else None, pack, context.now).messages
        messages = tuple(replace(each, alike=f"{sender_of(report)}: {each.rule}") for each in said)
    return (
        Step(messages=messages)
        if messages
        else raised(context, authority, "doubtful_match", UNKNOWN_INCIDENT, report, report.about, of_sender=True)
    )


async def lock_waiting(tx: Transaction, timers: Iterable[TimerRow]) -> set[str]:
    """Keeps everybody else from taking in what these timers are about: locks the incidents that it waits for, and
    returns the children, who are to be locked with all others. Incidents come before children, as in a batch, or the
    two could wait for each other."""
    rows = await tx.early_words_named({early_of(timer.person) for timer in timers})
    await tx.lock({incident_lock(row.incident) for row in rows if row.incident})
    return {row.person for row in rows if row.person}


async def waited_long(tx: Transaction, context: Context, timers: Iterable[TimerRow], parse: Parse) -> Step:
    """What still waits although its time is over is told to a person once more; what can be read no more is set
    aside."""
    context.early.load(await tx.early_words_named({early_of(timer.person) for timer in timers}), parse)
    step = aside(context.early.unread, context.packs, context.now)
    for early in context.early:
        detail = _LONG.format(f"{context.early_after / timedelta(hours=1):g}")
        whose, report = early.row.authority, early.report
        step += raised(context, whose, "doubtful_match", detail, report, report.about, of_sender=True)
    return step
