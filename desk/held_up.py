"""*Held up*: what is stuck, by cause and not by row, for those who look after the hub. They meet no child here: bodies
are masked, and no reference is shown."""

from collections.abc import Sequence

from starlette.responses import Response

from desk.looking import look_row
from desk.serving import DeskPage
from desk.views.held_up import StuckCause, delivery_causes, masked, paused_views, quarantine_causes, quiet_registers
from desk.visit import NotHereError, Visit

_NOBODY = "hub"
"""Under which authority an operator's looks are written down."""


async def held_up(visit: Visit) -> Response:
    """Deliveries, unreadable messages and feeds that went quiet, each by what they have in common."""
    async with visit.desk.store.reading() as tx:
        held, paused, quarantined, registers = (
            await tx.held_up(retrying=True),
            await tx.paused(),
            await tx.quarantined(),
            await tx.register_freshness(),
        )
    return await visit.page(
        "held_up.html",
        paused=paused_views(paused, visit.now),
        deliveries=delivery_causes(held, visit.now),
        quarantine=quarantine_causes(quarantined, visit.now),
        registers=quiet_registers(registers, visit.now),
    )


def _chosen(causes: Sequence[StuckCause], visit: Visit) -> StuckCause:
    """The cause that the form names. Raises NotHereError where it is over."""
    cause = next((c for c in causes if c.key == visit.asked("cause")), None)
    if cause is None:
        raise NotHereError
    return cause


async def release(visit: Visit) -> Response:
    """A dry run first: what would be tried again, and how much waits behind it. Sent again with `sure`, it is."""
    async with visit.desk.store.reading() as tx:
        causes = delivery_causes(await tx.held_up(retrying=True), visit.now)
    cause = _chosen(causes, visit)
    if visit.asked("sure") != "yes":
        return await visit.page("release.html", cause=cause, what="release")
    async with visit.desk.store.transaction() as tx:
        freed = await tx.release(cause.positions, new_address=visit.asked("new_address") == "yes")
        await tx.append([look_row(visit.user.id, f"release {freed}", _NOBODY, None, visit.now)], ())
    visit.session.notice = f"{freed} released. The hub tries them again."
    return visit.to("/held-up")


async def replay(visit: Visit) -> Response:
    """The same for messages in quarantine."""
    async with visit.desk.store.reading() as tx:
        causes = quarantine_causes(await tx.quarantined(), visit.now)
    cause = _chosen(causes, visit)
    if visit.asked("sure") != "yes":
        return await visit.page("release.html", cause=cause, what="replay")
    async with visit.desk.store.transaction() as tx:
        count = await tx.request_replay(cause.ids)
        await tx.append([look_row(visit.user.id, f"replay {count}", _NOBODY, None, visit.now)], ())
    visit.session.notice = f"{count} will be read again by the hub."
    return visit.to("/held-up")


async def quarantined(visit: Visit) -> Response:
    """One message that could not be read: where it came from, what is wrong, and its shape without a value."""
    async with visit.desk.store.reading() as tx:
        held = await tx.quarantined_message(visit.asked("id"))
    if held is None:
        raise NotHereError
    async with visit.desk.store.transaction() as tx:
        await tx.append([look_row(visit.user.id, f"quarantined {held.row.id}", _NOBODY, None, visit.now)], ())
    return await visit.page("quarantined.html", held=held, body=masked(held.row.value))


HELD_UP_PAGES = (
    DeskPage("/held-up", held_up, who="operators"),
    DeskPage("/held-up/release", release, ("POST",), "operators"),
    DeskPage("/held-up/replay", replay, ("POST",), "operators"),
    DeskPage("/held-up/quarantine/{id}", quarantined, who="operators"),
)
