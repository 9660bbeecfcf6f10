"""What each of three roles may do in Postgres: the owner, who migrates and purges; the runtime, as whom hub and desk
run; and readers, each of one authority. The runtime may change neither the tables nor what only grows, and removes rows
only where its work removes them."""

from collections.abc import Iterator, Mapping

from sqlalchemy import Table

from store.tables import metadata

_GROWS = {"ledger", "ledger_roots", "ledger_stamps", "outbox"}
_SHRINKS = {
    "blocking", "desk_drafts", "early_word", "feed_hours", "feed_states", "floods", "identifiers", "legal_holds",
    "pauses", "timers", "worklist",
}  # fmt: skip
"""Where rows go as the work goes on. All others leave by `homeward purge`, as the owner."""
_OF_ITS_ROW = {
    "deliveries": "position IN (SELECT position FROM outbox)",
    "ledger_contents": "hash IN (SELECT contents_hash FROM ledger)",
    "sealed_contents": "hash IN (SELECT contents_hash FROM ledger)",
}
"""Tables that name no authority and whose rows belong to rows of one that does."""


def runtime_powers(table: str) -> tuple[str, ...]:
    """What a hub does with a table, in words of SQL."""
    if table in _GROWS:
        return ("SELECT", "INSERT")
    return ("SELECT", "INSERT", "UPDATE", "DELETE") if table in _SHRINKS else ("SELECT", "INSERT", "UPDATE")


def grants(runtime: str, readers: Mapping[str, str], version_table: str = "alembic_version") -> Iterator[str]:
    """The statements, for the owner to run after each migration; they can be run again. `readers`: role → authority.
    The roles are there already."""
    yield from _from_nothing([runtime, *readers])
    for name in (runtime, *readers):
        yield f"GRANT SELECT ON {version_table} TO {_quoted(name)}"
    for table in sorted(metadata.tables):
        yield f"GRANT {', '.join(runtime_powers(table))} ON {table} TO {_quoted(runtime)}"
    # Whoever has no policy sees no row. The owner has them all.
    for table in _shown():
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        yield from _policy(table, runtime, "ALL", "true")
        for reader, authority in readers.items():
            yield f"GRANT SELECT ON {table} TO {_quoted(reader)}"
            yield from _policy(table, reader, "SELECT", _rows_of(metadata.tables[table], authority))


def _from_nothing(roles: list[str]) -> Iterator[str]:
    yield "REVOKE ALL ON SCHEMA public FROM PUBLIC"
    for role in map(_quoted, roles):
        yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}"
        yield f"GRANT USAGE ON SCHEMA public TO {role}"


def _policy(table: str, role: str, what: str, rows: str) -> Iterator[str]:
    name = _quoted(f"homeward_{role}")
    yield f"DROP POLICY IF EXISTS {name} ON {table}"
    yield f"CREATE POLICY {name} ON {table} FOR {what} TO {_quoted(role)} USING ({rows})"


def _shown() -> Iterator[str]:
    """The tables of which readers see rows."""
    return (n for n, table in sorted(metadata.tables.items()) if n in _OF_ITS_ROW or "authority" in table.columns)


def _rows_of(table: Table, authority: str) -> str:
    literal = authority.replace("'", "''")
    return _OF_ITS_ROW.get(table.name) or f"authority = '{literal}'"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
