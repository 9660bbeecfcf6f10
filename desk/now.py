"""*Now*: who is missing, what runs out first; the same for a screen on the wall; and the handover since 17:00."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from starlette.responses import Response

from desk.looking import governing_pack, looked
from desk.serving import DeskPage
from desk.views.handover import handover_of, handover_view
from desk.views.missing import MissingCard, heads_in_order, missing_card, reference_in_words, team_of
from desk.views.todo import page_of
from desk.visit import Visit
from reporting.held_cases import held_cases
from reporting.open_heads import OpenHead, open_heads, references_of
from schemas.london_time import in_london
from store import Transaction

_CLOSES = 17
"""The hour at which the day's people hand over to the night's."""


async def now_page(visit: Visit) -> Response:
    """The cards, 25 at a time, and what is still owed for children who are back."""
    by, team, risk, mine, number = (visit.asked(name) for name in ("by", "team", "risk", "mine", "page"))
    async with visit.desk.store.reading() as tx:
        heads = await _heads(tx, visit)
        chosen = [
            head
            for head in heads_in_order(heads, visit.desk.packs, visit.now, by)
            if team in ("", _team(visit, head))
            and risk in ("", head.risk)
            and (not mine or head.worker == visit.user.id)
        ]
        shown, page, pages = page_of(chosen, int(number) if number.isdecimal() else 1)
        cards = await _cards(tx, visit, shown)
        owed = sum([await tx.cases_wanting(authority, "interview") for authority in visit.user.authorities])
        heard = await tx.last_police_message()
    for authority in visit.user.authorities:
        visit.desk.reads[authority] = visit.now
        await looked(visit, "now", authority, [card.episode for card in cards if card.authority == authority])
    return await visit.page(
        "now.html",
        cards=cards,
        missing=len(heads),
        fitting=len(chosen),
        number=page,
        pages=pages,
        owed=owed,
        heard=heard,
        teams=sorted({name for head in heads if (name := _team(visit, head))}),
        chosen={"by": by, "team": team, "risk": risk, "mine": mine},
        many=len(visit.user.authorities) > 1,
    )


async def wall(visit: Visit) -> Response:
    """Reference, time missing, next limit and owner, in large letters: the first 25. Nothing to press, and no age."""
    async with visit.desk.store.reading() as tx:
        heads = heads_in_order(await _heads(tx, visit), visit.desk.packs, visit.now)
        shown, _, _ = page_of(heads, 1)
        cards = await _cards(tx, visit, shown)
    for authority in visit.user.authorities:
        await looked(visit, "wall", authority, [card.episode for card in cards if card.authority == authority])
    return await visit.page("wall.html", cards=cards, missing=len(heads))


async def handover(visit: Visit) -> Response:
    """What came since 17:00, on one page that prints: new, found, decided, unanswered; of each the first 25, and the
    rest on further pages."""
    since, asked = last_closing(visit.now), visit.asked("page")
    number = max(int(asked) if asked.isdecimal() else 1, 1)
    hands, told = [], []
    async with visit.desk.store.reading() as tx:
        for authority in visit.user.authorities:
            lines, work = await tx.facts_since(authority, since), await tx.work_of(authority)
            hand = handover_of(authority, lines, work, since, visit.now, number)
            references = {case: reference_in_words(n) for case, n in (await references_of(tx, hand.cases)).items()}
            hands.append(hand)
            told.append((handover_view(hand, references, visit.desk.packs.newest(authority), visit.now), references))
    for view, references in told:
        await looked(visit, "handover", view.authority, [*references])
    pages = max((hand.pages for hand in hands), default=1)
    return await visit.page(
        "handover.html", hands=[view for view, _ in told], since=since, many=len(told) > 1, number=number, pages=pages
    )


def last_closing(now: datetime) -> datetime:
    """The newest 17:00 in London that has passed."""
    local = in_london(now)
    closing = local.replace(hour=_CLOSES, minute=0, second=0, microsecond=0)
    if closing > local:
        closing -= timedelta(days=1)  # by the clock on the wall, whatever happened to it in between
    return closing.astimezone(now.tzinfo)


async def _heads(tx: Transaction, visit: Visit) -> list[OpenHead]:
    return [head for authority in visit.user.authorities for head in await open_heads(tx, authority)]


async def _cards(tx: Transaction, visit: Visit, heads: Sequence[OpenHead]) -> list[MissingCard]:
    held = await held_cases(tx, [head.episode for head in heads])
    return [missing_card(case, governing_pack(visit.desk.packs, case), visit.now) for case in held if case.episode]


def _team(visit: Visit, head: OpenHead) -> str | None:
    return team_of(head, visit.desk.packs.version(head.authority, head.pack))


NOW_PAGES = (
    DeskPage("/now", now_page),
    DeskPage("/now/wall", wall),
    DeskPage("/now/since", handover),
)
