"""A number is evidence and not identity: what speaks against it, whose word it is, and that it can be taken back."""

from typing import Any

import pytest
from hub_in_memory import Hub, hub
from people_described import ROBIN, doubts, on_register, person, reported, since, told
from wire_messages import case, child, context, event, found, later, missing, police

from enrichment.serialisation import read_held
from episodes.record import RegisterRecord

OPEN = [{"service": "cscs", "worker": "sw1"}]
STRANGER = {"given_name": "Ottoline", "family_name": "Quarrie", "date_of_birth": "2009-01-30", "gender": "female"}
ROBIN_HELD, STRANGER_HELD = on_register(ROBIN, "mosaic:M-1", "sw1"), on_register(STRANGER, "mosaic:M-2", "sw2")


async def people(h: Hub) -> dict[str, RegisterRecord]:
    async with h.store.reading() as tx:
        held, _ = await tx.load(await tx.people_of("nottinghamshire", "", 100))
    return {id_: read_held(row.doc).record for id_, row in held.items()}


async def states(h: Hub, incident: str = "P-1") -> list[str]:
    async with h.store.reading() as tx:
        where = await tx.find([], [("XX", incident)], [])
        _, episodes = await tx.load({row.person for row in where.references})
    return [row.state for row in episodes if row.id in {r.episode for r in where.references}]


async def of_force(h: Hub, force: str, value: bytes) -> None:
    await h.intake.process_batch([h.raw(value, f"police.{force}.notifications.v1")])


def by(force: str, type_: str, hours: float, incident: str, **fields: Any) -> bytes:
    told_ = {"force": force, "incident": incident, **fields}
    if type_ == "missing":
        told_ = {"responsible_authority": "nottinghamshire", "classification": "missing", **told_}
    return event(f"police.{type_}", later(hours), told_, source=f"/police/{force}")


# ---- a description that speaks against the number


async def test_a_number_that_the_description_contradicts_is_a_question_about_both() -> None:
    async with hub() as h:
        await h.take(ROBIN_HELD, STRANGER_HELD)
        before = await people(h)
        said = await since(h, reported(ROBIN, "mosaic:M-2"))
        [detail] = doubts(said)
        assert "mosaic M-1" in detail
        assert "mosaic M-2" in detail
        assert not [word for word in ("Robin", "Feather", "Ottoline", "2011", "2009", "Larch") if word in detail]
        assert told(said) == []
        assert ("task.create", "process_notification") in {(m["type"], m["kind"]) for m in said}
        after = await people(h)
        assert {id_: after[id_] for id_ in before} == before
        [stranger] = after.keys() - before.keys()
        assert (after[stranger].identifiers, after[stranger].registered) == ((), False)


async def test_what_follows_under_the_incident_stays_with_it_until_a_person_decides() -> None:
    async with hub() as h:
        await h.take(ROBIN_HELD, STRANGER_HELD, reported(ROBIN, "mosaic:M-2"))
        said = await since(
            h,
            reported(ROBIN, "mosaic:M-2", hours=1, gender="male"),
            police("status_change", 2, risk="high", child=person(ROBIN, "mosaic:M-2")),
            found(30, child=person(ROBIN, "mosaic:M-2")),
        )
        assert doubts(said) == []
        assert await states(h) == ["found"]
        decision = case("match.decision", 31, incident="P-1", force="XX", child=child("mosaic:M-1"), by={"role": "cmo"})
        assert told(await since(h, decision), "rhi.request") == ["sw1"]
        assert told(await since(h, missing(60, "P-2", child=child("mosaic:M-2")))) == ["sw2"]


async def test_a_return_that_comes_first_waits_for_the_same_child() -> None:
    async with hub() as h:
        await h.take(ROBIN_HELD, STRANGER_HELD, found(3, child=person(ROBIN, "mosaic:M-2")))
        await h.take(reported(ROBIN, "mosaic:M-2"))
        assert await states(h) == ["found"]
        assert told(await h.said()) == []


async def test_a_register_record_does_not_decide_what_was_put_to_a_person() -> None:
    async with hub() as h:
        await h.take(ROBIN_HELD, STRANGER_HELD, reported(ROBIN, "mosaic:M-2"))
        services = [{"service": "cscs", "worker": "sw9"}]
        newer = case("case.context", 1, child=person(ROBIN, "mosaic:M-1"), services=services)
        assert told(await since(h, newer)) == []


