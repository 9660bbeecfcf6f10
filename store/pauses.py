"""Which pause holds a row of deliveries, as parts of statements. Pausing and resuming are told in `store.pausing`."""

from sqlalchemy import ColumnElement, FromClause, Text, func, select, true

from store.tables import pauses


def is_paused(rows: FromClause, destination: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether somebody has paused the lane, the destination or the way out of a row of deliveries."""
    # A scalar and not an EXISTS, for the reason told in `store.claiming`: there are few pauses, and mostly none.
    return select(true()).where(of_pause(rows, destination)).limit(1).scalar_subquery().is_(true())


def destination_of_lane(rows: FromClause, postgres: bool) -> ColumnElement[str]:
    """The destination in the name of a lane, which begins with its subject."""
    bar = func.strpos(rows.c.lane, "|") if postgres else func.instr(rows.c.lane, "|")
    return func.substr(rows.c.lane, bar + 1, type_=Text)


def pause_of(rows: FromClause, destination: ColumnElement[str]) -> ColumnElement[str | None]:
    """The name of the pause that holds a row; null where none does."""
    return select(func.max(pauses.c.name)).where(of_pause(rows, destination)).scalar_subquery()


def of_pause(rows: FromClause, destination: ColumnElement[str]) -> ColumnElement[bool]:
    """That a pause names the lane, the destination or the way out of a row."""
    return pauses.c.name.in_((rows.c.lane, destination, rows.c.channel))
