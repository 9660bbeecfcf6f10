"""Days and instants as people write them on the command line. No command lives here."""

from datetime import UTC, date, datetime

import click


def first_instant(option: str, text: str) -> datetime:
    """The first instant of that day in London. Raises UsageError where it is no day."""
    from routing.calendar import LONDON, first_instant_of

    try:
        return first_instant_of(date.fromisoformat(text)).astimezone(LONDON)
    except ValueError:
        raise click.UsageError(f"{option}: '{text}' is not a day. Write it like 2026-03-01.") from None


def instant(option: str, text: str) -> datetime:
    """That instant in UTC. Raises UsageError where it is none, or does not say of which zone."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    try:
        if at is not None and at.tzinfo is not None:
            return at.astimezone(UTC)
    except OverflowError:
        pass  # no calendar has it
    raise click.UsageError(f"{option}: '{text}' is not an instant. Write it like 2026-03-20T00:00:00Z.")
