"""The ways in which the database can say no, told apart by class, so that callers need to know no driver: whether
trying again may help, whether somebody must mend something first, or whether the rows themselves are at fault."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, TimeoutError

# Postgres: undefined schema, table, column, function; SQLite says it in words.
_UNPREPARED = ("3F000", "42P01", "42703", "42883")
_UNPREPARED_WORDS = ("no such table", "no such column", "no such index")
# Of connections, resources, operators, locks and the system itself; a server that is read-only for now (failover).
_PASSING = ("08", "40", "53", "55", "57", "58", "25006", "25P03", "25P04", "0A000", "XX000")
_CROWDED = ("53200", "54001")  # shared memory for locks, or the stack: what one transaction asks for is too much
_FORBIDDEN = ("28", "3D000", "42501", "XX001", "XX002")
_PASSING_SQLITE = ("BUSY", "LOCKED", "IOERR", "FULL", "CANTOPEN", "NOMEM", "INTERRUPT", "PROTOCOL", "SCHEMA")
_FORBIDDEN_SQLITE = ("READONLY", "PERM", "AUTH", "CORRUPT", "NOTADB")
_REPEATED = ("23505", "CONSTRAINT_PRIMARYKEY", "CONSTRAINT_UNIQUE")
_REFUSED_SQLITE = ("CONSTRAINT", "TOOBIG", "MISMATCH", "RANGE")

_CHAINS = "ledger_of_episode"
"""The index that keeps the chain of an episode single (`store.chaining`)."""
_TRUST = "Set the CA in HOMEWARD_DATABASE_CA_FILE, and name the server as its certificate does"
_ENCRYPT = "Turn it on there, or add database to HOMEWARD_CLEAR_TEXT if the network between is your own and closed"


class StoreUnavailableError(Exception):
    """The database cannot be reached or is too busy, or two transactions blocked each other: try again later."""


class StoreRefusedError(Exception):
    """The database will not take these rows (a duplicate id, a text it cannot store, a key too long for an index):
    trying again is pointless."""


class StoreRepeatedError(StoreRefusedError):
    """One of the rows is there already."""


class StoreUnpreparedError(StoreUnavailableError):
    """Tables or columns are missing: the database waits to be migrated."""


class StoreForbiddenError(StoreUnavailableError):
    """The hub may not do this there, or the database is damaged: it waits for a person, and is tried again."""


class StoreCrowdedError(StoreUnavailableError):
    """One transaction asks for more than the server has room for, such as locks: smaller ones may pass."""


@contextmanager
def translated() -> Iterator[None]:
    """Turn the errors of the driver into the ones above. They stand alone, without the driver's own: that may quote the
    values it was given, and they would end up in a log."""
    try:
        yield
    except (IntegrityError, DataError) as error:
        # Of two that begin a chain at once the second finds the first row there, and goes on behind it.
        came_second = getattr(_driver(error), "constraint_name", None) == _CHAINS
        raise (StoreUnavailableError(_cause(error)) if came_second else _refusal(error)) from None
    except DBAPIError as error:
        if fault := _fault(error):
            raise fault from None
        raise  # a fault of ours: it is to be seen as it is
    except UnicodeEncodeError:
        raise StoreRefusedError("a text contains a lone surrogate") from None
    except ssl.SSLError as error:
        raise StoreForbiddenError(f"its certificate is not accepted ({_of_certificate(error)}). {_TRUST}") from None
    except (OSError, TimeoutError) as error:
        if "rejected SSL upgrade" in str(error):
            raise StoreForbiddenError(f"it takes no TLS. {_ENCRYPT}") from None
        raise StoreUnavailableError(type(error).__name__) from None


def _fault(error: DBAPIError) -> Exception | None:
    state, words, name = _state(error), str(error.orig), _sqlite_name(error)
    if "unsupported startup parameter" in words:
        return StoreForbiddenError(
            "PgBouncer is in between and takes none of the hub's settings of a session. Connect to Postgres itself, or "
            "set pool_mode = session and ignore_startup_parameters"
        )
    if state in _UNPREPARED or words.startswith(_UNPREPARED_WORDS):
        return StoreUnpreparedError("Tables are missing or out of date. Run `homeward migrate`.")
    if state.startswith(_FORBIDDEN) or name.startswith(_FORBIDDEN_SQLITE):
        return StoreForbiddenError(_denied(error))
    if state in _CROWDED:
        return StoreCrowdedError(_cause(error))
    if state.startswith(_PASSING) or name.startswith(_PASSING_SQLITE) or error.connection_invalidated:
        return StoreUnavailableError(_cause(error))
    if state[:2] in ("22", "23", "54") or name.startswith(_REFUSED_SQLITE):
        return _refusal(error)
    if isinstance(error, InterfaceError):  # a value that the driver cannot write
        return StoreRefusedError(_cause(error))
    if not state and not name:  # the driver lost the server before it could say anything
        return StoreUnavailableError(_cause(error))
    return None


def _refusal(error: DBAPIError) -> StoreRefusedError:
    repeated = _state(error) in _REPEATED or _sqlite_name(error) in _REPEATED
    return (StoreRepeatedError if repeated else StoreRefusedError)(_cause(error))


def _of_certificate(error: ssl.SSLError) -> str:
    return str(getattr(error, "verify_message", None) or error.reason)


def _cause(error: DBAPIError) -> str:
    """What the driver calls it: its class, the state that SQL has for it, the constraint. No value."""
    driver = _driver(error)
    parts = (type(driver).__name__, _state(error), _sqlite_name(error), getattr(driver, "constraint_name", None))
    return " ".join(part for part in parts if part)


def _denied(error: DBAPIError) -> str:
    """Here the server's own words name the table and no value."""
    words = getattr(_driver(error), "message", None) or str(_driver(error))
    return f"{_cause(error)}: {words.splitlines()[0] if words else ''}".rstrip(": ")


def _driver(error: DBAPIError) -> BaseException | None:
    return error.orig.__cause__ if error.orig is not None and error.orig.__cause__ is not None else error.orig


def _state(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")


def _sqlite_name(error: DBAPIError) -> str:
    """Such as BUSY or READONLY_DBMOVED; empty for another database."""
    return str(getattr(_driver(error), "sqlite_errorname", None) or "").removeprefix("SQLITE_")
