"""The two ways in which the database can say no, told apart, so that callers need to know no driver."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, ProgrammingError, TimeoutError

_UNPREPARED = ("42P01", "42703")  # Postgres: undefined table, undefined column


class StoreUnavailableError(Exception):
    """The database cannot be reached or is too busy, or two transactions blocked each other: try again later."""


class StoreRefusedError(Exception):
    """The database will not take these rows (a duplicate id, a text it cannot store): trying again is pointless."""


class StoreUnpreparedError(StoreUnavailableError):
    """Tables or columns are missing: the database waits to be migrated."""


@contextmanager
def translated() -> Iterator[None]:
    """Turn the errors of the driver into the ones above. They stand alone, without the driver's own: that may quote the
    values it was given, and they would end up in a log."""
    try:
        yield
    except (IntegrityError, DataError) as error:
        raise StoreRefusedError(_cause(error)) from None
    except DBAPIError as error:
        state = _state(error)
        unfit = isinstance(error, InterfaceError) and not error.connection_invalidated
        if unfit or state[:2] in ("22", "23"):
            raise StoreRefusedError(_cause(error)) from None
        if state in _UNPREPARED or str(error.orig).startswith(("no such table", "no such column")):
            raise StoreUnpreparedError("Tables are missing or out of date. Run `homeward migrate`.") from None
        if isinstance(error, ProgrammingError):
            raise  # a fault of ours: it is to be seen as it is
        raise StoreUnavailableError(_cause(error)) from None
    except UnicodeEncodeError:
        raise StoreRefusedError("a text contains a lone surrogate") from None
    except (OSError, TimeoutError) as error:
        raise StoreUnavailableError(type(error).__name__) from None


def _cause(error: DBAPIError) -> str:
    """What the driver calls it: its class, the state that SQL has for it, the constraint. No value."""
    driver = error.orig.__cause__ if error.orig is not None and error.orig.__cause__ is not None else error.orig
    parts = (type(driver).__name__, _state(error), getattr(driver, "constraint_name", None))
    return " ".join(part for part in parts if part)


def _state(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")
