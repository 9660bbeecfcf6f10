"""*Find*: one box for whatever somebody has in hand. It is sent by POST, so that no name stands in an address."""

from datetime import date

from starlette.responses import Response

from desk.looking import looked
from desk.serving import DeskPage
from desk.views.found import FoundRow, found_row, found_rows
from desk.visit import Visit
from reporting.finding import found_by_id, found_by_name, found_by_number

_SHORTEST = 2


async def find(visit: Visit) -> Response:
    """A reference, a number or an id first; else whom the name may mean."""
    sought, born, fault = visit.asked("sought"), visit.asked("born"), ""
    rows: list[FoundRow] = []
    if visit.request.method == "POST":
        fault = "Enter a reference, a number, an id or a name" if len(sought) < _SHORTEST else ""
        birthday = _day(born)
        fault = fault or ("Enter a date of birth, or leave it empty" if born and birthday is None else "")
        if not fault:
            rows = await _found(visit, sought, birthday)
            for row in rows:
                await looked(visit, "find", row.authority, [row.episode])
    searched = visit.request.method == "POST" and not fault
    status = 422 if fault else 200
    return await visit.page("find.html", status, sought=sought, born=born, rows=rows, fault=fault, searched=searched)


async def _found(visit: Visit, sought: str, born: date | None) -> list[FoundRow]:
    user, now = visit.user, visit.now
    async with visit.desk.store.reading() as tx:
        exact = [case for case in await found_by_id(tx, sought) if user.grant_at(case.authority)]
        if exact:
            return [found_row(case, "exactly this", (), now) for case in exact]
        numbered = await found_by_number(tx, user.authorities, sought)
        if numbered or any(char.isdigit() for char in sought):
            return found_rows(numbered, now)
        return found_rows(await found_by_name(tx, user.authorities, sought, born), now)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


FIND_PAGES = (DeskPage("/find", find, ("GET", "POST")),)
