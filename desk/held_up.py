"""*Held up*: what is stuck, by cause and not by row, for those who look after the hub. They meet no child here: bodies
are masked, and no reference is shown."""

from collections.abc import Sequence

from starlette.responses import Response

from desk.serving import DeskPage
from desk.views.held_up import (
    StuckCause,
    delivery_causes,
    lost_canaries,
    paused_views,
    quarantine_causes,
    quiet_registers,
    silent_feeds,
    unsent_by_topic,
)
from desk.views.quarantined import authority_of, marked, masked, unmasked
from desk.visit import NotHereError, Visit
from store.looks import NO_AUTHORITY, look_row

_REASONED = 3
"""Characters of a reason that say something."""


async def held_up(visit: Visit) -> Response:
    """Deliveries, unreadable messages, feeds that went quiet and lost canaries, each by what they have in common."""
    async with visit.desk.store.reading() as tx:
        held, paused, quarantined, registers, feeds, canaries, unsent = (
            await tx.held_up(retrying=True),
            await tx.paused(),
            await tx.quarantined(),
            await tx.register_freshness(),
            await tx.feed_states(),
            await tx.canaries(),
            await tx.unsent_topics(),
        )
    every = visit.desk.options.canaries
    return await visit.page(
        "held_up.html",
        paused=paused_views(paused, visit.now),
        deliveries=delivery_causes(held, visit.now),
        quarantine=quarantine_causes(quarantined, visit.now),
        unsent=unsent_by_topic(unsent, visit.desk.untaken, visit.now),
        registers=quiet_registers(registers, visit.now),
        feeds=silent_feeds(feeds, visit.now),
        every=every,
        set_out=canaries,
        canaries=lost_canaries(canaries, visit.desk.packs.authorities, every, visit.now) if every else [],
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
    chosen = cause.positions[:1] if visit.asked("only") == "oldest" else cause.positions
    async with visit.desk.store.transaction() as tx:
        freed = await tx.release(chosen, new_address=visit.asked("new_address") == "yes")
        await tx.append([look_row(visit.user.id, f"release {freed}", NO_AUTHORITY, None, visit.now)], ())
    visit.session.notice = f"{freed} released. The hub tries them again."
    return visit.to("/held-up")


async def replay(visit: Visit) -> Response:
    """The same for messages in quarantine; one alone, which somebody has looked at, is read again at once."""
    if one := visit.asked("id"):
        return await _read_again(visit, [one])
    async with visit.desk.store.reading() as tx:
        causes = quarantine_causes(await tx.quarantined(), visit.now)
    cause = _chosen(causes, visit)
    if visit.asked("sure") != "yes":
        return await visit.page("release.html", cause=cause, what="replay")
    chosen = cause.ids[:1] if visit.asked("only") == "oldest" else cause.ids
    return await _read_again(visit, chosen)


async def _read_again(visit: Visit, ids: Sequence[str]) -> Response:
    async with visit.desk.store.transaction() as tx:
        count = await tx.request_replay(ids)
        await tx.append([look_row(visit.user.id, f"replay {count}", NO_AUTHORITY, None, visit.now)], ())
    visit.session.notice = f"{count} will be read again by the hub."
    return visit.to("/held-up")


async def quarantined(visit: Visit) -> Response:
    """One message that could not be read: where it came from, what is wrong, and its shape without a value, with the
    fault marked. The values are shown to somebody of the authority that it belongs to, who says why."""
    async with visit.desk.store.reading() as tx:
        held = await tx.quarantined_message(visit.asked("id"))
    if held is None:
        raise NotHereError
    whose, why, asked = authority_of(held.row, visit.desk.packs), visit.asked("why"), visit.request.method == "POST"
    may_see = whose is not None and visit.user.grant_at(whose) is not None
    if asked and not may_see:
        raise NotHereError
    fault = "Say why you need the values" if asked and len(why) < _REASONED else ""
    shown = asked and not fault
    what = f"quarantined {held.row.id}{', with values' if shown else ''}"
    async with visit.desk.store.transaction() as tx:
        look = look_row(visit.user.id, what, (shown and whose) or NO_AUTHORITY, None, visit.now, why if shown else "")
        await tx.append([look], ())
    lines = marked(unmasked(held.row.value) if shown else masked(held.row.value), held.row.detail)
    return await visit.page(
        "quarantined.html", 422 if fault else 200, held=held, lines=lines, shown=shown, may_see=may_see, fault=fault
    )


HELD_UP_PAGES = (
    DeskPage("/held-up", held_up, who="operators"),
    DeskPage("/held-up/release", release, ("POST",), "operators"),
    DeskPage("/held-up/replay", replay, ("POST",), "operators"),
    DeskPage("/held-up/quarantine/{id}", quarantined, ("GET", "POST"), "operators"),
)
