"""Instants that rules count to: anchors, limits and moments of a rule in a situation."""

from datetime import datetime, timedelta

from episodes.events import Event
from routing.message_types import INTERVIEW_REQUEST
from routing.pack import Limit, Moment, Rule
from routing.periods import Period
from routing.situation import Situation, birthday

# Anchors that stand once the message is sent; the others move when a report is corrected (T-8).
FIXED = frozenset({"receipt", "event", "first_sent", "told_first"})
# "Over" N is strictly more than N; in practice a second after it (T-6).
JUST_AFTER = timedelta(seconds=1)


def anchor(limit: Limit, s: Situation, event: Event) -> datetime | None:
    """Where a limit counts from, for the event that a rule answers; None while that is not known."""
    match limit.anchor:
        case "start":
            return s.episode.start
        case "missing_since":
            return s.episode.missing_since
        case "return":
            return s.episode.return_at
        case "found":
            return s.episode.found.end_at if s.episode.found and s.episode.back else None
        case "receipt":
            return event.report.origin.at
        case "event":
            return event.at
        case "first_sent":
            return min((p.at for what in limit.of for p in s.promised(what)), default=None)
        case "told_first":
            return _told_first(limit.of, s)
        case "last_held":
            meeting = s.last_meeting(limit.of)
            return meeting.held_at if meeting else None
        case "eighteenth_birthday":
            born = s.born()
            return birthday(born, 18) if born else None
        case "document":
            return s.document_made(limit.of)
    raise AssertionError(limit.anchor)


def ends(limit: Limit, s: Situation, event: Event) -> datetime | None:
    """The instant of the limit: what people agreed on, else the earliest of its lengths."""
    start = anchor(limit, s, event)
    if start is None:
        return None
    agreed = _agreed(limit, s, start) if limit.agreed else None
    return agreed or min(length.after(start, s.calendar) for length in limit.lengths)


def _told_first(messages: tuple[str, ...], s: Situation) -> datetime | None:
    """When one of these messages first went to those who were later asked for the interview; to anybody, where
    nobody was asked."""
    if s.release:  # the officer's own act, where the hub does not release by itself (AMB-142)
        return s.released_at()
    asked = {r.role for p in s.reached(INTERVIEW_REQUEST) for r in p.to}
    told = (p for what in messages for p in s.reached(what))
    return min((p.at for p in told if not asked or any(r.role in asked for r in p.to)), default=None)


def _agreed(limit: Limit, s: Situation, start: datetime) -> datetime | None:
    """The date that the last meeting set for the next one, or the weeks that were agreed; the newer of the two."""
    meeting, decision = s.last_meeting(limit.of), s.newest_decision(limit.agreed or "")
    weeks = str(decision.value) if decision else ""
    if meeting and meeting.next_at and not (decision and decision.origin.at > meeting.origin.at):
        return meeting.next_at
    return Period(int(weeks), "w").after(start, s.calendar) if weeks.isdecimal() and int(weeks) else None


def goes_out(moment: Moment, s: Situation, event: Event) -> datetime | None:
    """When a timed message goes out by itself; None while its anchor is not known."""
    limit = ends(moment.limit, s, event)
    if limit is None:
        return None
    if moment.op == "over":
        return limit + JUST_AFTER
    if moment.op == "before" and moment.lead is not None:
        return limit - moment.lead.elapsed()
    return limit


def late_on_arrival(rule: Rule, s: Situation, event: Event) -> bool:
    """Whether a rule that speaks now would have spoken before, had all been told in time: its moment has passed, or of
    a duty towards a child the limit of what it asks for."""
    if rule.moment is not None:
        return True
    limit = ends(rule.due, s, event) if rule.due and not rule.on and s.about == "child" else None
    return limit is not None and limit < s.as_of
