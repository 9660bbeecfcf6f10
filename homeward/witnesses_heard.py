"""What those outside of the hub vouch for, held against what is here: roots that somebody kept, and stamps."""

from collections.abc import Collection, Sequence

from cryptography.x509 import Certificate

from homeward.stamping import stamp_fault
from store import Transaction
from store.roots import LedgerRoot
from store.sealing import LedgerStamp

_PAGE = 1000


async def every_root(tx: Transaction) -> list[LedgerRoot]:
    """All roots, oldest first, without their leaves."""
    found: list[LedgerRoot] = []
    while page := await tx.roots_after(found[-1].number if found else 0, _PAGE):
        found += page
    return found


def faults_of_roots(held: Sequence[LedgerRoot], roots: Collection[str]) -> list[str]:
    """A line for each of these roots that is not among those that are `held`."""
    here = {root.root for root in held}
    return [
        f"Root {root}: it is not here, so what it vouched for was taken out or written anew."
        for root in roots
        if root not in here
    ]


def faults_of_stamps(
    held: Sequence[LedgerRoot], stamps: Sequence[LedgerStamp], trusted: Sequence[Certificate]
) -> list[str]:
    """A line for each stamp that does not hold, given the certificates of the service and of who vouches for it."""
    roots = {root.number: root for root in held}
    faults = [(stamp.number, stamp_fault(stamp, roots.get(stamp.number), trusted)) for stamp in stamps]
    return [f"Stamp of root {number}: it does not hold ({fault})." for number, fault in faults if fault]
