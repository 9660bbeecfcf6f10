"""Which records of a batch are taken in: what nobody has taken yet, each once.

A message is known by its topic, source and id. The same content again is a repeat; other content under the same name is
another message, taken in beside the first (AMB-172). What cannot be parsed is known by its place."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from intake.records import Parsed, Rejected
from store import Transaction
from store.rows import Claim

Claimable = Parsed | Rejected
"""What is claimed: all but the hub's own canaries."""


async def fresh(tx: Transaction, read: Sequence[Claimable], now: datetime) -> list[Claimable]:
    """What is to be taken in, in order, and claimed from now on. A record that is reread passes on purpose. So does one
    out of quarantine whose claim was written when it was set aside, or that still cannot be read and goes back. What
    was set aside at this very place before is left out: it stands in quarantine, and would only fail again."""
    left = await tx.claim([_claim(each, now) for each in read if not _passes(each)])
    chosen: dict[int, Claimable] = {}
    known: dict[int, Claimable] = {}
    for place, each in enumerate(read):
        if _passes(each) or _key(each) not in left:
            known[place] = each
        else:
            left.discard(_key(each))
            chosen[place] = each
    asked = {_key(each) for each in known.values()} | {aside for each in known.values() if (aside := _aside(each))}
    contents = await tx.claimed(asked)
    known = {place: each for place, each in known.items() if _aside(each) not in contents}
    clashing = {place: clash for place, each in known.items() if (clash := _clash(each, contents))}
    left = await tx.claim([_claim(each, now) for each in clashing.values() if not _passes(each)])
    for place, each in known.items():
        clash = clashing.get(place)
        if _passes(each):
            chosen[place] = replace(clash, reused=None) if clash else each
        elif clash is not None and clash.key in left:
            left.discard(clash.key)
            chosen[place] = clash
    return [chosen[place] for place in sorted(chosen)]


def _aside(read: Claimable) -> str | None:
    """The key that its place would have, had it been set aside there; None where that is no matter."""
    return None if isinstance(read, Rejected) or _passes(read) or read.raw.held else read.raw.place


def _passes(read: Claimable) -> bool:
    return read.raw.reread or read.raw.claim is not None or (bool(read.raw.held) and isinstance(read, Rejected))


def _key(read: Claimable) -> str:
    return read.key if isinstance(read, Parsed) else read.raw.place


def _clash(read: Claimable, contents: Mapping[str, str | None]) -> Parsed | None:
    """The message under a key of its own, where another one with other content has the key."""
    held = contents.get(_key(read))
    if isinstance(read, Rejected) or None in (held, read.content) or held == read.content:
        return None
    return read.apart()


def _claim(read: Claimable, now: datetime) -> Claim:
    raw = read.raw
    origin = read.report.origin if isinstance(read, Parsed) else None
    source, message, type_ = (origin.source, origin.id, origin.type) if origin else ("", "", "")
    content = read.content if isinstance(read, Parsed) else None
    where = (raw.topic, raw.partition, raw.offset)
    return Claim(_key(read), source, message, type_, *where, now, content, besides=_aside(read))
