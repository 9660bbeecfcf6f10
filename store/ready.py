"""Statements made ready once for their driver. SQLAlchemy looks every execution of a statement up again, and builds a
context and a result for it: for the short statements of a batch that costs more than the database does.

Connections, transactions and errors stay those of SQLAlchemy. A statement goes its usual way the first time, as many
are never seen again, and always where it leaves something to SQLAlchemy, such as defaults in Python."""

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, NoReturn
from weakref import WeakKeyDictionary

from sqlalchemy import ARRAY, Connection, Dialect, Executable
from sqlalchemy.exc import MultipleResultsFound, NoResultFound
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.types import TypeEngine

_Given = Mapping[str, Any] | Sequence[Mapping[str, Any]]


class Rows:
    """What a statement returned, read to its end. `rows`: the values of each, to which `named` gives the names of their
    columns; `rowcount`: how many rows it changed or returned, -1 where the driver does not say."""

    def __init__(self, rows: Sequence[Any], rowcount: int, named: Callable[[Any], Any] | None = None) -> None:
        self._rows, self.rowcount, self._named = rows, rowcount, named

    def __iter__(self) -> Iterator[Any]:
        return map(self._named, self._rows) if self._named else iter(self._rows)

    def all(self) -> list[Any]:
        return [*self]

    def values(self) -> Sequence[Sequence[Any]]:
        """The values of each row, without the names."""
        return self._rows

    def scalars(self) -> list[Any]:
        """The first value of each row."""
        return [row[0] for row in self._rows]

    def first(self) -> Any:
        """The first row, None where there is none."""
        return next(iter(self), None)

    def scalar(self) -> Any:
        """The first value of the first row, None where there is none."""
        return self._rows[0][0] if self._rows else None

    def one_or_none(self) -> Any:
        """The only row, None where there is none. Raises MultipleResultsFound."""
        if len(self._rows) > 1:
            raise MultipleResultsFound("Multiple rows were found when one or none was required")
        return self.first()

    def one(self) -> Any:
        """The only row. Raises NoResultFound or MultipleResultsFound."""
        if not self._rows:
            raise NoResultFound("No row was found when one was required")
        return self.one_or_none()

    def scalar_one(self) -> Any:
        """The first value of the only row. Raises as `one`."""
        return self.one()[0]

    def scalar_one_or_none(self) -> Any:
        """The first value of the only row, None where there is none. Raises MultipleResultsFound."""
        row = self.one_or_none()
        return None if row is None else row[0]


def execute(connection: Connection, statement: Executable, given: _Given) -> Rows:
    """Executes it on this connection. Raises what SQLAlchemy raises."""
    if not isinstance(statement, ClauseElement):
        return _as_usual(connection, statement, given)
    forms = _FORMS.get(statement)
    if forms is None:
        _FORMS[statement] = {}
        return _as_usual(connection, statement, given)
    which = _which(connection, given)
    if which not in forms:
        forms[which] = Form.of(statement, connection.dialect, which.names)
    form = forms[which]
    return form.run(connection, given) if form else _as_usual(connection, statement, given)


def ready_form(connection: Connection, statement: Executable, given: _Given) -> "Form | None":
    """The statement as its driver takes it; None where it was not made ready."""
    forms = _FORMS.get(statement) if isinstance(statement, ClauseElement) else None
    return forms.get(_which(connection, given)) if forms else None


class _Which(NamedTuple):
    """Of whose forms: the driver, and the names of what it is given."""

    dialect: str
    driver: str
    names: tuple[str, ...]


def _which(connection: Connection, given: _Given) -> _Which:
    names = given if isinstance(given, Mapping) else given[0]
    return _Which(connection.dialect.name, connection.dialect.driver, tuple(names))


def _as_usual(connection: Connection, statement: Executable, given: _Given) -> Rows:
    result = connection.execute(statement, given)
    rows = result.all() if result.returns_rows else ()
    return Rows(rows, result.rowcount)


