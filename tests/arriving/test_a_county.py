"""Weeks in a county whose mail server is away for an hour, a night and a weekend, with a mailbox that sends everything
back and one that puts off: of whatever did not arrive in time somebody heard, within its limit."""

from datetime import timedelta

from county import BOUNCES, DAY, HOUR, MINUTE, PUTS_OFF, STEP, County
from sqlalchemy import select

from store import Delivery, Store
from store.delivery_table import deliveries

LIMITS = {"immediate": 5 * MINUTE, "same_day": HOUR, "routine": DAY}
AGAIN = {"immediate": HOUR, "same_day": DAY, "routine": DAY}  # one bad mailbox is one fault: the longest pause


async def everything(store: Store) -> list[Delivery]:
    rows: list[Delivery] = []
    async with store.reading() as tx:
        while more := await tx.outbox_after(rows[-1].position if rows else 0, 1000):
            rows += more
    return rows


async def lives(county: County) -> dict[str, int]:
    """Lets a county live, holds it to what is promised, and counts what happened."""
    store = Store.open("sqlite+aiosqlite://")
    await store.create()
    await county.run(store)
    rows = await everything(store)
    columns = (deliveries.c.position, deliveries.c.told_at)
    async with store.connection() as connection:
        told = {row.position: row.told_at for row in await connection.execute(select(*columns))}
    await store.close()
    late, came_back = 0, 0
    for each in rows:
        row = each.row
        assert each.state in ("accepted", "bounced"), f"{row.type} is left {each.state}"
        assert each.settled_at is not None
        if row.kind == "delivery_failed":
            continue  # it told of what itself waited for
        if each.state == "bounced":
            came_back += 1
            assert each.address == BOUNCES
            assert told[each.position] <= each.settled_at + AGAIN[row.urgency] + STEP
        elif each.settled_at > row.at + LIMITS[row.urgency]:
            late += 1
            limit = LIMITS[row.urgency] if each.address != PUTS_OFF else AGAIN[row.urgency]
            assert told[each.position] <= row.at + limit + (MINUTE if row.urgency == "immediate" else STEP)
    words = {each.row.message_id for each in rows if each.row.kind == "delivery_failed"}
    mails = sum(each.row.destination.startswith("mail/") for each in rows)
    return {"mails": mails, "late": late, "came back": came_back, "words": len(words)}


async def test_of_what_did_not_arrive_in_time_somebody_heard_within_its_limit() -> None:
    counts = await lives(County(incidents=14, days=8))
    assert counts["late"] > 10
    assert counts["came back"] > 1
    assert counts["words"] < (counts["late"] + counts["came back"]) / 2


async def test_a_mail_server_that_is_never_away_makes_no_word_but_of_the_mailboxes() -> None:
    county = County(incidents=6, days=3)
    county.away.clear()
    counts = await lives(county)
    assert counts["words"] <= counts["came back"] + 2


def test_the_outages_are_an_hour_a_night_and_a_weekend() -> None:
    assert [end - begin for begin, end in County(1, 1).away] == [HOUR, timedelta(hours=11), timedelta(hours=63)]
