"""*Episode*: its page, the name of the child for who asks for it, and a chronology to print."""

from starlette.responses import Response

from desk.acts import role_name
from desk.looking import case_for, governing_pack, looked
from desk.people import DeskUser
from desk.serving import DeskPage
from desk.views.episode import episode_view
from desk.visit import NotHereError, Visit
from reporting.clear_words import in_clear
from reporting.held_cases import HeldCase, held_cases
from store import Delivery, LedgerEntry, Transaction

_REASONED = 3
"""Characters of a reason that say something."""


async def episode_page(visit: Visit) -> Response:
    """The page, without the name. With `all` the whole past."""
    return await _shown(visit, "episode")


async def show_name(visit: Visit) -> Response:
    """The page with name and birth date, for this view alone. Who works the case or was told gives no reason."""
    fault = await _reason_missing(visit, await _held(visit))
    return await _shown(visit, "episode" if fault else "name", named=not fault, fault=fault)


async def printed(visit: Visit) -> Response:
    """The chronology: oldest first, the name only where it was ticked, and for a reason as on the page itself."""
    named = visit.request.method == "POST" and visit.asked("name") == "yes"
    fault = await _reason_missing(visit, await _held(visit)) if named else ""
    what = "print, with name" if named and not fault else "print"
    return await _shown(visit, what, named=named and not fault, fault=fault, template="print.html")


async def _shown(
    visit: Visit, what: str, named: bool = False, fault: str = "", template: str = "episode.html"
) -> Response:
    async with visit.desk.store.reading() as tx:
        held = await case_for(tx, visit.user, visit.asked("episode"))
        case = held.episode
        if case is None:
            raise NotHereError
        ledger, deliveries = await _told(tx, held)
        linked = [h for h in await held_cases(tx, case.episode.linked) if visit.user.grant_at(h.authority)]
    await looked(visit, what, held.authority, [held.case.id], visit.asked("why") if named else "")
    pack = governing_pack(visit.desk.packs, held)
    whole = bool(visit.asked("all")) or template == "print.html"
    view = episode_view(held, ledger, deliveries, linked, pack, visit.now, whole)
    grant = visit.user.grant_at(held.authority)
    return await visit.page(
        template,
        view=view,
        card=view.card,
        named=held.child.described if named else None,
        born=held.child.record.date_of_birth if named else None,
        is_named=named,
        fault=fault,
        reason_asked=not _is_theirs(visit.user, held, deliveries),
        may_answer=grant is not None and grant.may == "answer",
        told_you=_told_you(visit, held, deliveries),
    )


async def _held(visit: Visit) -> HeldCase:
    async with visit.desk.store.reading() as tx:
        return await case_for(tx, visit.user, visit.asked("episode"))


async def _told(tx: Transaction, held: HeldCase) -> tuple[list[LedgerEntry], list[Delivery]]:
    lines, sent = await tx.ledger_of_episode(held.case.id), await tx.outbox_of_episode(held.case.id)
    return await in_clear(tx, lines, sent), sent


async def _reason_missing(visit: Visit, held: HeldCase) -> str:
    """What is said where the name is asked for without the reason that it needs; empty where nothing is wrong."""
    async with visit.desk.store.reading() as tx:
        deliveries = await tx.outbox_of_episode(held.case.id)
    reasoned = len(visit.asked("why")) >= _REASONED or _is_theirs(visit.user, held, deliveries)
    return "" if reasoned else "Say why you need the name"


def _is_theirs(user: DeskUser, held: HeldCase, deliveries: list[Delivery]) -> bool:
    """Whether the person works the case; or they, or a role that they were given by name, were told of it."""
    record = held.child.record
    works = {person for s in record.services for person in (s.worker, s.manager)} | {*record.involved}
    return user.id in works or any(_is_to(user, d) for d in deliveries)


def _is_to(user: DeskUser, delivery: Delivery) -> bool:
    channel, _, where = delivery.row.destination.partition("/")
    if channel != "mail":
        return False
    authority, role, *person = where.split("/")
    grant = user.grant_at(authority)
    return bool(grant and (role in grant.roles or (person and person[0] == user.id)))


def _told_you(visit: Visit, held: HeldCase, deliveries: list[Delivery]) -> str:
    """What the reader was told last, as whom."""
    pack = governing_pack(visit.desk.packs, held)
    for delivery in reversed(deliveries):
        if _is_to(visit.user, delivery):
            role = delivery.row.destination.split("/")[2]
            title = visit.desk.letters.letter(delivery.row).title
            return f"{title} (as {role_name(pack, role)})"
    return ""


EPISODE_PAGES = (
    DeskPage("/e/{episode}", episode_page),
    DeskPage("/e/{episode}/name", show_name, ("POST",)),
    DeskPage("/e/{episode}/print", printed, ("GET", "POST")),
)
