"""E-mails a second that a mail server accepts: from the hub's relay, out of a full outbox, and from one bare connection
that hands over the same e-mails, written beforehand.

`python -m bench.mail COUNT` is the server: in a process of its own, it says on which port it listens, and when so many
have come, what came when.
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes

from aiosmtplib import SMTP

from bench.arrivals import Seen, faults_of, rate
from bench.comparing import Comparison
from bench.hubs import promises
from bench.processes import Running, running
from bench.turns import Ground, in_turns, next_mark
from homeward.settings import Settings
from homeward.torture.mail_server import MailServer, Taken
from homeward.wiring import calendars, library, wordings_of
from outbox.addressing import DirectoryBook
from outbox.relay_rows import outgoing
from producers.gathering import gathered
from producers.mime import compose
from schemas.delivery import Outgoing
from store import LeasedRow, OutboxRow, Store

_LANES = 97
_PATIENCE = 300.0
_MESSAGES = "X-Homeward-Message"


@dataclass(frozen=True, slots=True)
class Letter:
    """One e-mail that is to arrive: its lane, and what the server sees of it."""

    lane: str
    mailbox: str
    messages: str
    content: bytes


async def mail(ground: Ground) -> list[Comparison]:
    count = 80 if ground.quick else 1500
    made = [ground.compare("mail, accepted by a server", "e-mails/s", "one bare aiosmtplib connection", "more")]
    await in_turns(
        ground.rounds,
        lambda: bare(count, next_mark()),
        (lambda: relayed(ground.kafka, ground.fresh(), count, next_mark()), made),
    )
    return made


async def relayed(kafka: str, database: str, count: int, mark: str) -> float:
    """What so many notifications lead to, through the relay of a hub."""
    promised = mails(mark, count)
    store = Store.open(database)
    async with store.transaction() as tx:
        await tx.append((), promised)
    await store.close()
    due = letters(promised)
    async with running("bench.mail", str(len(due))) as server:
        where = {"HOST": "127.0.0.1", "PORT": await server.ready(), "TLS": "plain"}
        env = {f"HOMEWARD_SMTP_{name}": value for name, value in where.items()}
        async with running("bench.hubs", "mail", kafka, mark, database, env=env):
            return await accepted(server, due)


async def bare(count: int, mark: str) -> float:
    """The same over one connection, one after the other."""
    due = letters(mails(mark, count))
    async with running("bench.mail", str(len(due))) as server:
        async with SMTP(
            hostname="127.0.0.1", port=int(await server.ready()), use_tls=False, start_tls=False
        ) as connection:
            for letter in due:
                await connection.sendmail("homeward@homeward.example", [letter.mailbox], letter.content)
        return await accepted(server, due)


async def accepted(server: Running, due: Sequence[Letter]) -> float:
    """E-mails a second from the first that was accepted until the last. Raises AssertionError where others came, or not
    each once and in the order of its lane."""
    async with asyncio.timeout(_PATIENCE):
        came = await server.told()
    numbers = {(letter.mailbox, letter.messages): n for n, letter in enumerate(due)}
    told = [numbers[mailbox, messages] for _, mailbox, messages in came]
    faults = faults_of([(due[n].lane, n) for n in told], len(due))
    assert not faults, faults
    return rate([Seen(at, n + 1) for n, (at, _, _) in enumerate(came)])


def mails(mark: str, count: int) -> list[OutboxRow]:
    """The rows for people that so many notifications lead to, about few children, so that there is an order to keep."""
    return [
        row._replace(aggregateid=f"{mark}-child-{n % _LANES}")
        for n, rows in enumerate(promises(mark, count))
        for row in rows
        if row.destination.startswith("mail/")
    ]


def letters(promised: Sequence[OutboxRow]) -> list[Letter]:
    """The e-mails that these rows make, in their order."""
    settings = Settings()
    packs, directories = library(settings)
    book = DirectoryBook(directories, calendars(packs), lambda: datetime.now(UTC))
    words_of = wordings_of(settings, packs)
    made = []
    for items in gathered([_outgoing(row, book.address(row.destination) or "") for row in promised]):
        content = compose(items, settings.smtp_from, settings.message_id_domain, words_of)
        mailbox = items[0].address
        made.append(Letter(f"{items[0].key} {mailbox}", mailbox, _messages(content), content))
    return made


def _outgoing(row: OutboxRow, address: str) -> Outgoing:
    return outgoing(LeasedRow(row, 1, row.lane, 1, 1, address, False), address, lambda: True)


def _messages(content: bytes) -> str:
    """Which messages stand in an e-mail."""
    return " ".join(message_from_bytes(content)[_MESSAGES].split())


class _Timed(list[Taken]):
    """What a server took, and when."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count, self.times, self.full = count, list[float](), asyncio.Event()

    def append(self, taken: Taken) -> None:
        super().append(taken)
        self.times.append(time.perf_counter())
        if len(self) == self._count:
            self.full.set()


async def _serve(count: int) -> None:
    taken = _Timed(count)
    server = await MailServer(posts=taken).listen()
    print("ready", server.port, flush=True)
    loop = asyncio.get_running_loop()
    ending = loop.run_in_executor(None, sys.stdin.readline)
    full = asyncio.ensure_future(taken.full.wait())
    await asyncio.wait([full, ending], return_when=asyncio.FIRST_COMPLETED)
    came = [(at, each.mailbox, _messages(each.content)) for at, each in zip(taken.times, taken, strict=True)]
    print(json.dumps(came), flush=True)
    full.cancel()
    await ending
    await server.close()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
