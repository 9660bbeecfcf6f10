"""Proving the ledger: every row that was changed, put in or taken out is found and named, also where somebody had the
triggers out of the way. Contents that were purged still prove. The chains are told in `store.chaining`; the roots, and
what nobody can see yet, in `store.sealing`.

Rows written before there were chains have no link. The first roots cover them. One without a link that stands behind
the first with one is counted where a root covers it, and not named: a hub of an earlier version wrote it while both
were running, or somebody put it in within the minute before it was sealed.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import fields
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import DateTime, Executable, Text, bindparam, literal, select, type_coerce

from store.chaining import NO_LINK, link_after
from store.custody_tables import ledger_heads
from store.history import History
from store.listing import KEYS
from store.noting import SEALED
from store.proof import LedgerLine, LedgerProof
from store.roots import LedgerRoot, leaf, leaves_from, tree_hash
from store.sealing import Sealing
from store.tables import ledger, noted

_PAGE = 1000
_FIRST, _LAST = -(2**63), 2**63 - 1
"""Positions before and behind all others."""
# As text, where it is text: somebody may have put there what is no instant.
_AT = type_coerce(ledger.c.at, Text().with_variant(DateTime(timezone=True), "postgresql"))
AS_IT_STANDS = select(*(_AT if field.name == "at" else ledger.c[field.name] for field in fields(LedgerLine)))
_BETWEEN = (
    AS_IT_STANDS.where(ledger.c.position > bindparam("after"), ledger.c.position <= bindparam("through"))
    .order_by(ledger.c.position)
    .limit(_PAGE)
)
_HEADS = (
    select(ledger_heads.c.episode, ledger_heads.c.rows, ledger_heads.c.link)
    .where(ledger_heads.c.episode > bindparam("after", type_=Text))
    .order_by(ledger_heads.c.episode)
    .limit(_PAGE)
)
_WAS_SEALED = select(noted.c.at).where(noted.c.key == literal(SEALED))
_HEADLESS = (
    AS_IT_STANDS.select_from(ledger.outerjoin(ledger_heads, ledger_heads.c.episode == ledger.c.episode))
    .where(ledger.c.number.is_not(None), ledger_heads.c.episode.is_(None))
    .order_by(ledger.c.position)
)


@cache
def _of_episodes(postgres: bool) -> Executable:
    chained = AS_IT_STANDS.where(KEYS.has(postgres, ledger.c.episode), ledger.c.number.is_not(None))
    return chained.order_by(ledger.c.episode, ledger.c.number)


class Proving(Sealing, History):
    """The part of a transaction that proves the ledger."""

    async def prove_ledger(self) -> LedgerProof:
        """Looks at every row, every root and every chain. All of the ledger is read, in one view of it."""
        proof = LedgerProof()
        through = await self._prove_roots(proof)
        begun = proof.newest is not None
        if proof.newest is None and ((await self._rows(_WAS_SEALED)).first() or await self.stamps()):
            proof.add("Roots", "all of them are missing: there has been one, and it vouched for what was written")
        async for row in self._between(through, _LAST, proof):
            if begun and row.episode is not None and row.number is None:
                proof.of_row(row, "it was put in: it stands outside the chain of its episode")
            begun = begun or row.number is not None
        await self._prove_chains(proof, through)
        return proof

    async def _prove_roots(self, proof: LedgerProof) -> int:
        """Returns the highest position that is sealed."""
        through = _FIRST
        while root := await self.root_after(proof.newest.number if proof.newest else 0):
            before, leaves = proof.newest, dict(leaves_from(root.leaves))
            expected = before.number + 1 if before else 1
            if root.number != expected:
                last = root.number - 1
                named = f"Root {expected}" if last == expected else f"Roots {expected} to {last}"
                proof.add(named, "missing, so that what was sealed there is not proven", root=expected)
                gap = min(leaves) - 1 if leaves else through
                await self._prove_sealed(proof, root, None, through, gap)
                through = max(through, gap)
            holds = _tree_holds(root, leaves)
            if not holds or (root.number == expected and not _follows(before, root)):
                proof.add(
                    f"Root {root.number}", "it was changed: its hash is not that of what it seals", root=root.number
                )
            top = max([through, *leaves])
            await self._prove_sealed(proof, root, leaves if holds else None, through, top)
            through, proof.newest = top, root
        return through

    async def _prove_sealed(
        self, proof: LedgerProof, root: LedgerRoot, leaves: dict[int, bytes] | None, after: int, through: int
    ) -> None:
        """The rows between two positions against the leaves of a root; where these are none, each by itself alone."""
        there, when = set(), f"root {root.number} ({root.at:%Y-%m-%d %H:%M:%S}Z)"
        async for row in self._between(after, through, proof):
            there.add(row.position)
            proof.chained = proof.chained or row.number is not None
            proof.without_link += proof.chained and row.number is None and row.episode is not None
            if leaves is None:
                continue
            if row.position not in leaves:
                proof.of_row(row, f"it was put in after {when} had sealed the rows around it")
            elif leaf(row.position, row.hash, row.link) != leaves[row.position]:
                proof.of_row(row, f"it is not what {when} sealed")
            else:
                proof.sealed += 1
        for position in sorted({*(leaves or ())} - there):
            proof.add(f"Row {position}", f"it is missing: {when} sealed it", position)

    async def _between(self, after: int, through: int, proof: LedgerProof) -> AsyncIterator[LedgerLine]:
        """The rows between two positions, each looked at by itself."""
        while page := [LedgerLine.of(row) for row in await self._rows(_BETWEEN, after=after, through=through)]:
            after = page[-1].position
            changed = await self.altered_contents({line.contents_hash for line in page if line.contents_hash})
            for line in page:
                proof.rows += 1
                if not line.holds:
                    proof.of_row(line, "it was changed: its hash is not that of what it says")
                elif not line.fits:
                    proof.of_row(line, "it was changed: part of its place in the chain of its episode is gone")
                elif line.contents_hash in changed:
                    proof.of_row(line, "its contents were changed: their hash is another")
                yield line

    async def _prove_chains(self, proof: LedgerProof, sealed: int) -> None:
        after = ""
        while heads := list(await self._rows(_HEADS, after=after)):
            after = heads[-1].episode
            found = await self._with(KEYS, [(head.episode,) for head in heads], _of_episodes(self._postgres))
            rows = [LedgerLine.of(row) for row in found]
            chains = {episode: list(chain) for episode, chain in groupby(rows, lambda row: row.episode)}
            for head in heads:
                _prove_chain(proof, head, chains.get(head.episode, []), sealed)
        for row in await self._rows(_HEADLESS):
            proof.of_row(LedgerLine.of(row), "its episode has no chain that it could stand in")


def _prove_chain(proof: LedgerProof, head: Any, rows: Sequence[LedgerLine], sealed: int) -> None:
    where, number, links, position = f"Episode {head.episode}", 0, {NO_LINK}, 0
    for _, same in groupby(rows, lambda row: row.number):
        row, *others = sorted(same, key=proof.names)  # of two with one number, the one that is as it was
        for other in others:
            proof.of_row(other, "it was put in: another row has its number in its episode")
        if not isinstance(row.number, int) or row.number > max(head.rows, number + 1):
            proof.of_row(row, "it was changed: its number lies beyond the chain of its episode")
            continue
        if row.number > number + 1:
            _missing(proof, where, number + 1, row.number - 1, f"before row {row.position} of the ledger")
            links = set()  # what stood before it is not known any more
        expected = {link_after(link, head.episode, row.number, row.hash) for link in links}
        if expected and row.link not in expected:
            proof.of_row(
                row,
                "it was changed or put in, or the row before it in its episode: its link does not lead on from there",
            )
        elif sealed < row.position < position:  # of sealed rows the roots know the place
            proof.of_row(
                row, f"it or row {position} was moved: in the chain of their episode they stand the other way round"
            )
        # Where a link was changed the next row follows the one that was there, and where a row was changed, its link.
        links = {row.link or NO_LINK, *expected}
        number, position = row.number, row.position
    if number < head.rows:
        _missing(proof, where, number + 1, head.rows, "at the end")
    elif number > head.rows or head.link not in links:
        proof.add(where, f"its chain ends with row {number}, and not as its head says: one of the two was changed")


def _missing(proof: LedgerProof, where: str, first: int, last: int, place: str) -> None:
    which = f"row {first} of its chain is" if first == last else f"rows {first} to {last} of its chain are"
    proof.add(where, f"{which} missing, {place}")


def _tree_holds(root: LedgerRoot, leaves: dict[int, bytes]) -> bool:
    return root.rows == len(leaves) and tree_hash([*leaves.values()]).hex() == root.tree


def _follows(before: LedgerRoot | None, root: LedgerRoot) -> bool:
    return root.over(before.root if before else "") == root.root