@pytest.mark.parametrize(
    "slip",
    [
        {"given_name": "Ottoline"},
        {"given_name": "Ottoline", "family_name": "Quarrie"},
        {"date_of_birth": "2007-04-02"},
        {"date_of_birth": "2011-09-29"},
        {"given_name": "Ottoline", "date_of_birth": "2011-09-24"},
        {"family_name": "Quarrie", "home_address": {"line": "1 Ash Row", "postcode": "ZZ7 7ZZ"}},
        {"given_name": None, "family_name": "Quarrie", "date_of_birth": None},
        {"given_name": "Baby", "date_of_birth": "1900-01-01"},
    ],
)
async def test_slips_do_not_speak_against_a_number(slip: dict[str, Any]) -> None:
    async with hub() as h:
        await h.take(ROBIN_HELD, STRANGER_HELD)
        said = await since(h, reported(ROBIN, "mosaic:M-1", **slip))
        assert told(said) == ["sw1"]
        assert doubts(said) == []


async def test_a_number_alone_is_believed() -> None:
    async with hub() as h:
        assert told(await since(h, ROBIN_HELD, missing(child=child("mosaic:M-1")))) == ["sw1"]


async def test_the_number_of_a_twin_does_not_make_one_of_the_other() -> None:
    async with hub() as h:
        wren = {**ROBIN, "given_name": "Wren"}
        await h.take(ROBIN_HELD, on_register(wren, "mosaic:M-3", "sw3"))
        said = await since(h, reported(wren, "mosaic:M-1"))
        assert told(said) == []
        [detail] = doubts(said)
        assert "mosaic M-1" in detail
        assert "mosaic M-3" in detail


async def test_an_outcome_under_a_wrong_number_changes_nothing_and_is_told() -> None:
    async with hub() as h:
        await h.take(STRANGER_HELD, missing(child=child("mosaic:M-2")))
        facts = await h.ledger("fact")
        said = await since(h, case("rhi.outcome", 3, child=person(ROBIN, "mosaic:M-2"), result="refused"))
        assert len(doubts(said)) == 1
        assert await h.ledger("fact") == facts


# ---- whose word it is


async def test_what_one_force_says_of_a_number_leads_no_other_force_to_a_child() -> None:
    async with hub() as h:
        await h.take(ROBIN_HELD)
        await of_force(h, "YY", by("YY", "missing", 0, "Y-1", child=person(ROBIN, "pnc:9-1")))
        assert told(await since(h, by("XX", "missing", 50, "P-2", child=child("pnc:9-1")))) == []
        await of_force(h, "YY", by("YY", "missing", 60, "Y-2", child=child("pnc:9-1")))
        assert [m["incident"] for m in await h.said() if m["type"] == "notify.missing"] == ["Y-1", "Y-2"]


async def test_a_number_of_the_register_leads_every_force_to_its_child() -> None:
    async with hub() as h:
        await h.take(context(-1, "mosaic:M-1", "pnc:9-1", services=OPEN))
        for number, force in enumerate(("XX", "YY")):
            await of_force(h, force, by(force, "missing", number, f"{force}-1", child=child("pnc:9-1")))
        assert told(await h.said()) == ["sw1", "sw1"]


async def test_the_authority_itself_may_use_what_a_force_has_told() -> None:
    async with hub() as h:
        await h.take(missing(child=child("pnc:9-1")), case("rhi.outcome", 3, child=child("pnc:9-1"), result="refused"))
        assert len(doubts(await h.said())) == 1  # nobody like this; the outcome is no question any more
        assert len(await h.ledger("fact")) > 1


# ---- taking back


@pytest.mark.parametrize("known", [True, False], ids=["of a child on the register", "of a child whom nobody knows"])
async def test_a_number_that_was_taken_back_leads_nowhere(known: bool) -> None:
    async with hub() as h:
        await h.take(*([ROBIN_HELD] if known else []), reported(ROBIN, "compact:K-9"))
        await h.take(police("retracted", 2))
        held = await people(h)
        said = await since(h, missing(50, "P-2", child=child("compact:K-9")))
        assert told(said) == []
        assert len(doubts(said)) == 1
        assert len(await people(h)) == len(held) + 1
        assert not any(("compact", "K-9") in record.identifiers for record in held.values())


async def test_a_number_that_another_report_tells_too_stays() -> None:
    async with hub() as h:
        await h.take(
            ROBIN_HELD, reported(ROBIN, "compact:K-9"), reported(ROBIN, "compact:K-9", hours=40, incident="P-2")
        )
        await h.take(police("retracted", 50))
        assert told(await since(h, missing(60, "P-3", child=child("compact:K-9")))) == ["sw1"]


async def test_a_number_that_the_register_holds_too_stays() -> None:
    async with hub() as h:
        await h.take(context(-1, "mosaic:M-1", "compact:K-1", services=OPEN), missing(), police("retracted", 2))
        assert told(await since(h, missing(60, "P-3"))) == ["sw1"]


