"""What has waited too long to leave (a long outage of mail, a restored database) is put to the rules again: what it
asked or warned of may be over. Only reads; the relay asks, and settles what does not leave."""

from collections.abc import Collection, Iterable, Sequence

import orjson

from enrichment.children import Children
from routing.library import Packs
from routing.message_types import taken_back_by
from routing.netting import ended_since
from routing.promises import done_all_the_same
from routing.tables import PackError
from store import Delivery, Store, Transaction
from store.rows import OutboxRow


class Recheck:
    """Asks the packs about what stands in the store."""

    def __init__(self, store: Store, packs: Packs) -> None:
        self._store, self._packs = store, packs

    async def ended(self, rows: Sequence[OutboxRow]) -> Collection[str]:
        """The ids of the rows that need not leave any more: what asks for something that is done or moot, warns of what
        is not so any more, or takes back what never left for the same destination. Whatever tells how things are
        stays."""
        async with self._store.reading() as tx:
            children = await _children(tx, {row.subject for row in rows if row.subject})
            return await rows_over(tx, children, self._packs, rows)


async def rows_over(tx: Transaction, children: Children, packs: Packs, rows: Sequence[OutboxRow]) -> Collection[str]:
    """The same of rows about these children."""
    takers = {row.subject for row in rows if row.subject and taken_back_by(row.type)}
    asked = await tx.outbox_of_episodes(takers)
    gone: set[str] = set()
    unheard: set[str] = set()  # messages that ask or warn of what is over: what follows from them is over with them
    for row in rows:
        child = children.of_episode(row.subject) if row.subject else None
        case = child.cases.get(row.subject or "") if child else None
        if child is None or case is None:
            continue
        try:
            pack = packs.version(child.authority, case.episode.pack)
        except PackError:
            continue  # nothing can say that it is over: better late than never
        replaces = orjson.loads(row.payload).get("replaces")
        ended = ended_since(row.message_id, replaces, case, child.record, child.others(case.id), pack, unheard)
        if ended:
            unheard.add(row.message_id)
        if ended or (taken_back_by(row.type) and _takes_back(row, asked, gone, done_all_the_same(case, pack))):
            gone.add(row.id)
    return gone


async def _children(tx: Transaction, episodes: set[str]) -> Children:
    found = await tx.find((), (), episodes)
    return Children(found, *await tx.load({*found.episodes.values()}))


def _takes_back(row: OutboxRow, deliveries: Iterable[Delivery], gone: Collection[str], done: Collection[str]) -> bool:
    """Whether the row takes back what was asked of the same destination and never left, or was done all the same.
    `deliveries`: all those of its episode, at least; `done`: the messages that asked for what was done."""
    what = (row.subject, row.kind, row.destination)
    asked = [
        each
        for each in deliveries
        if each.row.type in taken_back_by(row.type)
        and (each.row.subject, each.row.kind, each.row.destination) == what
        and each.row.at <= row.at
    ]
    return bool(asked) and all(
        each.state == "withdrawn" or each.row.id in gone or each.row.message_id in done for each in asked
    )
