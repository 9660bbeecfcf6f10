"""The tables of how feeds are heard: each topic that brings messages, and how often it does by hour of the week."""

from sqlalchemy import Column, Float, Integer, Table, Text

from store.instants import UtcInstant
from store.tables import metadata

feed_states = Table(
    "feed_states",
    metadata,
    Column("feed", Text, primary_key=True),
    Column("since", UtcInstant, nullable=False),
    Column("until", UtcInstant, nullable=False),
    Column("heard_at", UtcInstant),  # None: never
    Column("expected", Float, nullable=False),
    Column("quiet_since", UtcInstant),
)

feed_hours = Table(
    "feed_hours",
    metadata,
    Column("hour", Integer, primary_key=True, autoincrement=False),
    Column("feed", Text, primary_key=True),
    Column("heard", Float, nullable=False),
    Column("listened", Float, nullable=False),
    Column("at", UtcInstant, nullable=False),
)
