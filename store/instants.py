"""How instants are kept: a time on Postgres, text of fixed width on SQLite."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import DateTime, Dialect, Text, TypeDecorator
from sqlalchemy.types import TypeEngine


class UtcInstant(TypeDecorator[datetime]):
    """An aware instant in UTC: timestamptz on Postgres; on SQLite ISO 8601 text of fixed width, so that it sorts."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime]:
        text_or_time = Text() if dialect.name == "sqlite" else DateTime(timezone=True)
        return dialect.type_descriptor(text_or_time)  # type: ignore[arg-type]

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """None on Postgres, whose driver takes instants and gives them: it would be called for every value."""
        return super().bind_processor(dialect) if dialect.name == "sqlite" else None

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], Any] | None:
        """None on Postgres, as above."""
        return super().result_processor(dialect, coltype) if dialect.name == "sqlite" else None

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or dialect.name != "sqlite":
            return value
        return written(value)  # type: ignore[return-value]

    def process_result_value(self, value: datetime | str | None, dialect: Dialect) -> datetime | None:
        return datetime.fromisoformat(value) if isinstance(value, str) else value


def written(instant: datetime) -> str:
    """The instant as SQLite keeps it."""
    return _in_utc(instant.astimezone(UTC))


@lru_cache(maxsize=256)
def _in_utc(instant: datetime) -> str:
    """Most rows of a batch are of one instant, and to write it out takes longer than the rest of a row."""
    return instant.isoformat(timespec="microseconds")
