"""A list of rows handed to a statement as parameters of a fixed number, so that its text is the same for one row and
for a thousand and the database's cache of statements holds. What the statements are for is told elsewhere."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import orjson
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    FromClause,
    Insert,
    Table,
    Text,
    any_,
    bindparam,
    func,
    insert,
    select,
)
from sqlalchemy.types import TypeEngine

from store.instants import UtcInstant, written

Parameters = dict[str, Any]


class Listing:
    """Rows with the given columns: unnested arrays on Postgres, one JSON array on SQLite (which has no bytes in it).

    `name` tells the listings of one statement apart."""

    def __init__(self, name: str, /, **columns: TypeEngine[Any] | type[TypeEngine[Any]]) -> None:
        self._name, self._columns = name, columns
        self.postgres = self._unnested()
        self.sqlite = self._from_json()

    def of(self, postgres: bool) -> FromClause:
        """The rows as something to select from, joined or inserted."""
        return self.postgres if postgres else self.sqlite

    def has(self, postgres: bool, value: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether a value is in a listing of one column. On Postgres an array, which an index can be asked for."""
        ((name, kind),) = self._columns.items()
        if postgres:
            return value == any_(bindparam(f"{self._name}_{name}", type_=_array(kind)))
        return value.in_(select(self.sqlite.c[name]))

    def parameters(self, postgres: bool, rows: Iterable[Sequence[Any]]) -> Parameters:
        """What to execute the statement with."""
        listed = list(rows)
        if not postgres:
            return {self._name: _json(listed)}
        turned = zip(*listed, strict=True) if listed else ([] for _ in self._columns)
        return {f"{self._name}_{name}": list(values) for name, values in zip(self._columns, turned, strict=True)}

    def _unnested(self) -> FromClause:
        arrays = [bindparam(f"{self._name}_{name}", type_=_array(kind)) for name, kind in self._columns.items()]
        return func.unnest(*arrays).table_valued(*self._columns, name=self._name).render_derived()

    def _from_json(self) -> FromClause:
        each = func.json_each(bindparam(self._name, type_=Text)).table_valued("value", name=f"{self._name}_each")
        columns = [
            func.json_extract(each.c.value, f"$[{place}]", type_=kind).label(name)
            for place, (name, kind) in enumerate(self._columns.items())
        ]
        return select(*columns).select_from(each).subquery(self._name)


def _array(kind: TypeEngine[Any] | type[TypeEngine[Any]]) -> TypeEngine[Any]:
    inner = kind() if isinstance(kind, type) else kind
    return ARRAY(DateTime(timezone=True) if isinstance(inner, UtcInstant) else inner)


def _json(rows: list[Sequence[Any]]) -> str:
    try:
        return orjson.dumps(rows, _instant, orjson.OPT_PASSTHROUGH_DATETIME).decode()
    except orjson.JSONEncodeError:  # half of a surrogate pair, a number of more than 64 bits: nothing is called so
        return json.dumps(rows, default=_instant)


def _instant(value: object) -> str:
    if isinstance(value, datetime):
        return written(value)
    raise TypeError(f"{type(value).__name__} is not for a listing")


KEYS = Listing("keys", key=Text)


class Writing:
    """Insertion of many rows into one table in one round trip.

    `replaces` names the columns to take over when the row is there already: none given, it is an error; an empty
    tuple, the row that was there stays. `only_if_later` names a column that must not go back. Rows come in an order
    that concurrent writers share, or they could deadlock.
    """

    def __init__(
        self,
        table: Table,
        columns: Sequence[str],
        replaces: Sequence[str] | None = None,
        only_if_later: str | None = None,
    ) -> None:
        self.table, self._columns, self._replaces = table, tuple(columns), replaces
        self._later = only_if_later
        self._name = f"{table.name}_rows"  # that of no other table and a column, as `ledger_contents` alone could be

    @cache  # noqa: B019 - a handful of writings live as long as the program
    def statement(self, postgres: bool) -> Insert:
        """INSERT from unnested arrays (one statement for the server to run) or, for SQLite, for an executemany."""
        from sqlalchemy.dialects import postgresql, sqlite

        if postgres:
            insert: Any = postgresql.insert(self.table).from_select(self._columns, select(self._rows()))
        else:
            values = {name: bindparam(name, type_=self.table.c[name].type) for name in self._columns}
            insert = sqlite.insert(self.table).values(values)
        if self._replaces is None:
            return insert  # type: ignore[no-any-return]
        keys = list(self.table.primary_key)
        if not self._replaces:
            return insert.on_conflict_do_nothing(index_elements=keys)  # type: ignore[no-any-return]
        later = insert.excluded[self._later] > self.table.c[self._later] if self._later else None
        return insert.on_conflict_do_update(  # type: ignore[no-any-return]
            index_elements=keys, set_={name: insert.excluded[name] for name in self._replaces}, where=later
        )

    def where(self, condition: ColumnElement[bool]) -> Insert:
        """INSERT as Postgres takes it, if a condition holds. A row that is there already is an error."""
        return insert(self.table).from_select(self._columns, select(self._rows()).where(condition))

    def _rows(self) -> FromClause:
        return Listing(self._name, **{name: self.table.c[name].type for name in self._columns}).postgres

    def parameters(self, postgres: bool, rows: Sequence[Sequence[Any]]) -> Parameters | list[Parameters]:
        """What to execute the statement with; `rows` is not empty."""
        if postgres:
            turned = zip(self._columns, zip(*rows, strict=True), strict=True)
            return {f"{self._name}_{name}": list(values) for name, values in turned}
        return [dict(zip(self._columns, row, strict=True)) for row in rows]