class Form:
    """A statement as one driver takes it: its text, what is done to each of its parameters, and what to each value of a
    row that comes back."""

    def __init__(self, compiled: SQLCompiler, dialect: Dialect) -> None:
        self._text, self._dialect = compiled.string, dialect
        binds = [compiled.binds[name] for name in compiled.positiontup or ()]
        self._binds = [(bind.key, _change(bind.type, dialect)) for bind in binds]
        self._constants = {bind.key: bind.effective_value for bind in binds if not bind.required}
        self._columns = compiled._result_columns
        self._row: Callable[[Sequence[Any]], Any] = tuple
        self._changes: list[tuple[int, Callable[[Any], Any]]] | None = None

    @classmethod
    def of(cls, statement: ClauseElement, dialect: Dialect, names: Sequence[str]) -> "Form | None":
        """None where it is not for a driver alone."""
        compiled = statement.compile(dialect=dialect, column_keys=[*names] or None)
        if not isinstance(compiled, SQLCompiler) or not compiled.positional:
            return None
        left = (
            *(compiled.isplaintext, compiled._collected_params),
            *(compiled.insert_prefetch, compiled.update_prefetch, compiled.post_compile_params),
            *(compiled.literal_execute_params, compiled.escaped_bind_names),
            *(compiled.isinsert and compiled.implicit_returning, compiled._loose_column_name_matching),
        )
        return None if any(left) else cls(compiled, dialect)

    def run(self, connection: Connection, given: _Given) -> Rows:
        """Puts it to the driver by a cursor of the connection."""
        if not connection.in_transaction():
            connection.begin()
        cursor = None
        try:
            cursor = connection.connection.cursor()
            return self.put(connection, cursor, given)
        except BaseException as error:
            self.fails(connection, error, cursor)

    def put(self, connection: Connection, cursor: Any, given: _Given) -> Rows:
        """Puts it to the driver by this cursor. Raises the driver's own errors, which are for `fails`."""
        many, values = self._given(given)
        # Who listens to statements hears these as well.
        connection.dispatch.before_cursor_execute(connection, cursor, self._text, values, None, many)
        (cursor.executemany if many else cursor.execute)(self._text, values)
        connection.dispatch.after_cursor_execute(connection, cursor, self._text, values, None, many)
        return self._read(cursor)

    async def put_to_asyncpg(self, connection: Connection, cursor: Any, given: _Given) -> Rows:
        """The same by a cursor of asyncpg, which is awaited here: SQLAlchemy makes a greenlet to wait in, which costs
        as much as the driver does."""
        many, values = self._given(given)
        connection.dispatch.before_cursor_execute(connection, cursor, self._text, values, None, many)
        await (cursor._executemany if many else cursor._prepare_and_execute)(self._text, values)
        connection.dispatch.after_cursor_execute(connection, cursor, self._text, values, None, many)
        return self._read(cursor)

    def _given(self, given: _Given) -> tuple[bool, Any]:
        """Whether there are many, and their values in the order of the statement."""
        if isinstance(given, Mapping):
            return False, self._values(given)
        return True, [*map(self._values, given)]

    def _read(self, cursor: Any) -> Rows:
        rows = self._rows(cursor) if cursor.description else ()
        done = Rows(rows, cursor.rowcount, self._row)  # how many is known of what returns rows when all are read
        cursor.close()
        return done

    def _values(self, given: Mapping[str, Any]) -> tuple[Any, ...]:
        values = {**self._constants, **given} if self._constants else given
        return tuple([change(values[key]) if change else values[key] for key, change in self._binds])

    def _rows(self, cursor: Any) -> Sequence[Sequence[Any]]:
        if self._changes is None:
            self._learn(cursor.description)
        rows: Sequence[Any] = cursor.fetchall()
        if self._changes:
            rows = [list(row) for row in rows]
            for place, change in self._changes:
                for row in rows:
                    row[place] = change(row[place])
        return rows

    def _learn(self, description: Sequence[Any]) -> None:
        """How its rows are read: what a driver says of a column is known only once it was asked."""
        kinds = [column.type.dialect_impl(self._dialect) for column in self._columns]
        changes = [kind.result_processor(self._dialect, told[1]) for kind, told in zip(kinds, description, strict=True)]
        self._row = namedtuple("Row", [column.keyname for column in self._columns], rename=True)._make  # type: ignore[attr-defined]
        self._changes = [(place, change) for place, change in enumerate(changes) if change]

    def fails(self, connection: Connection, error: BaseException, cursor: Any) -> NoReturn:
        """As SQLAlchemy's own statements fail: the driver's errors become its own, and a connection that is lost, or
        was called off in the middle, serves nobody any more."""
        dbapi = connection.dialect.loaded_dbapi
        try:
            raise error  # SQLAlchemy looks for it where errors are handled
        except BaseException:
            text = self._text if isinstance(error, dbapi.Error) else None
            connection._handle_dbapi_exception(error, text, None, cursor, None)
        finally:
            if isinstance(error, dbapi.NotSupportedError):
                # The tables changed under what the connection had prepared: another one prepares it anew.
                connection.invalidate(error)


def _change(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """What is done to a parameter of this type, if anything. A list whose values stay as they are stays as it is, too:
    SQLAlchemy copies it twice."""
    if isinstance(kind, ARRAY) and _change(kind.item_type, dialect) is None:
        return None
    return kind.dialect_impl(dialect).bind_processor(dialect)


_FORMS: WeakKeyDictionary[ClauseElement, dict[_Which, Form | None]] = WeakKeyDictionary()
