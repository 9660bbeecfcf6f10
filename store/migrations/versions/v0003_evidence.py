"""What each claimed message says, as a hash: another message under the same name is told from a repeat. What was
noticed and is not told again. And who says that a number is a child's: several children may have one, and the word of
a force holds for that force alone."""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
_NUMBER = ("authority", "system", "value", "person")
_KEY = (*_NUMBER, "scope")
_PEOPLE = sa.table("people", sa.column("id", sa.Text), sa.column("doc", sa.LargeBinary))
_EPISODES = sa.table(
    "episodes", sa.column("person", sa.Text), sa.column("state", sa.Text), sa.column("doc", sa.LargeBinary)
)
Row = tuple[str, ...]


def upgrade() -> None:
    """Add what is missing. Of what was claimed before nothing is known: the same name again is a repeat, as it was."""
    op.add_column("inbox", sa.Column("content", sa.Text()))
    op.create_table(
        "noted",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="noted_pkey"),
    )
    op.create_index("noted_about", "noted", ["about", "at"])
    _build_identifiers_anew()


def _build_identifiers_anew() -> None:
    connection = op.get_bind()
    former = sa.table("identifiers", *(sa.column(name, sa.Text) for name in _NUMBER))
    rows = [tuple(row) for row in connection.execute(sa.select(*(former.c[name] for name in _NUMBER)))]
    op.drop_index("identifiers_person_idx", "identifiers")
    op.drop_table("identifiers")
    table = op.create_table(
        "identifiers",
        *(sa.Column(name, sa.Text(), nullable=False) for name in _KEY),
        sa.PrimaryKeyConstraint(*_KEY, name="identifiers_pkey"),
    )
    op.create_index("identifiers_person_idx", "identifiers", ["person"])
    scoped = sorted({(*row, scope) for row in rows for scope in _scopes(connection, row)})
    if scoped:
        connection.execute(sa.insert(table), [dict(zip(_KEY, row, strict=True)) for row in scoped])


def _scopes(connection: sa.Connection, row: Row) -> set[str]:
    """Who says that a number is somebody's: the authority by its register (the empty scope), the forces whose reports
    name the child by it; where nobody can be found, the authority."""
    _, system, value, person = row
    if not system:
        return {""}
    doc = connection.execute(sa.select(_PEOPLE.c.doc).where(_PEOPLE.c.id == person)).scalar()
    record = json.loads(doc).get("record", {}) if doc else {}
    own = {""} if record.get("registered") and [system, value] in record.get("identifiers", []) else set()
    told = sa.select(_EPISODES.c.doc).where(_EPISODES.c.person == person, _EPISODES.c.state != "duties")
    docs = [json.loads(held) for held in connection.execute(told).scalars()]
    return own | {force for doc in docs for force in _told_by(doc, [system, value])} or {""}


def _told_by(doc: dict[str, Any], number: list[str]) -> Iterator[str]:
    """The forces that name a child by a number in an episode or alert; somebody at the authority is the empty scope."""
    episode = doc.get("episode", {})
    reports = [episode.get("missing"), episode.get("found"), *episode.get("accounts", ())]
    for report in (*reports, doc.get("alert", {}).get("report")):
        about = report.get("about", {}) if report else {}
        if report and number in about.get("identifiers", []):
            yield "" if report.get("by") else about.get("force", "")
