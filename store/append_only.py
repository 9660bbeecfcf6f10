"""Triggers of the database: no row of the ledger, its roots or the outbox is changed or removed, whatever writes to it.

Two things may leave: what an outbox row says (`payload`) may be emptied when its retention has ended; and a row of the
outbox that was born as a canary of the hub itself, which is about nobody, may be removed. No row becomes one.
"""

from sqlalchemy import DDL, MetaData, Table, event

from store.rows import CANARY

_REFUSE = """
CREATE OR REPLACE FUNCTION homeward_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% only grows: no row of it is changed or removed', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
_REFUSED = "BEGIN SELECT RAISE(ABORT, '{table} only grows: no row of it is changed or removed'); END"


def statements(
    table: str, lasting: tuple[str, ...], emptied: str | None, postgres: bool, leaves: bool = False
) -> list[str]:
    """The triggers of one table: its `lasting` columns never change, and `emptied` only becomes empty. `leaves`: its
    canaries may be removed."""
    of, refused = ", ".join(lasting), _REFUSED.format(table=table)
    stays = f"WHEN (OLD.type <> '{CANARY}')"
    if postgres:
        call = "EXECUTE FUNCTION homeward_refuse_change()"
        never = "TRUNCATE" if leaves else "DELETE OR TRUNCATE"
        made = [
            f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OF {of} OR {never} ON {table} FOR EACH STATEMENT {call}"
        ]
        if leaves:
            made.append(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW {stays} {call}")
        if emptied:
            made.append(
                f"CREATE TRIGGER {table}_only_empties BEFORE UPDATE OF {emptied} ON {table} "
                f"FOR EACH ROW WHEN (length(NEW.{emptied}) > 0) {call}"
            )
        return made
    made = [
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE OF {of} ON {table} {refused}",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {stays + ' ' if leaves else ''}{refused}",
    ]
    if emptied:
        made.append(
            f"CREATE TRIGGER {table}_only_empties BEFORE UPDATE OF {emptied} ON {table} "
            f"WHEN length(NEW.{emptied}) > 0 {refused}"
        )
    return made


def keep_append_only(metadata: MetaData, ledger: Table, outbox: Table) -> None:
    """Makes the triggers whenever the tables are made."""
    _after(metadata, "before_create", "postgresql", _REFUSE)
    keep_growing(ledger)
    _keep(outbox, "payload", leaves=True)


def keep_growing(*tables: Table) -> None:
    """The same for further tables of that metadata, of which nothing is ever emptied."""
    for table in tables:
        _keep(table, None)


def _keep(table: Table, emptied: str | None, leaves: bool = False) -> None:
    lasting = tuple(column.name for column in table.columns if column.name != emptied)
    for dialect in ("postgresql", "sqlite"):
        for statement in statements(table.name, lasting, emptied, dialect == "postgresql", leaves):
            _after(table, "after_create", dialect, statement)


def _after(target: MetaData | Table, moment: str, dialect: str, statement: str) -> None:
    ddl = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
    event.listen(target, moment, ddl.execute_if(dialect=dialect))
