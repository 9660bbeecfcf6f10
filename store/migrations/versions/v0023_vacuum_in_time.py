"""When Postgres vacuums and analyses the tables that grow for years: after one row in a hundred has changed or two were
added, and not after every fifth or tenth, as it does unless it is told.

Of a million deliveries a fifth are two hundred thousand. Each is written three times, and what it was before is passed
by whoever looks for the next one. What a purge has emptied stays on the pages of its table until the vacuum has run.
"""

from alembic import op

revision = "0023"
down_revision = "0022"

_TABLES = (
    *("inbox", "people", "blocking", "identifiers", "episodes", "episode_references"),
    *("ledger", "ledger_heads", "sealed_contents", "outbox", "deliveries"),
)
_SHARES = (
    "autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.02, "
    "autovacuum_analyze_scale_factor = 0.02"
)


def upgrade() -> None:
    """Set the shares; SQLite has none."""
    if op.get_bind().dialect.name == "postgresql":
        for table in _TABLES:
            op.execute(f"ALTER TABLE {table} SET ({_SHARES})")
