"""What makes two messages one: the same topic, source and id, and the same content. And that nobody's choice of an id
stands in the way of another's message."""

import orjson
import pytest
from hub_in_memory import CASEWORK, POLICE, Hub, hub
from wire_messages import case, child, event, found, later, missing

TWO = {"responsible_authority": "nottinghamshire", "classification": "missing"}
INCIDENT = {"force": "XX", "incident": "P-1"}
OURS = {"authority": "nottinghamshire", **INCIDENT}
BY_WORKER = {**OURS, "by": {"role": "carer"}, "found_at": later(2)}


def about(number: str, id_: str, source: str = "/police/XX") -> bytes:
    """A child who is missing; the incident has the name of the number."""
    told = {"force": "XX", "incident": number, "child": child(f"compact:{number}"), **TWO}
    return event("police.missing", later(0), told, id_, source)


async def opened(h: Hub) -> list[str]:
    return sorted(m["incident"] for m in await h.said() if m["type"] == "episode.open")


async def states(h: Hub) -> list[str]:
    async with h.store.reading() as tx:
        found_ = await tx.find([], [("XX", "P-1")], [])
        _, episodes = await tx.load({row.person for row in found_.references})
    return [row.state for row in episodes]


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "one by one"])
async def test_a_sender_whose_counter_restarts_loses_no_child(together: bool) -> None:
    course = [about("K-1", "1"), about("K-2", "1"), about("K-3", "1")]
    async with hub() as h:
        for batch in [course] if together else [[value] for value in course]:
            await h.take(*batch)
        assert await opened(h) == ["K-1", "K-2", "K-3"]
        told = [m for m in await h.said() if m["kind"] == "id_reused"]
        assert [(m["authority"], m["incident"]) for m in told] == [("nottinghamshire", n) for n in ("K-2", "K-3")]
        assert [m["to"][0]["role"] for m in told] == ["children_missing_officer"] * 2


async def test_each_of_them_is_a_repeat_when_it_comes_again() -> None:
    async with hub() as h:
        await h.take(about("K-1", "1"), about("K-2", "1"))
        said, lines = await h.said(), await h.ledger("report")
        await h.take(about("K-2", "1"), about("K-1", "1"), about("K-2", "1"))
        assert await h.said() == said
        assert await h.ledger("report") == lines


async def test_the_same_words_in_another_order_are_a_repeat() -> None:
    async with hub() as h:
        first = about("K-1", "1")
        turned = orjson.loads(first)
        turned["data"] = dict(reversed(turned["data"].items()))
        turned["time"] = later(3)
        await h.take(first, orjson.dumps(turned, option=orjson.OPT_UTC_Z))
        assert len(await h.ledger("report")) == 1


async def test_a_worker_who_uses_the_id_of_the_police_takes_nothing_from_them() -> None:
    async with hub() as h:
        await h.take(missing(id_="1"))
        await h.take(event("worker.found_report", later(20), BY_WORKER, "7", "/police/XX"))
        await h.take(found(21, id_="7"), found(22, id_="8"))
        assert await h.held() == []
        assert await states(h) == ["found"]
        assert "id_reused" not in await h.kinds()


async def test_all_senders_may_use_one_source_and_id_for_everything() -> None:
    course = [
        ("police.missing", {**INCIDENT, "child": child("compact:K-1"), **TWO}),
        ("rag.set", {**OURS, "value": "RED"}),
        ("worker.found_report", BY_WORKER),
        ("police.found", {**INCIDENT, "found_at": later(3)}),
        ("police.found", {**INCIDENT, "found_at": later(2.5)}),
        ("police.found", {**INCIDENT, "found_at": later(1.5)}),
        ("police.retracted", INCIDENT),
    ]
    async with hub() as h:
        for hours, (type_, told) in enumerate(course):
            await h.take(event(type_, later(hours), told, "1", "/x"))
        assert await h.held() == []
        assert await states(h) == ["retracted"]
        assert len(await h.ledger("report")) == len(course)


@pytest.mark.parametrize(
    ("one", "other"), [(("a#b", "c"), ("a", "b#c")), (("a%23b", "c"), ("a#b", "c")), (("a", "#b"), ("a#", "b"))]
)
async def test_no_two_names_of_messages_are_one_cause(one: tuple[str, str], other: tuple[str, str]) -> None:
    async with hub() as h:
        for number, (source, id_) in (("K-1", one), ("K-2", other)):
            await h.take(about(number, id_, source))
        assert await opened(h) == ["K-1", "K-2"]
        assert len({line.causation for line in await h.ledger("fact")}) == 2


async def test_a_topic_in_another_spelling_is_the_same_sender() -> None:
    async with hub() as h:
        first = missing(id_="1")
        await h.take(first)
        await h.intake.process_batch([h.raw(first, POLICE.replace("XX", "xx"))])
        assert len(await h.ledger("report")) == 1


async def test_nameless_children_of_one_id_stay_two() -> None:
    """Two systems of workers count from 1, and neither knows a number of the child."""
    async with hub() as h:
        for source, name in (("/a", "Robin"), ("/b", "Kit")):
            told = {"authority": "nottinghamshire", "child": {"given_name": name}, "by": {"role": "carer"}}
            raw = h.raw(event("worker.missing_report", later(0), told, "1", source), CASEWORK)
            await h.intake.process_batch([raw])
        async with h.store.reading() as tx:
            assert len(await tx.people_of("nottinghamshire", "", 10)) == 2


async def test_a_message_beside_another_of_its_name_can_be_replayed() -> None:
    async with hub() as h:
        unknown = case("manager.decision", 2, id_="1", kind="weather", decision="rain", by={"role": "manager"})
        await h.take(missing(), case("rag.set", 1, id_="1", value="RED"), unknown)
        [held] = await h.held()
        async with h.store.transaction() as tx:
            await tx.request_replay([held.row.id])
        h.clock.set(later(3))
        assert await h.intake.replay(10) == 1
        assert [q.row.reason for q in await h.held()] == ["unknown_word"]
        assert (await h.kinds()).count("id_reused") == 1


async def test_a_register_with_one_id_for_all_records_is_taken_in_and_told_once() -> None:
    async with hub() as h:
        told = {"authority": "nottinghamshire", "child": child("compact:K-1")}
        for number in range(4):
            services = [{"service": "cscs", "worker": f"sw{number}"}]
            await h.take(event("case.context", later(number), {**told, "services": services}, "1", "/r"))
        await h.take(missing(5))
        assert [m["to"][0]["person"] for m in await h.said() if m["type"] == "notify.missing"] == ["sw3"]
        assert (await h.kinds()).count("id_reused") == 1
