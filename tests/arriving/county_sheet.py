"""What a county run comes to, on one sheet: how many e-mails there were, what was late or came back and was told, and
what left although its reason had ended. Run by hand over two years of one county, for which it takes its time:

    PYTHONPATH=.:tests/support .venv/bin/python tests/arriving/county_sheet.py --incidents 1400 --days 730
"""

import argparse
import asyncio
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from county import BOUNCES, DAY, HOUR, MINUTE, PUTS_OFF, STEP, County
from sqlalchemy import select

from reporting.reading import children_of
from routing.message_types import MESSAGE_TYPES
from routing.messages import Promise
from store import Delivery, Store
from store.delivery_table import deliveries

AUTHORITY = "nottinghamshire"
LIMITS = {"immediate": 5 * MINUTE, "same_day": HOUR, "routine": DAY}
AGAIN = {"immediate": HOUR, "same_day": DAY, "routine": DAY}  # one bad mailbox is one fault: the longest pause


@dataclass(frozen=True, slots=True)
class Sheet:
    """`late`: accepted after its limit, of which somebody had heard; `words`: what was said of that and of what came
    back. `withdrawn`: what did not leave, as its reason had ended while it waited. `asked_in_vain`: what asked for
    something, and was accepted when nobody needed that any more. `after_return`: what spoke of a child who is still
    missing, and was accepted after the return; `uncorrected`: those of them behind which no word of the return went to
    the same mailbox."""

    mails: int
    late: int
    came_back: int
    words: int
    withdrawn: int
    asked_in_vain: int
    after_return: int
    uncorrected: int


@dataclass(frozen=True, slots=True)
class _Reasons:
    """Why messages were sent: their promises, and when the child of each episode was known to be back."""

    promises: Mapping[str, Promise]
    back: Mapping[str, datetime]


async def lived(county: County) -> Sheet:
    """Lets a county live, holds it to what is promised, and counts what happened."""
    store = Store.open("sqlite+aiosqlite://")
    await store.create()
    await county.run(store)
    rows = await _everything(store)
    reasons = await _reasons(store, rows)
    columns = (deliveries.c.position, deliveries.c.told_at)
    async with store.connection() as connection:
        told = {row.position: row.told_at for row in await connection.execute(select(*columns))}
    await store.close()
    late, came_back = _undelivered(rows, told)
    mails = [each for each in rows if each.row.destination.startswith("mail/")]
    after = [each for each in mails if each.state != "withdrawn" and _speaks_of_a_child_who_is_back(each, reasons)]
    return Sheet(
        mails=len(mails),
        late=late,
        came_back=came_back,
        words=len({each.row.message_id for each in rows if each.row.kind == "delivery_failed"}),
        withdrawn=sum(each.state == "withdrawn" for each in rows),
        asked_in_vain=sum(each.state != "withdrawn" and _asks_in_vain(each, reasons) for each in mails),
        after_return=len(after),
        uncorrected=sum(not _is_corrected(each, mails) for each in after),
    )


async def _everything(store: Store) -> list[Delivery]:
    rows: list[Delivery] = []
    async with store.reading() as tx:
        while more := await tx.outbox_after(rows[-1].position if rows else 0, 1000):
            rows += more
    return rows


async def _reasons(store: Store, rows: Sequence[Delivery]) -> _Reasons:
    told_back = [each.row for each in reversed(rows) if each.row.type == "episode.found" and each.row.subject]
    back = {row.subject: row.at for row in told_back if row.subject}  # the first word of it
    async with store.reading() as tx:
        cases = [case async for child in children_of(tx, AUTHORITY) for case in child.cases.values()]
    return _Reasons({promise.message: promise for case in cases for promise in case.promises}, back)


def _undelivered(rows: Sequence[Delivery], told: Mapping[int, datetime]) -> tuple[int, int]:
    """How many were late, and how many came back; each was told of within its limit."""
    late, came_back = 0, 0
    for each in rows:
        row = each.row
        assert each.state in ("accepted", "bounced", "withdrawn"), f"{row.type} is left {each.state}"
        assert each.settled_at is not None
        if row.kind == "delivery_failed":
            continue  # it told of what itself waited for
        if each.state == "withdrawn":
            continue  # its reason had ended before the mail server was back
        if each.state == "bounced":
            came_back += 1
            assert each.address == BOUNCES
            assert told[each.position] <= each.settled_at + AGAIN[row.urgency] + STEP
        elif each.settled_at > row.at + LIMITS[row.urgency]:
            late += 1
            limit = LIMITS[row.urgency] if each.address != PUTS_OFF else AGAIN[row.urgency]
            assert told[each.position] <= row.at + limit + (MINUTE if row.urgency == "immediate" else STEP)
    return late, came_back


def _asks_in_vain(each: Delivery, reasons: _Reasons) -> bool:
    promise = reasons.promises.get(each.row.message_id)
    if promise is None or promise.closed_at is None or not MESSAGE_TYPES[each.row.type].may_be_over:
        return False
    return each.settled_at is not None and promise.closed_at < each.settled_at


def _speaks_of_a_child_who_is_back(each: Delivery, reasons: _Reasons) -> bool:
    back = reasons.back.get(each.row.subject or "")
    speaks = each.row.type in ("notify.missing", "senior.alert") or each.row.kind == "mash_72h"
    return bool(speaks and back and each.settled_at and each.row.at < back < each.settled_at)


def _is_corrected(each: Delivery, mails: Sequence[Delivery]) -> bool:
    """Whether the word of the return went to the same mailbox, behind it and within the hour."""
    return any(
        other.row.type == "notify.found" and other.row.destination == each.row.destination
        and other.row.subject == each.row.subject and other.position > each.position
        and other.settled_at is not None and each.settled_at is not None
        and other.settled_at <= each.settled_at + timedelta(hours=1)
        for other in mails
    )  # fmt: skip


def write_one_of_each_kind(county: County, folder: Path) -> None:
    """The text of the last e-mail of each kind, by who does what in its first line, without instants and counts."""
    kinds: dict[str, EmailMessage] = {}
    for post in county.posts:
        mail = message_from_bytes(post.content, policy=default)
        act = mail["Subject"].rpartition(" - ")[0]
        subject = re.sub(r"( by| since)? \d\d:\d\d \w+ \d+ \w+|\d+|\(\w+ night\)", "", act)
        kinds[f"{mail['To'].partition('<')[0].strip()} {subject.strip()}"] = mail
    folder.mkdir(parents=True, exist_ok=True)
    for number, mail in enumerate(kinds.values(), 1):
        body = mail.get_body(("plain",))
        text = body.get_content() if body else ""
        head = "".join(f"{name}: {mail[name]}\n" for name in ("To", "Subject", "Date"))
        (folder / f"{number:03}.txt").write_text(f"{head}\n{text}", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Lets a county live and prints what came of its e-mails.")
    parser.add_argument("--incidents", type=int, default=1400)
    parser.add_argument("--days", type=int, default=730)
    parser.add_argument("--mails", type=Path, help="a folder for one e-mail of each kind, to be read")
    chosen = parser.parse_args()
    logging.disable(logging.CRITICAL)
    county = County(chosen.incidents, chosen.days)
    sheet = asyncio.run(lived(county))
    if chosen.mails:
        write_one_of_each_kind(county, chosen.mails)
    print(f"{chosen.incidents} incidents in {chosen.days} days")
    for name, count in asdict(sheet).items():
        print(f"{name.replace('_', ' '):<16}{count:>8}")
