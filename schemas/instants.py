"""Instants on the wire: RFC 3339 text with an offset, read to aware UTC and written with Z. No clock is read here."""

import re
from datetime import UTC, datetime

# Outside these years a time of an episode can only be a mistake of the sender, and arithmetic on it might overflow.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def read_instant(text: str) -> datetime:
    """The instant that `text` names, in UTC, to the microsecond (finer digits are dropped).

    Seconds may be left out. Raises ValueError, with a message that does not repeat the text, for anything that is not
    RFC 3339 with an offset or Z, or that lies before 1990 or after 2099.
    """
    if not _RFC3339.fullmatch(text):
        raise ValueError("must be an RFC 3339 instant with an offset or Z, as in 2026-03-16T21:40:00Z")
    try:
        # Upper case because `fromisoformat` knows neither "t" nor "z"; OverflowError comes from offsets at the
        # very ends of the calendar.
        instant = datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("is a date or time of day that does not exist") from None
    if not EARLIEST <= instant < LATEST:
        raise ValueError("must be between the years 1990 and 2099")
    return instant


def write_instant(instant: datetime) -> str:
    """RFC 3339 in UTC with Z; a fraction only where there is one. Expects an aware datetime."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
