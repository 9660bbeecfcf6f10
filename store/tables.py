"""The tables and their indexes. The triggers that keep ledger and outbox unchangeable stand in `store.append_only`.

`store.migrations` builds the same by steps; a test holds the two equal on both databases.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    literal_column,
)

from store.append_only import keep_append_only
from store.instants import UtcInstant

# Names that a later migration can hold on to; they are also those that Postgres would give.
metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "uq": "%(table_name)s_%(column_0_name)s_key",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "ix": "%(table_name)s_%(column_0_name)s_idx",
    }
)


def _position() -> Column[int]:
    """A number drawn by the database in the order of writing. SQLite draws one only for an INTEGER primary key."""
    kind = BigInteger().with_variant(Integer, "sqlite")
    return Column("position", kind, Identity(), primary_key=True)


inbox = Table(
    "inbox",
    metadata,
    Column("key", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("topic", Text),
    Column("partition", BigInteger),
    Column("offset", BigInteger),
    Column("received_at", UtcInstant, nullable=False, index=True),
    Column("content", Text),
)

# When a police force was last heard is asked for by every page about who is missing.
OF_POLICE = inbox.c.type.like(literal_column("'police.%'", Text))
Index("inbox_of_police", inbox.c.received_at, sqlite_where=OF_POLICE, postgresql_where=OF_POLICE)

people = Table(
    "people",
    metadata,
    Column("id", Text, primary_key=True),
    Column("authority", Text, nullable=False),
    Column("doc", LargeBinary, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("described", LargeBinary),
)

blocking = Table(
    "blocking",
    metadata,
    Column("key", Text, primary_key=True),
    Column("authority", Text, primary_key=True),
    Column("person", Text, primary_key=True, index=True),
)

feeds = Table(
    "feeds",
    metadata,
    Column("authority", Text, primary_key=True),
    Column("newest_at", UtcInstant, nullable=False),
    Column("read_at", UtcInstant, nullable=False),
)

identifiers = Table(
    "identifiers",
    metadata,
    Column("authority", Text, primary_key=True),
    Column("system", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("person", Text, primary_key=True, index=True),
    Column("scope", Text, primary_key=True),
)

Index("identifiers_value", identifiers.c.authority, identifiers.c.value)

episode_references = Table(
    "episode_references",
    metadata,
    Column("force", Text, primary_key=True),
    Column("incident", Text, primary_key=True),
    Column("authority", Text, primary_key=True),
    Column("episode", Text, primary_key=True),
    Column("person", Text, nullable=False),
)

Index("episode_references_incident_idx", episode_references.c.incident)
Index("episode_references_episode_idx", episode_references.c.episode)

episodes = Table(
    "episodes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("authority", Text, nullable=False),
    Column("person", Text, nullable=False, index=True),
    Column("opened_at", UtcInstant, nullable=False),
    Column("state", Text, nullable=False),
    Column("doc", LargeBinary, nullable=False),
    # Its pack and version; null where no pack governs it, empty where an older version of Homeward did not say.
    Column("governed_by", Text, server_default=""),
)
IS_GOVERNED = episodes.c.governed_by != literal_column("''", Text)
Index("episodes_governed_by", episodes.c.governed_by, sqlite_where=IS_GOVERNED, postgresql_where=IS_GOVERNED)
# Only open episodes: most episodes ever known are over.
Index(
    "episodes_open",
    episodes.c.authority,
    episodes.c.opened_at,
    sqlite_where=episodes.c.state == literal_column("'open'", Text),
    postgresql_where=episodes.c.state == literal_column("'open'", Text),
)

Index("episodes_opened_at_idx", episodes.c.opened_at)

ledger = Table(
    "ledger",
    metadata,
    _position(),
    Column("id", Text, nullable=False, unique=True),
    Column("at", UtcInstant, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    *(Column(name, Text) for name in ("authority", "episode")),
    Column("causation", Text, index=True),
    Column("entry", Text, nullable=False),
    Column("contents_hash", Text),
    Column("hash", Text, nullable=False),
    *(Column("number", BigInteger), Column("link", Text)),  # in the chain of its episode: `store.chaining`
    Index("ledger_of_episode", "episode", "number", unique=True),
    sqlite_autoincrement=True,
)

ledger_contents = Table(
    "ledger_contents",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("contents", LargeBinary),
    Column("at", UtcInstant, nullable=False, index=True),
)

outbox = Table(
    "outbox",
    metadata,
    _position(),
    Column("id", Text, nullable=False, unique=True),
    Column("message_id", Text, nullable=False, index=True),
    Column("aggregatetype", Text, nullable=False),
    Column("aggregateid", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("at", UtcInstant, nullable=False),
    Column("trace", Text),
    Column("clauses", Text, nullable=False),
    Column("authority", Text, nullable=False),
    Column("subject", Text, index=True),
    Column("destination", Text, nullable=False),
    Column("urgency", Text, nullable=False),
    Column("kind", Text),
    sqlite_autoincrement=True,
)


def word(state: str) -> ColumnElement[str]:
    """A state written out in the statement. Handed over as a parameter, a database that has planned a statement for
    good could not know that an index of some states serves it."""
    return literal_column(f"'{state}'", Text)


timers = Table(
    "timers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("authority", Text, nullable=False),
    Column("person", Text, nullable=False, index=True),
    Column("episode", Text),
    Column("rule", Text, nullable=False),
    Column("due_at", UtcInstant, nullable=False),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("again_at", UtcInstant),  # of one that failed: set aside until then
    Index("timers_due", "due_at", "id"),
)

Index(
    "timers_again",
    timers.c.again_at,
    sqlite_where=timers.c.again_at.is_not(None),
    postgresql_where=timers.c.again_at.is_not(None),
)

worklist = Table(
    "worklist",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", Text, nullable=False, index=True),
    Column("episode", Text),
    *(Column(name, Text, nullable=False) for name in ("authority", "role")),
    Column("person", Text),
    *(Column(name, Text, nullable=False) for name in ("wanted", "type")),
    Column("kind", Text),
    Column("urgency", Text, nullable=False),
    Column("message", Text, nullable=False, index=True),
    Column("since", UtcInstant, nullable=False),
    Column("due", UtcInstant),
    Index("worklist_of_role", "authority", "role", "due"),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Text, primary_key=True),
    Column("topic", Text, nullable=False),
    Column("partition", BigInteger, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("key", LargeBinary),
    Column("headers", Text, nullable=False),
    Column("value", LargeBinary),
    Column("timestamp", UtcInstant, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("at", UtcInstant, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("replayed_at", UtcInstant),
    Column("cause", Text, index=True),
    Column("cluster", Text, nullable=False, server_default=""),
    Column("claim", Text),
)

noted = Table(
    "noted",
    metadata,
    Column("key", Text, primary_key=True),
    Column("about", Text, nullable=False),
    Column("at", UtcInstant, nullable=False),
    Index("noted_about", "about", "at"),
)

desk_answers = Table(
    "desk_answers",
    metadata,
    Column("id", Text, primary_key=True),
    *(Column(name, Text, nullable=False) for name in ("authority", "by", "type")),
    Column("episode", Text),
    Column("message", Text, index=True),
    Column("said", Text),
    Column("topic", Text, nullable=False),
    Column("made_at", UtcInstant, nullable=False),
    Column("sent_at", UtcInstant),
    Column("event", LargeBinary),
)
Index(
    "desk_answers_unsent",
    desk_answers.c.made_at,
    sqlite_where=desk_answers.c.sent_at.is_(None),
    postgresql_where=desk_answers.c.sent_at.is_(None),
)

desk_drafts = Table(
    "desk_drafts",
    metadata,
    Column("key", Text, primary_key=True),  # of the person and the form, which stand nowhere in it
    Column("kept_at", UtcInstant, nullable=False, index=True),
    Column("content", LargeBinary, nullable=False),
)

pauses = Table(
    "pauses",
    metadata,
    Column("name", Text, primary_key=True),
    *(Column(name, Text, nullable=False) for name in ("by", "why")),
    Column("at", UtcInstant, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("until", UtcInstant, nullable=False),
    Column("fence", BigInteger, nullable=False),
)

keep_append_only(metadata, ledger, outbox)
