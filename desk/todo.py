"""*To do*: what waits for an answer, mine first, overdue first; and where the link in an e-mail leads."""

from starlette.responses import Response

from desk.looking import looked, message_for
from desk.serving import DeskPage
from desk.views.todo import page_of, todo_line, todo_rows
from desk.visit import Visit
from reporting.held_cases import held_cases

_WHOSE = ("mine", "roles", "others")


async def todo(visit: Visit) -> Response:
    """25 at a time. Whose: named for me, for my roles, for others; what: task, decision, meeting, interview or
    acknowledgement."""
    user, packs = visit.user, visit.desk.packs
    whose = visit.asked("whose") if visit.asked("whose") in _WHOSE else "roles"
    wanted, number = visit.asked("wanted"), visit.asked("page")
    async with visit.desk.store.reading() as tx:
        work = [row for authority in user.authorities for row in await tx.work_of(authority)]
        rows = todo_rows(work, user, visit.now)
        counts = {name: sum(row.whose == name for row in rows) for name in _WHOSE}
        chosen = [row for row in rows if row.whose in _shown(whose) and wanted in ("", row.wanted)]
        shown, page, pages = page_of(chosen, int(number) if number.isdecimal() else 1)
        cases = await held_cases(tx, [row.case for row in shown])
    told = {case.case.id: case for case in cases}
    for authority in user.authorities:
        episodes = [row.case for row in shown if row.authority == authority]
        if episodes:
            await looked(visit, "to do", authority, list(dict.fromkeys(episodes)))
    return await visit.page(
        "todo.html",
        rows=[todo_line(row, told.get(row.case), packs, visit.now) for row in shown],
        counts=counts,
        whose=whose,
        wanted=wanted,
        pages=pages,
        number=page,
        all_of_them=len(rows),
        many=len(user.authorities) > 1,
    )


async def from_link(visit: Visit) -> Response:
    """Where the link in an e-mail leads: to what the message asks, or to what became of it."""
    async with visit.desk.store.reading() as tx:
        rows = await message_for(tx, visit.user, visit.asked("message"))
    return visit.to(f"/m/{rows[0].row.message_id}")


def _shown(whose: str) -> tuple[str, ...]:
    """What is mine by name is my roles' as well."""
    return ("mine", "roles") if whose == "roles" else (whose,)


TODO_PAGES = (DeskPage("/todo", todo), DeskPage("/t/{message}", from_link, who="asked"))
