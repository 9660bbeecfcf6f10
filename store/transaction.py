"""The transaction: all that may be done in one, put together from its parts. No statement lives here."""

from store.answers import Answers
from store.arriving import Arriving
from store.blocking import Blocking
from store.canaries import Canaries
from store.cases import Cases
from store.claiming import Claiming
from store.delivery_status import DeliveryStatus
from store.drafts import Drafts
from store.early import Early
from store.evidence import Evidence
from store.finding import LookingUp
from store.floods import Floods
from store.forgetting import Forgetting
from store.holds import Holds
from store.keeping import Keeping
from store.listening import FeedsHeard
from store.looks import Looks
from store.lost_keys import LostKeys
from store.noting import Noting
from store.pausing import Pausing
from store.quarantine import Quarantine
from store.register_freshness import RegisterAges
from store.retention import Retention
from store.settling import Settling
from store.timers import Timers
from store.worklist import Worklist


class Known(Cases, Blocking, RegisterAges, FeedsHeard, Canaries, LookingUp, Floods, Noting, Timers, Worklist):
    """What is true now."""


class Looking(DeliveryStatus, Evidence, Looks, Retention, Forgetting, Holds, Keeping, LostKeys):
    """What became of what was promised, what proves it, who looked, and what may be forgotten."""


class OfTheDesk(Answers, Drafts):
    """What people typed on the duty desk."""


class Transaction(Known, Pausing, Quarantine, Early, Claiming, Settling, Arriving, Looking, OfTheDesk):
    """What stands between `async with store.transaction()` and its end: all of it is kept, or none."""
