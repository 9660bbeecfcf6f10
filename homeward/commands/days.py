"""Days as people write them on the command line. No command lives here."""

from datetime import date, datetime, time

import click


def first_instant(option: str, text: str) -> datetime:
    """The first instant of that day in London. Raises UsageError where it is no day."""
    from routing.calendar import LONDON

    try:
        return datetime.combine(date.fromisoformat(text), time(), LONDON)
    except ValueError:
        raise click.UsageError(f"{option}: '{text}' is not a day. Write it like 2026-03-01.") from None
