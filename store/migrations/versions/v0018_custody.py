"""The chain of each episode, and the roots over all rows of the ledger. Rows that are there already stay without a
link: they are vouched for from the first root on, which is made over all of them when a hub runs."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from store.append_only import statements

revision = "0018"
down_revision = "0017"

_INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
_LEDGER = ("position", "id", "at", "kind", "authority", "episode", "causation", "entry", "contents_hash", "hash")
_ADDED = ("number", "link")
_ROOTS = ("number", "at", "closes", "through", "rows", "tree", "root", "leaves")
_STAMPS = ("number", "at", "service", "token")


def upgrade() -> None:
    """Add the columns and the tables, each with the triggers by which it only grows."""
    postgres = op.get_context().dialect.name == "postgresql"
    op.add_column("ledger", sa.Column("number", sa.BigInteger()))
    op.add_column("ledger", sa.Column("link", sa.Text()))
    op.drop_index("ledger_episode_idx", "ledger")
    op.create_index("ledger_of_episode", "ledger", ["episode", "number"], unique=True)
    op.create_table(
        "ledger_heads",
        sa.Column("episode", sa.Text(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("episode", name="ledger_heads_pkey"),
    )
    op.create_table(
        "ledger_roots",
        *_numbered(),
        sa.Column("closes", sa.Text()),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("through", "rows")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("tree", "root")),
        sa.Column("leaves", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="ledger_roots_pkey"),
    )
    op.create_table(
        "ledger_stamps",
        *_numbered(),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="ledger_stamps_pkey"),
    )
    for trigger in ("only_grows",) if postgres else ("no_update", "no_delete"):
        op.execute(f"DROP TRIGGER ledger_{trigger}" + (" ON ledger" if postgres else ""))
    lasting = {"ledger": (*_LEDGER, *_ADDED), "ledger_roots": _ROOTS, "ledger_stamps": _STAMPS}
    for table, columns in lasting.items():
        for statement in statements(table, columns, None, postgres):
            op.execute(statement)


def _numbered() -> list[sa.Column[Any]]:
    number = sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False)
    return [number, sa.Column("at", _INSTANT, nullable=False)]
