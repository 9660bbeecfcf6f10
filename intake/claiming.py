"""Which records of a batch are taken in: what nobody has taken yet, each once.

A message is known by its topic, source and id. The same content again is a repeat; other content under the same name is
another message, taken in beside the first (AMB-172). What cannot be parsed is known by its place; what was parsed and
could not be taken in by its name, so that it spoils no batch again."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from intake.records import Parsed, Read
from store import Transaction
from store.rows import Claim


async def fresh(tx: Transaction, read: Sequence[Read], now: datetime) -> list[Read]:
    """What is to be taken in, in order, and claimed from now on. A replay passes on purpose."""
    left = await tx.claim([_claim(each, now) for each in read if not each.raw.replayed])
    chosen: dict[int, Read] = {}
    known: dict[int, Read] = {}
    for place, each in enumerate(read):
        if each.raw.replayed or each.key not in left:
            known[place] = each
        else:
            left.discard(each.key)
            chosen[place] = each
    contents = await tx.claimed({each.key for each in known.values()})
    clashing = {place: clash for place, each in known.items() if (clash := _clash(each, contents))}
    left = await tx.claim([_claim(each, now) for each in clashing.values() if not each.raw.replayed])
    for place, each in known.items():
        clash = clashing.get(place)
        if each.raw.replayed:
            chosen[place] = replace(clash, reused=None) if isinstance(clash, Parsed) else each
        elif clash is not None and clash.key in left:
            left.discard(clash.key)
            chosen[place] = clash
    return [chosen[place] for place in sorted(chosen)]


def _clash(read: Read, contents: Mapping[str, str | None]) -> Read | None:
    """The message under a key of its own, where another one with other content has the key."""
    held = contents.get(read.key)
    if None in (held, read.content) or held == read.content:
        return None
    return read.apart()


def _claim(read: Read, now: datetime) -> Claim:
    raw = read.raw
    origin = read.report.origin if isinstance(read, Parsed) else None
    source, message, type_ = (origin.source, origin.id, origin.type) if origin else ("", "", "")
    return Claim(read.key, source, message, type_, raw.topic, raw.partition, raw.offset, now, read.content)
