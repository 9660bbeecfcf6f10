"""What became of leased rows and what the ledger says about it, to Postgres in one statement that is a transaction of
its own: a relay does nothing more often. The statement by itself stands in `store.deliveries`."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import Executable, exists, func, select

from store.deliveries import Deliveries, all_left, settling, settling_parameters
from store.delivery_table import deliveries
from store.leased import Settlement
from store.ledger import LINES, Ledger, line_values
from store.rows import LedgerRow


@cache
def _settle_and_tell(left: bool) -> Executable:
    ended = settling(True, left).returning(deliveries.c.position).cte("ended")
    told = LINES.where(exists(select(ended.c.position))).cte("told")
    return select(func.count()).select_from(ended).add_cte(told)


class Settling(Deliveries, Ledger):
    """The part of a transaction by which a relay says what became of its rows, and the ledger with it."""

    async def settle_and_tell(
        self, owner: str, settlements: Sequence[Settlement], now: datetime, lines: Sequence[LedgerRow]
    ) -> int:
        """As `settle`, with the ledger's lines about it where a row still counted. On Postgres only, and of lines
        without contents and of no episode, which follow no other line."""
        told = LINES.parameters(True, [line_values(line, None, {}) for line in lines])
        assert isinstance(told, dict)
        left = all_left(settlements)
        given = settling_parameters(True, owner, settlements, now, left) | told
        return int((await self._execute(_settle_and_tell(left), given)).scalar_one())
