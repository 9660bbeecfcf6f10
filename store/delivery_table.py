"""The table of deliveries: how far each outbox row has got, and the small indexes over those that are not done.

State diagram, in the field's words:
- prepared → sending → accepted → delivered (a receipt says so) or bounced (it came back);
- sending → retrying (failed for now), failed (refused for good), parked (given up until a person releases it),
  in_doubt (it may have been taken), or withdrawn (its reason had ended before it could leave).
"""

from typing import Literal

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    ForeignKey,
    FromClause,
    Index,
    Integer,
    Select,
    Table,
    Text,
    and_,
    or_,
    select,
)

from store.instants import UtcInstant
from store.tables import metadata, word

DeliveryState = Literal[
    "prepared",
    "sending",
    "retrying",
    "accepted",
    "delivered",
    "bounced",
    "parked",
    "failed",
    "in_doubt",
    "withdrawn",
]

deliveries = Table(
    "deliveries",
    metadata,
    Column(
        "position",
        BigInteger().with_variant(Integer, "sqlite"),
        ForeignKey("outbox.position"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("lane", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("shard", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", UtcInstant),  # of one that was accepted: when to ask for its receipt
    Column("lease_owner", Text),
    Column("lease_until", UtcInstant),
    Column("fence", BigInteger, nullable=False),
    Column("address", Text),
    Column("settled_at", UtcInstant),
    Column("detail", Text),
    Column("urgency", Text, nullable=False, server_default="routine"),
    Column("reference", Text),  # by which the other side speaks of it: a Message-ID, the id of a notification
    Column("repeats", Integer, nullable=False, server_default="0"),  # 1: it may have arrived before
    Column("told_at", UtcInstant),  # when a person heard that it has not arrived
    Column(
        "sending", Integer, nullable=False, server_default="1"
    ),  # counts on when one that was handed over is released
)


def among(rows: FromClause, *states: DeliveryState) -> ColumnElement[bool]:
    """In one of these states."""
    return rows.c.state.in_([word(state) for state in states])


def ready(rows: FromClause) -> ColumnElement[bool]:
    """Waiting to be claimed, at once or at its time."""
    return among(rows, "prepared", "retrying")


def waiting(rows: FromClause) -> ColumnElement[bool]:
    """Neither accepted nor given up."""
    return among(rows, "prepared", "retrying", "sending")


def timed(rows: FromClause) -> ColumnElement[bool]:
    """Waiting for its time, or claimed since that has come. Said so that no index of what is ready holds all of it:
    where a snapshot is held, Postgres takes those for empty."""
    return and_(rows.c.state != word("accepted"), rows.c.next_attempt_at.is_not(None))


def unsettled(rows: FromClause) -> ColumnElement[bool]:
    """In flight, in wait, or with a person: all but the fresh and those that went out."""
    put_off = and_(ready(rows), rows.c.next_attempt_at.is_not(None))
    return or_(among(rows, "sending", "parked", "failed", "bounced", "in_doubt"), put_off)


def of_lane(rows: FromClause) -> ColumnElement[bool]:
    """What a new row of the lane has to wait for."""
    return among(rows, "prepared", "retrying", "sending", "parked", "failed")


def pressing(rows: FromClause) -> ColumnElement[bool]:
    """Waiting, with a limit that is short, and nobody has been told yet."""
    return and_(waiting(rows), rows.c.told_at.is_(None), rows.c.urgency != word("routine"))


def awaiting_receipt(rows: FromClause) -> ColumnElement[bool]:
    """Accepted, and a receipt is still to be asked for."""
    return and_(rows.c.state == word("accepted"), rows.c.next_attempt_at.is_not(None))


def not_locked(chosen: Select[tuple[int]], postgres: bool) -> Select[tuple[int]]:
    """The positions that are chosen, on Postgres without those that are locked: what is locked is being settled, and to
    wait for it could be to wait in a circle."""
    if not postgres:
        return chosen
    return select(chosen.with_for_update(of=deliveries, skip_locked=True).cte("free").c.position)


# The indexes leave out what went out, so that they stay small however long the history grows.
for _name, _columns, _where in (
    ("deliveries_ready", ("channel", "position", "shard"), ready(deliveries)),
    ("deliveries_unsettled", ("lane", "position"), unsettled(deliveries)),
    ("deliveries_timed", ("next_attempt_at",), timed(deliveries)),
    ("deliveries_of_lane", ("lane",), of_lane(deliveries)),
    ("deliveries_pressing", ("urgency", "position"), pressing(deliveries)),
    ("deliveries_asked", ("channel", "next_attempt_at"), awaiting_receipt(deliveries)),
    ("deliveries_reference", ("reference",), deliveries.c.reference.is_not(None)),
):
    Index(_name, *(deliveries.c[name] for name in _columns), sqlite_where=_where, postgresql_where=_where)
