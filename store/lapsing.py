"""When a lease bars nobody any more: its time is over, or it would stand for longer than any lease does. A process
whose clock was ahead took such a one, and must not keep everybody out for as long as it was ahead."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, or_

from store.instants import UtcInstant

_NOW, _BEYOND = bindparam("now", type_=UtcInstant), bindparam("beyond", type_=UtcInstant)
_LEASES_AHEAD = 3


def lapsed(until: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether a lease bars nobody, by the instants of `lapsing`."""
    return or_(until <= _NOW, until > _BEYOND)


def lapsing(now: datetime, lease: timedelta) -> dict[str, datetime]:
    """What `lapsed` must be told. `lease` is how long leases last."""
    return {"now": now, "beyond": now + _LEASES_AHEAD * lease}
