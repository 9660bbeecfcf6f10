"""What waits for whom, and the episodes that go on. A child's duties and a national alert are no episodes any more:
their documents are written anew. The worklist itself is filled when a hub next starts."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
_EPISODES = sa.table(
    "episodes", sa.column("id", sa.Text), sa.column("state", sa.Text), sa.column("doc", sa.LargeBinary)
)
Doc = dict[str, Any]


def upgrade() -> None:
    """Build the table and its indexes; write the documents anew."""
    op.create_table(
        "worklist",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("episode", sa.Text()),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("person", sa.Text()),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text()),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("since", _INSTANT, nullable=False),
        sa.Column("due", _INSTANT),
        sa.PrimaryKeyConstraint("id", name="worklist_pkey"),
    )
    op.create_index("worklist_case_id_idx", "worklist", ["case_id"])
    op.create_index("worklist_of_role", "worklist", ["authority", "role", "due"])
    where = sa.text("state = 'open'")
    op.create_index("episodes_open", "episodes", ["authority", "opened_at"], sqlite_where=where, postgresql_where=where)
    for state, (called, anew) in _ANEW.items():
        _write_anew(state, called, anew)


def _write_anew(state: str, called: str, anew: Callable[[Doc], Doc]) -> None:
    connection = op.get_bind()
    rows = connection.execute(sa.select(_EPISODES.c.id, _EPISODES.c.doc).where(_EPISODES.c.state == state)).all()
    for row in rows:
        doc = json.dumps(anew(json.loads(row.doc)), separators=(",", ":"), ensure_ascii=False).encode()
        connection.execute(sa.update(_EPISODES).where(_EPISODES.c.id == row.id).values(state=called, doc=doc))


def _duties(doc: Doc) -> Doc:
    """A child's file: what it holds besides the promises are documents."""
    held = doc["episode"]
    kept = {name: held[name] for name in ("id", "authority", "pack", "opened_at", "documents") if name in held}
    return {"duties": kept} | {name: doc[name] for name in ("promises", "timers") if name in doc}


def _alert(doc: Doc) -> Doc:
    held = doc["episode"]
    kept = {name: held[name] for name in ("id", "authority", "pack", "opened_at", "references") if name in held}
    return {"alert": kept | {"report": held["missing"]}} | {n: doc[n] for n in ("promises",) if n in doc}


_ANEW: Mapping[str, tuple[str, Callable[[Doc], Doc]]] = {"file": ("duties", _duties), "alert": ("alert", _alert)}
