"""What came before what it speaks of waits in a table of its own. A found report that came before its missing report
was an episode without one ("parked"): it waits there, too, written as the message that it was."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
_EPISODES = sa.table(
    "episodes",
    *(sa.column(name, sa.Text) for name in ("id", "authority", "person", "state")),
    sa.column("opened_at", _INSTANT),
    sa.column("doc", sa.LargeBinary),
)
_OF_EPISODES = [sa.table(name, sa.column("episode", sa.Text)) for name in ("episode_references", "timers", "worklist")]
Doc = dict[str, Any]


def upgrade() -> None:
    """Build the table and its indexes; let what is parked wait in it."""
    table = op.create_table(
        "early_word",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("incident", sa.Text()),
        sa.Column("person", sa.Text()),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("since", _INSTANT, nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.BigInteger(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("cluster", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary()),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary()),
        sa.Column("timestamp", _INSTANT, nullable=False),
        sa.Column("claim", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="early_word_pkey"),
    )
    op.create_index("early_word_incident_idx", "early_word", ["incident"])
    op.create_index("early_word_person_idx", "early_word", ["person"])
    connection = op.get_bind()
    parked = connection.execute(sa.select(_EPISODES).where(_EPISODES.c.state == "parked")).all()
    for row in parked:
        connection.execute(sa.insert(table).values(**_waiting(row)))
        for other in _OF_EPISODES:
            connection.execute(sa.delete(other).where(other.c.episode == row.id))
        connection.execute(sa.delete(_EPISODES).where(_EPISODES.c.id == row.id))


def _waiting(row: Any) -> Doc:
    """The found report of a parked episode, as the message that it was."""
    found = json.loads(row.doc)["episode"]["found"]
    about, origin = found.get("about", {}), found["origin"]
    police = origin["type"].startswith("police.")
    topic = f"police.{about.get('force')}.notifications.v1" if police else f"casework.{row.authority}.outcomes.v1"
    event = {
        "specversion": "1.0",
        **{name: origin[name] for name in ("source", "id", "type")},
        "time": origin["at"],
        "datacontenttype": "application/json",
        "data": {**({} if police else {"authority": row.authority}), **dict(_told(found, about))},
    }
    return {
        "id": row.id,
        "incident": about.get("incident"),
        "person": None if about.get("incident") else row.person,
        "authority": row.authority,
        "since": row.opened_at,
        "topic": topic,
        "partition": 0,
        "offset": 0,
        "cluster": "",
        "headers": json.dumps([["content-type", base64.b64encode(b"application/cloudevents+json").decode()]]),
        "value": json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode(),
        "timestamp": row.opened_at,
        "claim": "",
    }


def _told(found: Doc, about: Doc) -> Iterator[tuple[str, Any]]:
    """What the report said, by the names that it has on the wire."""
    yield from ((name, about[name]) for name in ("force", "incident") if about.get(name))
    if about.get("identifiers"):
        yield "child", {"identifiers": [{"system": s, "value": v} for s, v in about["identifiers"]]}
    same = ("found_at", "returned_at", "contact_made", "end_reason", "harm", "revision", "by")
    yield from ((name, found[name]) for name in (*same, "responsible_authority", "host_authority") if name in found)
    yield from found.get("details", {}).items()
    if "safe_and_well" in found:
        yield "safe_and_well", {"done": found["safe_and_well"]}
