"""The transaction: all that may be done in one, put together from its parts. No statement lives here."""

from store.deliveries import Deliveries
from store.intake import Intake
from store.ledger import Ledger
from store.quarantine import Quarantine
from store.timers import Timers


class Transaction(Intake, Ledger, Timers, Quarantine, Deliveries):
    """What stands between `async with store.transaction()` and its end: all of it is kept, or none."""
