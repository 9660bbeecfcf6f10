"""Who looks at what is held of children from the command line, and the lines of the ledger that it leaves. Those of the
desk's pages are in `desk.looking`."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from store import Store, StoreForbiddenError
from store.looks import look_row


class UnwrittenLookError(Exception):
    """That somebody looks cannot be written down; so nothing may be shown."""


@dataclass(frozen=True, slots=True)
class Looker:
    """`who` looks, by which command, and why, where they say so. `account`: as whom they work on which machine, where
    they give another name."""

    who: str
    what: str
    why: str = ""
    account: str = ""

    async def write(
        self, store: Store, authority: str, episodes: Collection[str | None], at: datetime, detail: str = ""
    ) -> None:
        """A line for each episode that is about to be shown, or one where there is none. To be called before anything
        is shown: raises UnwrittenLookError where the database may only be read."""
        await self.write_all(store, [(authority, episode) for episode in episodes or [None]], at, detail)

    async def write_all(
        self, store: Store, seen: Collection[tuple[str, str | None]], at: datetime, detail: str = ""
    ) -> None:
        """The same for episodes of several authorities."""
        what = f"{self.what} {detail}".rstrip()
        rows = [look_row(self.who, what, *each, at, self.why, self.account) for each in dict.fromkeys(seen)]
        try:
            async with store.transaction() as tx:
                await tx.append(rows, ())
        except StoreForbiddenError as error:
            raise UnwrittenLookError(
                "Nothing is shown: the ledger must say who looked, and here it may only be read "
                f"({error}). Use the database as the hub does (HOMEWARD_DATABASE_URL)."
            ) from None
