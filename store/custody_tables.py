"""The tables that prove the ledger: how far the chain of each episode has come, the roots over all rows, and what a
time stamping service has said of them. What they mean is told in `store.chaining` and `store.sealing`."""

from sqlalchemy import BigInteger, Column, LargeBinary, Table, Text

from store.append_only import keep_growing
from store.instants import UtcInstant
from store.tables import metadata

ledger_heads = Table(
    "ledger_heads",
    metadata,
    Column("episode", Text, primary_key=True),
    Column("rows", BigInteger, nullable=False),
    Column("link", Text, nullable=False),
)

ledger_roots = Table(
    "ledger_roots",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcInstant, nullable=False),
    Column("closes", Text),  # the last day in London that it closes, if it is the first root of another
    Column("through", BigInteger, nullable=False),  # the highest position that has been sealed
    Column("rows", BigInteger, nullable=False),
    Column("tree", Text, nullable=False),
    Column("root", Text, nullable=False),
    Column("leaves", LargeBinary, nullable=False),
)

ledger_stamps = Table(
    "ledger_stamps",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),  # of the root
    Column("at", UtcInstant, nullable=False),
    Column("service", Text, nullable=False),
    Column("token", LargeBinary, nullable=False),
)

keep_growing(ledger_roots, ledger_stamps)