async def test_a_corrected_number_takes_the_place_of_the_one_before() -> None:
    async with hub() as h:
        await h.take(ROBIN_HELD, reported(ROBIN, "compact:K-9"), reported(ROBIN, "compact:K-10", hours=1))
        assert await states(h) == ["open"]
        assert told(await since(h, missing(60, "P-2", child=child("compact:K-9")))) == []
        assert told(await since(h, missing(61, "P-3", child=child("compact:K-10")))) == ["sw1"]


async def test_a_correction_that_is_silent_on_numbers_takes_none_back() -> None:
    async with hub() as h:
        await h.take(ROBIN_HELD, reported(ROBIN, "compact:K-9"), reported(ROBIN, hours=1, gender="male"), found(30))
        assert told(await since(h, missing(60, "P-2", child=child("compact:K-9")))) == ["sw1"]


async def test_the_same_report_may_come_again_after_it_was_taken_back() -> None:
    async with hub() as h:
        await h.take(
            ROBIN_HELD, reported(ROBIN, "compact:K-9"), police("retracted", 2), reported(ROBIN, "compact:K-9", hours=3)
        )
        assert sorted(await states(h)) in (["open"], ["open", "retracted"])
        assert told(await since(h, missing(60, "P-2", child=child("compact:K-9")))) == ["sw1"]


# ---- a number that several have


def sharing(*letters: str, described: bool = True) -> list[bytes]:
    """Children of one register whose records all have one number."""
    names = {"a": "Ada", "b": "Ben", "c": "Cleo", "d": "Dov", "e": "Eve"}
    told_ = []
    for place, x in enumerate(letters):
        named = {"given_name": names[x], "family_name": f"{names[x]}son"} if described else {}
        whom = person({**named, "date_of_birth": f"201{place}-0{place + 1}-1{place}"}, f"mosaic:M-{x}", "upn:A1")
        services = [{"service": "cscs", "worker": f"sw-{x}"}]
        told_.append(case("case.context", place - 10, child=whom, services=services))
    return told_


@pytest.mark.parametrize("described", [True, False], ids=["by name", "by date of birth"])
async def test_two_records_with_one_number_are_two_children_where_they_describe_two(described: bool) -> None:
    async with hub() as h:
        await h.take(*sharing("a", "b", described=described))
        assert len(await people(h)) == 2
        assert told(await since(h, missing(child=child("mosaic:M-a")))) == ["sw-a"]
        assert told(await since(h, missing(1, "P-2", child=child("mosaic:M-b")))) == ["sw-b"]


async def test_the_description_tells_which_of_them_is_meant_and_without_one_a_person_does() -> None:
    async with hub() as h:
        await h.take(*sharing("a", "b"))
        ben = {"given_name": "Ben", "family_name": "Benson", "date_of_birth": "2011-02-11"}
        assert told(await since(h, reported(ben, "upn:A1"))) == ["sw-b"]
        said = await since(h, missing(1, "P-2", child=child("upn:A1")))
        assert told(said) == []
        [detail] = doubts(said)
        assert detail.startswith("The identifiers belong to more than one child")


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "one by one"])
async def test_a_number_that_too_many_share_is_a_fault_of_the_data_and_is_told_once(together: bool) -> None:
    async with hub() as h:
        course = sharing("a", "b", "c", "d", "e")
        for batch in [course] if together else [[value] for value in course]:
            await h.take(*batch)
        [message] = [m for m in await h.said() if m["kind"] == "data_quality"]
        assert message["authority"] == "nottinghamshire"
        assert "upn" in message["detail"]
        assert "A1" not in message["detail"]
        said = await since(h, missing(child=child("upn:A1")), missing(1, "P-2", child=child("mosaic:M-e")))
        assert told(said) == ["sw-e"]
        assert "No match on the register" in doubts(said)[0]


# ---- what a system is called


async def test_an_authority_may_call_a_system_by_several_names(tmp_path: Any) -> None:
    folder = tmp_path / "local" / "nottinghamshire"
    folder.mkdir(parents=True)
    (folder / "local.toml").write_text(
        'authority = "nottinghamshire"\n[systems]\nmosaic = ["Framework", "Mosaic ID"]\n'
    )
    async with hub(folders=[folder.parent]) as h:
        await h.take(context(-1, "Framework:M-1", services=OPEN))
        assert told(await since(h, missing(child=child("mosaic:M-1")))) == ["sw1"]
        assert told(await since(h, missing(1, "P-2", child=child("mosaic id:M-1")))) == ["sw1"]
