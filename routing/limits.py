"""Instants that rules count to: anchors, limits and moments of a rule in a situation."""

from datetime import datetime, timedelta

from routing.pack import Limit, Moment
from routing.situation import Situation

# Anchors that stand once the message is sent; the others move when a report is corrected (T-8).
FIXED = frozenset({"receipt", "event", "first_sent"})
# "Over" N is strictly more than N; in practice a second after it (T-6).
JUST_AFTER = timedelta(seconds=1)


def anchor(limit: Limit, s: Situation) -> datetime | None:
    """Where a limit counts from; None while that is not known."""
    match limit.anchor:
        case "start":
            return s.episode.start
        case "return":
            return s.episode.return_at
        case "found":
            return s.episode.found.end_at if s.episode.found and s.episode.back else None
        case "receipt":
            return s.event.report.origin.at if s.event else s.episode.opened_at
        case "event":
            return s.event.at if s.event else None
        case "first_sent":
            return min((p.at for what in limit.of for p in s.promised(what)), default=None)
        case "last_held":
            return max((at for kind in limit.of if (at := s.last_held(kind))), default=None)
        case "document":
            return max((d.updated_at for d in s.record.documents if d.kind in limit.of), default=None)
    raise AssertionError(limit.anchor)


def ends(limit: Limit, s: Situation) -> datetime | None:
    """The instant of the limit: the earliest of its lengths."""
    start = anchor(limit, s)
    return None if start is None else min(length.after(start, s.calendar) for length in limit.lengths)


def goes_out(moment: Moment, s: Situation) -> datetime | None:
    """When a timed message goes out by itself; None while its anchor is not known."""
    limit = ends(moment.limit, s)
    if limit is None:
        return None
    if moment.op == "over":
        return limit + JUST_AFTER
    if moment.op == "before" and moment.lead is not None:
        return limit - moment.lead.elapsed()
    return limit
