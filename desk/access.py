"""*Who looked*: for those who answer for information governance at an authority: who looked at a child, or what
somebody looked at. They see no page about a child by that, and this is a look as well."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from starlette.responses import Response

from desk.clock_words import day_and_hour
from desk.looking import looked
from desk.serving import DeskPage
from desk.visit import Visit
from reporting.open_heads import references_of
from routing.calendar import first_instant_of
from schemas.london_time import in_london
from store.looks import Look

_MOST = 200
"""Looks on one page, the newest first; whoever wants more asks from a later day, or the command."""
_USUAL = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class LookLine:
    """A look in words. `about`: the police reference, where there is one."""

    when: str
    who: str
    what: str
    about: str
    why: str


async def access(visit: Visit) -> Response:
    """A form, and what was found. It is sent by POST, so that no number stands in an address."""
    number, who, day = (visit.asked(name) for name in ("number", "who", "since"))
    since = _first_instant(day)
    sent, faults = visit.request.method == "POST", dict[str, str]()
    if sent:
        if bool(number) == bool(who):
            faults["number"] = "Enter a number or reference of a child, or who looked, but not both"
        if since is None:
            faults["since"] = "Enter the first day"
    lines, more = await _found(visit, number, who, since) if sent and since and not faults else ([], 0)
    return await visit.page(
        "access.html",
        422 if faults else 200,
        typed={"number": number, "who": who, "since": day or (in_london(visit.now).date() - _USUAL).isoformat()},
        faults=faults,
        searched=sent and not faults,
        lines=lines,
        more=more,
    )


async def _found(visit: Visit, number: str, who: str, since: datetime) -> tuple[list[LookLine], int]:
    """The newest looks at children of the authorities that the person answers for, and how many more there are; those
    that are shown are written down as looked at."""
    governs = visit.user.governs
    async with visit.desk.store.reading() as tx:
        if number:
            looks = await tx.looks_at(governs, number, since)
        else:
            looks = [look for authority in governs for look in await tx.looks_by(who, since, authority)]
        shown = sorted(looks, key=lambda look: look.at)[::-1][:_MOST]
        references = await references_of(tx, {look.about for look in shown if look.about})
        reasons = await tx.contents_of([look.why for look in shown if look.why])
    for authority in governs:
        about = {look.about: None for look in shown if look.authority == authority}
        await looked(visit, "who looked", authority, [*about])
    return [_line(look, references, reasons, visit.now) for look in shown], len(looks) - len(shown)


def _line(look: Look, references: Mapping[str, Sequence[str]], reasons: Mapping[str, bytes], now: datetime) -> LookLine:
    about = ", ".join(references.get(look.about or "", ())) or (look.about or "no child")
    why = reasons.get(look.why or "", b"").decode("utf-8", "replace")
    return LookLine(day_and_hour(look.at, now), look.by, look.what, about, why)


def _first_instant(day: str) -> datetime | None:
    """The first instant of that day in London; None where it is no day."""
    try:
        return first_instant_of(date.fromisoformat(day))
    except ValueError:
        return None


ACCESS_PAGES = (DeskPage("/access", access, ("GET", "POST"), "governors"),)
