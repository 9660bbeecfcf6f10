"""*Now*: who is missing, what runs out first; the same for a screen on the wall; and the handover since 17:00."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from starlette.responses import Response

from desk.looking import governing_pack, looked
from desk.serving import DeskPage
from desk.views.handover import handover_of
from desk.views.missing import MissingCard, cards_in_order, missing_card
from desk.visit import NotHereError, Visit
from reporting.held_cases import held_cases, open_cases
from schemas.london_time import in_london
from store import Transaction

_CLOSES = 17
"""The hour at which the day's people hand over to the night's."""


async def now_page(visit: Visit) -> Response:
    """The cards, and what is still owed for children who are back."""
    by, team, risk, mine = (visit.asked(name) for name in ("by", "team", "risk", "mine"))
    async with visit.desk.store.reading() as tx:
        cards = await _cards(tx, visit)
        owed = await _owed(tx, visit)
        heard = await tx.last_police_message()
    shown = [
        card
        for card in cards_in_order(cards, by)
        if team in ("", card.team) and risk in ("", card.risk) and (not mine or card.owner == visit.user.id)
    ]
    for authority in visit.user.authorities:
        visit.desk.reads[authority] = visit.now
        await looked(visit, "now", authority, [card.episode for card in shown if card.authority == authority])
    return await visit.page(
        "now.html",
        cards=shown,
        missing=len(cards),
        owed=owed,
        heard=heard,
        teams=sorted({card.team for card in cards if card.team}),
        chosen={"by": by, "team": team, "risk": risk, "mine": mine},
        many=len(visit.user.authorities) > 1,
    )


async def wall(visit: Visit) -> Response:
    """Reference, time missing, next limit and owner, in large letters. Nothing to press, and no age."""
    async with visit.desk.store.reading() as tx:
        cards = await _cards(tx, visit)
    for authority in visit.user.authorities:
        await looked(visit, "wall", authority, [card.episode for card in cards if card.authority == authority])
    return await visit.page("wall.html", cards=cards_in_order(cards))


async def handover(visit: Visit) -> Response:
    """What came since 17:00, on one page that prints: new, found, decided, unanswered."""
    since = last_closing(visit.now)
    parts = []
    async with visit.desk.store.reading() as tx:
        lines = await tx.ledger_between(since, visit.now + timedelta(seconds=1))
        for authority in visit.user.authorities:
            own = [line for line in lines if line.authority == authority and line.episode]
            held = await held_cases(tx, [line.episode for line in own if line.episode])
            waiting = await tx.work_of(authority)
            pack = visit.desk.packs.newest(authority)
            parts.append(handover_of(authority, own, held, waiting, pack, since, visit.now))
    for part in parts:
        await looked(visit, "handover", part.authority, part.episodes)
    return await visit.page("handover.html", hands=parts, since=since, many=len(parts) > 1)


def last_closing(now: datetime) -> datetime:
    """The newest 17:00 in London that has passed."""
    local = in_london(now)
    closing = local.replace(hour=_CLOSES, minute=0, second=0, microsecond=0)
    if closing > local:
        closing -= timedelta(days=1)  # by the clock on the wall, whatever happened to it in between
    return closing.astimezone(now.tzinfo)


async def _cards(tx: Transaction, visit: Visit) -> Sequence[MissingCard]:
    if not visit.user.grants:
        raise NotHereError
    held = [case for authority in visit.user.authorities for case in await open_cases(tx, authority)]
    return [missing_card(case, governing_pack(visit.desk.packs, case), visit.now) for case in held if case.episode]


async def _owed(tx: Transaction, visit: Visit) -> int:
    """For how many children who are back an interview is still owed."""
    rows = [row for authority in visit.user.authorities for row in await tx.work_of(authority)]
    return len({row.case_id for row in rows if row.wanted == "interview"})


NOW_PAGES = (
    DeskPage("/now", now_page),
    DeskPage("/now/wall", wall),
    DeskPage("/now/since", handover),
)
