"""Times as a clock on a London wall shows them."""

from datetime import UTC, datetime

from routing.calendar import LONDON


def london(text: str, fold: int = 0) -> datetime:
    """A wall clock time in London, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON, fold=fold).astimezone(UTC)
