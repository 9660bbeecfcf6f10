"""All authorities in one hub, served by one police force: what one of them is told reaches nobody of another.

Each pack that is there plays courses of its own: a child with a worker in every service, with decisions and meetings of
every kind, weeks of clocks, the return and the interview; and one whom nobody works with, whom a worker reports and who
is missing again and again. Numbers and people carry the name of their authority: a word in the wrong place shows.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import pytest
from hub_in_memory import hub
from wire_messages import child, event, later

from outbox.addressing import DirectoryBook
from outbox.directory import Directory
from routing.pack import Pack
from store.rows import OutboxRow
from tests.shipped import shipped_directories, shipped_packs

FORCE, WEEKS = "XX", 5
PACKS = {authority: versions[-1] for authority, versions in shipped_packs().all().items() if authority != "hub"}
DIRECTORIES: dict[str, Directory] = shipped_directories()
each = pytest.mark.parametrize("authority", sorted(PACKS))
Report = tuple[float, str, str, dict[str, Any]]  # hours, authority, type, data


def course(pack: Pack) -> Iterator[Report]:
    """What is told of the children of one authority."""
    yield from with_workers(pack)
    yield from without_workers(pack)


def without_workers(pack: Pack) -> Iterator[Report]:
    a, who = pack.authority, child(f"compact:K-{pack.authority}-2")
    teller = {"role": pack.intake, "person": f"teller@{a}"}
    refused = {"parent_reports": "refused", "parent_consents": "refused"}
    yield -1, a, "worker.missing_report", {"child": {**who, "age": 14}, "by": teller, **refused}
    for n in range(3):
        begins, about = 100.0 * n, {"incident": f"P-{a}-again-{n}", "force": FORCE}
        known = {"child": who, "responsible_authority": a, "host_authority": a, "incident": about["incident"]}
        told = {"classification": "absent" if n == 1 else "missing", "reported_at": later(begins), "vulnerable": True}
        yield (
            begins,
            a,
            "police.missing",
            {**known, **told, "child": {**who, "age": 14}, "concerns": pack.words.concerns},
        )
        yield begins + 1, a, "screening.decision", {**about, "rhi": "required", "by": teller}
        yield begins + 2, a, "rag.set", {**about, "value": ("RED", "AMBER", "GREEN")[n], "by": teller}
        yield begins + 80, a, "police.found", {**known, "found_at": later(begins + 79)}
        result = ("refused", "not_offered", "completed")[n]
        yield begins + 90, a, "rhi.outcome", {**about, "result": result, "by": teller, "harm_disclosed": True}


def with_workers(pack: Pack) -> Iterator[Report]:
    a, words = pack.authority, pack.words
    who, teller = child(f"compact:K-{a}"), {"role": pack.intake, "person": f"teller@{a}"}
    about = {"incident": f"P-{a}", "force": FORCE}
    services = [{"service": s, "worker": f"{s}@{a}", "manager": f"boss-of-{s}@{a}"} for s in words.services]
    listed = {role.source.professional for role in pack.roles.values() if role.source and role.source.professional}
    held = {
        "child": {**who, "date_of_birth": "2012-03-04"},
        "plan": "looked_after",
        "services": services,
        "professionals": [{"role": role, "person": f"{role}@{a}"} for role in sorted(listed)],
        "involved": [f"involved@{a}"],
        "placement": {"kind": "foster_care", "in_area": True, "carers": [f"carer@{a}"]},
        "concerns": words.concerns[:1],
    }
    known = {"child": who, "responsible_authority": a, "host_authority": a}
    yield -2, a, "case.context", held
    yield 0, a, "police.missing", {**known, "classification": "missing", "risk": "high", "reported_at": later(0)}
    yield 1, a, "worker.missing_report", {"child": who, "by": teller, "reported_to_police": False}
    for n, (kind, values) in enumerate(words.decisions.items()):
        yield 2 + n / 60, a, "manager.decision", {**about, "kind": kind, "decision": values[0], "by": teller}
    for n, (kind, values) in enumerate(words.meetings.items()):
        if values:
            yield 5 + n / 60, a, "meeting.decision", {**about, "kind": kind, "decision": values[0], "by": teller}
        yield 6 + n / 60, a, "meeting.held", {**about, "kind": kind, "attendees": [teller]}
    yield 700, a, "police.found", {**known, "found_at": later(699), "safe_and_well": {"done": True}}
    yield 701, a, "screening.decision", {**about, "rhi": "required", "by": teller}
    yield 702, a, "rag.set", {**about, "value": "GREEN", "by": teller}
    yield 720, a, "rhi.outcome", {**about, "result": "completed", "interviewer": teller, "intelligence": f"seen by {a}"}
    for n, service in enumerate(words.services):
        yield 730 + n, a, "case.closed", {"child": who, "service": service}


def message(n: int, report: Report) -> tuple[str, bytes]:
    """The topic and the bytes of a report. Police reports come from one and the same force for all."""
    hours, authority, type_, data = report
    if type_.startswith("police."):
        told = {"incident": f"P-{authority}", "force": FORCE, **data}
        topic = f"police.{FORCE.lower()}.notifications.v1"
        return topic, event(type_, later(hours), told, f"{authority}-{n}")
    topic = f"register.{authority}.children.v1" if type_ == "case.context" else f"casework.{authority}.outcomes.v1"
    told = {"authority": authority, **data}
    return topic, event(type_, later(hours), told, f"{authority}-{n}", f"/casework/{authority}")


async def rows_of(authorities: Sequence[str]) -> list[OutboxRow]:
    """What one hub promises when the courses of these authorities run side by side."""
    numbered = [(report, n) for a in authorities for n, report in enumerate(course(PACKS[a]))]
    async with hub() as h:
        for report, n in sorted(numbered, key=lambda told: told[0][0]):
            await h.fall(report[0])
            h.clock.set(max(later(report[0]), h.clock.now()))
            topic, value = message(n, report)
            await h.intake.process_batch([h.raw(value, topic)])
        await h.fall(WEEKS * 7 * 24)
        assert await h.held() == [], "a report cannot be read"
        return await h.rows()


@cache
def _kept() -> dict[str, list[OutboxRow]]:
    return {}


async def together() -> list[OutboxRow]:
    kept = _kept()
    if "all" not in kept:
        kept["all"] = await rows_of([*PACKS])
    return kept["all"]


@each
async def test_what_is_said_for_an_authority_goes_to_its_own_topics_and_mailboxes(authority: str) -> None:
    book = DirectoryBook(DIRECTORIES, {}, lambda: later(0))
    own = DIRECTORIES[authority]
    mailboxes = {*own.mailboxes.values(), *own.people.values(), *own.out_of_hours.values()}
    for row in [row for row in await together() if row.authority == authority]:
        channel, _, rest = row.destination.partition("/")
        if channel == "topic":
            assert rest.startswith((f"{authority}.", f"police.{FORCE.lower()}.")), row.type
        else:
            assert rest.split("/")[0] == authority
            assert book.address(row.destination) in mailboxes, row.destination


@each
async def test_nobody_else_is_told_of_its_child_or_of_its_people(authority: str) -> None:
    others = [row for row in await together() if row.authority != authority]
    for name in (f'"K-{authority}', f"@{authority}", f'"P-{authority}', f"seen by {authority}"):
        assert [row.type for row in others if name in row.payload.decode() + row.destination] == []


@each
async def test_it_says_beside_the_others_what_it_says_alone(authority: str) -> None:
    alone = {(row.id, row.at, row.payload) for row in await rows_of([authority]) if row.authority == authority}
    beside = {(row.id, row.at, row.payload) for row in await together() if row.authority == authority}
    assert beside == alone
    assert len(PACKS[authority].rules) == 0 or len(alone) > len(PACKS[authority].words.services)


@each
def test_no_address_of_its_own_is_another_authoritys_too(authority: str) -> None:
    def addresses(directory: Directory) -> set[str]:
        roles = {role for role, service in directory.services.items() if service != "police"}
        return {address for role, address in directory.mailboxes.items() if role in roles} | {
            *directory.people.values(),
            *directory.out_of_hours.values(),
        }

    others = [addresses(d) for a, d in DIRECTORIES.items() if a != authority]
    assert addresses(DIRECTORIES[authority]).isdisjoint(set().union(*others))


@each
async def test_whose_child_it_is_the_register_says_and_a_host_hears_only_where_its_terms_say_so(authority: str) -> None:
    context, report = [r for r in with_workers(PACKS[authority]) if r[2] in ("case.context", "police.missing")]
    for other in sorted(PACKS.keys() - {authority}):
        hosted = {name: value for name, value in report[3].items() if name != "responsible_authority"}
        hosted["host_authority"] = other
        async with hub() as h:
            for n, told in enumerate((context, (*report[:3], hosted))):
                topic, value = message(n, told)
                await h.intake.process_batch([h.raw(value, topic)])
            said = {row.authority for row in await h.rows()}
        allowed = {authority, "hub"} | ({other} if PACKS[other].terms.hosts else set())
        assert authority in said
        assert said <= allowed


@each
async def test_the_authority_that_the_police_name_and_the_one_whose_register_claims_the_child_both_act(
    authority: str,
) -> None:
    context, report = [r for r in with_workers(PACKS[authority]) if r[2] in ("case.context", "police.missing")]
    for other in sorted(PACKS.keys() - {authority}):
        named = {"responsible_authority": other, "host_authority": other}
        async with hub() as h:
            for n, told in enumerate((context, (*report[:3], report[3] | named))):
                topic, value = message(n, told)
                await h.intake.process_batch([h.raw(value, topic)])
            assert {authority, other} <= {row.authority for row in await h.rows()} <= {authority, other, "hub"}
