"""What people outside a council see, and nothing else: a police force its own incidents, a commissioned interviewer the
requests that were sent to them."""

from collections.abc import Sequence
from datetime import timedelta

from starlette.responses import Response

from desk.looking import governing_pack, looked
from desk.serving import DeskPage
from desk.views.own_force import ForceIncident, force_incident, incident_of, is_to_force
from desk.views.todo import page_of, todo_line, todo_rows
from desk.visit import NotHereError, Visit
from reporting.held_cases import HeldCase, held_cases
from store import Delivery, WorkRow
from store.looks import look_row

_RECENT = timedelta(days=7)
_MOST = 100


async def own_force(visit: Visit) -> Response:
    """The force's incidents: who is missing first, then the last seven days; or one that is asked for."""
    sought, number = visit.asked("incident"), visit.asked("page")
    forces = sorted(visit.user.forces)
    async with visit.desk.store.reading() as tx:
        ids = await tx.episodes_of_forces(forces, visit.now - _RECENT)
        if sought:
            ids = await tx.episodes_of_incident(sought, _MOST)
        chosen, page, pages = page_of(ids, int(number) if number.isdecimal() else 1)
        held = await held_cases(tx, chosen)
        shown = [(h, _incident(visit, h, await tx.outbox_of_episode(h.case.id))) for h in held]
    own = [(h, incident) for h, incident in shown if incident is not None]
    for authority in sorted({h.authority for h, _ in own}):
        await looked(visit, "own force", authority, [h.case.id for h, _ in own if h.authority == authority])
    rows = [incident for _, incident in own]
    return await visit.page("own_force.html", rows=rows, forces=forces, sought=sought, number=page, pages=pages)


async def force_message(visit: Visit) -> Response:
    """What a message to the force says."""
    async with visit.desk.store.reading() as tx:
        rows = await tx.outbox_of_message(visit.asked("message"))
        cases = await held_cases(tx, [rows[0].row.subject]) if rows and rows[0].row.subject else []
    found = next((row for row in rows if cases and _reaches(visit, cases[0], row)), None)
    if found is None:
        raise NotHereError
    async with visit.desk.store.transaction() as tx:
        row = found.row
        await tx.append([look_row(visit.user.id, "message to own force", row.authority, row.subject, visit.now)], ())
    letter = visit.desk.letters.letter(found.row)
    return await visit.page("force_message.html", letter=letter, reference=incident_of(found))


def _incident(visit: Visit, held: HeldCase, deliveries: Sequence[Delivery]) -> ForceIncident | None:
    roles = visit.desk.police_roles.get(held.authority, frozenset())
    pack = governing_pack(visit.desk.packs, held)
    return force_incident(held, deliveries, visit.user.forces, roles, pack, visit.now)


def _reaches(visit: Visit, held: HeldCase, delivery: Delivery) -> bool:
    """Whether a message about an incident of the force went to it."""
    forces = visit.user.forces
    told = [r.force for r in held.episode.episode.references] if held.episode else []
    if not any(force in forces for force in told):
        return False
    alone = all(force in forces for force in told)
    return is_to_force(delivery, forces, visit.desk.police_roles.get(held.authority, ()) if alone else ())


async def own_requests(visit: Visit) -> Response:
    """What waits for this person, or for nobody by name in a role of theirs; what runs out first first."""
    async with visit.desk.store.reading() as tx:
        work: list[WorkRow] = []
        for grant in visit.user.asked:
            for role in sorted(grant.roles):
                work += await tx.work_for(grant.authority, role, visit.user.id)
        rows = todo_rows(work, visit.user, visit.now)
        told = {case.case.id: case for case in await held_cases(tx, [row.case for row in rows])}
    lines = [todo_line(row, told.get(row.case), visit.desk.packs, visit.now) for row in rows]
    for authority in sorted({row.authority for row in rows}):
        await looked(visit, "own requests", authority, [row.case for row in rows if row.authority == authority])
    return await visit.page("own_requests.html", rows=lines)


OWN_PAGES = (
    DeskPage("/force", own_force, who="police"),
    DeskPage("/force/m/{message}", force_message, who="police"),
    DeskPage("/requests", own_requests, who="asked"),
)
