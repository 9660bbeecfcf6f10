"""Word that comes before what it speaks of is held, told of, and taken in with the report that it waits for."""

from datetime import timedelta
from typing import Any

import orjson
import pytest
from hub_in_memory import CASEWORK, Hub, hub
from owed import cases, owed, states
from wire_messages import case, child, context, event, found, later, missing, police

from episodes.reports import Found
from intake.placing import place
from routing.messages import derived_id

BY = {"role": "children_missing_officer"}
REGISTER = context(-1, "compact:K-1", services=[{"service": "cscs", "worker": "sw1", "team": "t1"}])
EARLY: list[tuple[str, bytes]] = [
    ("found", found(5)),
    ("found_nowhere", found(5, responsible_authority=None, host_authority=None)),
    ("found_elsewhere", found(5, responsible_authority="islington")),
    ("ended", police("investigation_ended", 5)),
    ("status", police("status_change", 5, risk="high")),
    ("outcome", case("rhi.outcome", 5, result="refused", at=later(5), by=BY)),
    ("decision", case("manager.decision", 5, kind="professional_judgement", decision="request_mam", by=BY)),
    ("threshold", case("threshold.decision", 5, met=True, by={"role": "mash"})),
    ("meeting", case("meeting.held", 5, kind="mam", held_at=later(5))),
    ("task", case("task.completed", 5, kind="process_notification", at=later(5), by=BY)),
    ("clock", case("clock.override", 5, value=later(-2), reason="away with leave", by=BY)),
    (
        "document",
        case(
            "document.updated",
            5,
            child=child("compact:K-1"),
            incident="P-1",
            force="XX",
            kind="return_interview",
            at=later(5),
        ),
    ),
    ("seen", case("message.acknowledged", 5, type="senior.alert", by={**BY, "person": "c1"})),
    ("dispute", case("disagreement.raised", 5, about="mam", between=[{"role": "nrs_worker"}])),
]
EACH = pytest.mark.parametrize("word", [word for _, word in EARLY], ids=[name for name, _ in EARLY])


async def waiting(h: Hub) -> list[str]:
    async with h.store.reading() as tx:
        return [orjson.loads(row.value or b"{}")["type"] for row in await tx.all_early_words()]


async def told(*lines: bytes, hours: float = 9) -> tuple[Any, Any, list[str]]:
    """How it stands after the reports, each a batch of its own: the episodes, what is owed, what still waits."""
    async with hub() as h:
        h.clock.set(later(6))  # in whatever order they come, they come at once
        for line in lines:
            await h.take(line)
        await h.fall(hours)
        return await states(h), await owed(h), await waiting(h)


@EACH
async def test_what_comes_early_ends_as_what_comes_in_order(word: bytes) -> None:
    in_order = await told(REGISTER, missing(reported_at=later(-1)), word)
    assert await told(REGISTER, word, missing(reported_at=later(-1))) == in_order
    assert in_order[2] == []


@EACH
async def test_what_comes_early_is_told_of_and_kept_and_changes_nothing(word: bytes) -> None:
    async with hub() as h:
        await h.take(REGISTER)
        before = len(await h.said())
        await h.take(word)
        (said,) = (await h.said())[before:]
        assert (said["type"], said["incident"]) == ("exception.raise", "P-1")
        assert "waits" in said["detail"]
        assert await states(h) == {}
        assert await waiting(h) == [orjson.loads(word)["type"]]
        assert [line.entry["for"] for line in await h.ledger("waits")] == [derived_id("reference", "XX", "P-1")]
        await h.take(word)  # the same message once more
        assert len(await h.said()) == before + 1


async def test_several_words_are_taken_in_by_their_own_times() -> None:
    first = case("rhi.outcome", 5, result="refused", at=later(6), by=BY)
    second = case("rhi.outcome", 6, result="completed", at=later(4), by=BY)
    async with hub() as h:
        await h.take(REGISTER, first, second, found(7, returned_at=later(3)))
        await h.take(missing(reported_at=later(-1)))
        facts = [line.entry["events"][0][0] for line in await h.ledger("fact")]
        assert facts == ["opened", "found", "interview.completed", "interview.refused"]


async def test_words_that_tell_no_time_of_their_own_are_taken_in_as_they_came() -> None:
    async with hub() as h:
        starts = [later(-n) for n in range(1, 13)]
        await h.take(*(case("clock.override", 5, value=start, reason="seen then", by=BY) for start in starts))
        await h.take(missing())
        assert [each.episode.start for each in await cases(h)] == [starts[-1]]


async def test_a_return_told_once_more_takes_the_place_of_the_first() -> None:
    async with hub() as h:
        await h.take(found(5, revision=1), found(6, revision=3), found(7, revision=2))
        assert await waiting(h) == ["police.found"]
        await h.take(REGISTER, missing(reported_at=later(-1)))
        assert {returned for _, _, _, returned, _ in await states(h)} == {later(6)}


async def test_what_was_taken_back_before_it_was_taken_in_is_told_to_intake_alone() -> None:
    async with hub() as h:
        await h.take(REGISTER, police("retracted", 5, reason="wrong child"))
        before = len(await h.said())
        await h.take(missing(reported_at=later(-90)))
        (said,) = (await h.said())[before:]
        assert (said["type"], said["kind"], said["clauses"]) == ("notify.info", "retracted", ["AMB-181"])
        assert [to["role"] for to in said["to"]] == ["children_missing_officer"]
        assert {state for _, state, *_ in await states(h)} == {"retracted"}
        unsent = [line.entry["type"] for line in await h.ledger("decision") if line.entry.get("unsent")]
        assert {"notify.missing", "episode.open"} <= set(unsent)
        await h.fall(200)
        assert len(await h.said()) == before + 1
        await h.take(missing(6))  # the force uses the reference for good now
        assert "notify.missing" in [m["type"] for m in await h.said()]


@pytest.mark.parametrize(("hours", "times"), [(28.9, 1), (29, 2), (999, 2)])
async def test_what_waits_long_is_told_once_more(hours: float, times: int) -> None:
    async with hub() as h:
        h.clock.set(later(5))
        await h.take(REGISTER, case("rhi.outcome", 5, result="refused", at=later(5), by=BY))
        await h.fall(hours)
        assert await h.kinds() == ["doubtful_match"] * times
        await h.take(missing(reported_at=later(-1)))
        assert await waiting(h) == []


async def test_what_was_taken_in_is_not_asked_after() -> None:
    async with hub() as h:
        await h.take(REGISTER, case("rhi.outcome", 5, result="refused", at=later(5), by=BY))
        await h.take(missing(reported_at=later(-1)), found(1))
        await h.fall(60)
        assert (await h.kinds()).count("doubtful_match") == 1


async def test_what_an_authority_says_waits_for_it_and_not_for_another() -> None:
    told = {"authority": "islington", "incident": "P-1", "force": "XX", "result": "refused"}
    theirs = event("rhi.outcome", later(5), told | {"by": {"role": "targeted_youth_service"}})
    async with hub() as h:
        topic = "casework.islington.outcomes.v1"
        await h.intake.process_batch([h.raw(theirs, topic)])
        await h.take(REGISTER, missing(reported_at=later(-1)))
        assert await waiting(h) == ["rhi.outcome"]


async def test_what_an_authority_says_waits_until_its_own_register_claims_the_child() -> None:
    number = "nhs:9434765919"
    theirs = missing(child=child(number), responsible_authority="islington", reported_at=later(-1))
    claims = context(6, "compact:K-1", number, services=[{"service": "cscs", "worker": "sw1", "team": "t1"}])
    held = case("meeting.held", 5, kind="mam", held_at=later(5))
    in_order = await told(theirs, claims, held)
    assert await told(theirs, held, claims) == in_order
    assert in_order[2] == []


async def test_a_return_without_a_reference_waits_for_its_child() -> None:
    back = case("worker.found_report", 5, child=child("lcs:L-1"), authority="islington", found_at=later(5),
                by={"role": "early_help_practitioner", "person": "eh1"})  # fmt: skip
    gone = case("worker.missing_report", 6, child=child("lcs:L-1"), authority="islington", at=later(1),
                by={"role": "early_help_practitioner", "person": "eh1"})  # fmt: skip
    async with hub() as h:
        topic = CASEWORK.replace("nottinghamshire", "islington")
        await h.intake.process_batch([h.raw(back, topic)])
        assert (await h.kinds(), await waiting(h)) == (["unmatched_found"], ["worker.found_report"])
        await h.intake.process_batch([h.raw(gone, topic)])
        assert {state for _, state, *_ in await states(h)} == {"found"}
        assert await waiting(h) == []


async def test_a_person_who_turns_out_to_be_the_child_of_the_register_is_still_waited_for() -> None:
    who = {**child("lcs:L-1"), "given_name": "Robin", "family_name": "Testerly", "date_of_birth": "2012-05-05"}
    nameless = {**who, "identifiers": []}
    back = case("worker.found_report", 5, child=nameless, authority="islington", found_at=later(5),
                by={"role": "early_help_practitioner"})  # fmt: skip
    topic = CASEWORK.replace("nottinghamshire", "islington")
    async with hub() as h:
        await h.intake.process_batch([h.raw(back, topic)])
        record = case("case.context", 6, child=who, authority="islington")
        await h.intake.process_batch([h.raw(record, "register.islington.children.v1")])
        await h.take(missing(7, child=child("lcs:L-1"), responsible_authority="islington", reported_at=later(1)))
        assert {state for _, state, *_ in await states(h)} == {"found"}


async def test_a_return_told_by_another_force_counts_when_the_register_joins_the_numbers() -> None:
    back = police("found", 5, "Y-9", force="YY", child=child("niche:N-7"), found_at=later(5),
                  responsible_authority="nottinghamshire")  # fmt: skip
    joins = context(6, "compact:K-1", "niche:N-7", services=[{"service": "cscs", "worker": "sw1"}])
    async with hub() as h:
        await h.take(missing())
        await h.intake.process_batch([h.raw(back, "police.YY.notifications.v1")])
        assert await waiting(h) == ["police.found"]
        await h.take(joins)
        assert {state for _, state, *_ in await states(h)} == {"found"}
        assert await waiting(h) == []


async def test_a_decision_whose_child_it_is_waits_for_the_report() -> None:
    decision = case("match.decision", 5, incident="P-1", force="XX", child=child("compact:K-1"), by=BY)
    stranger = {"given_name": "Bobby", "family_name": "Unknown"}
    lines = (missing(6, child=stranger, reported_at=later(-1)), decision)
    in_order = await told(REGISTER, *lines)
    assert await told(REGISTER, *reversed(lines)) == in_order


async def test_it_waits_as_long_as_the_setting_says() -> None:
    async with hub() as h:
        h.intake._early_after = timedelta(hours=2)
        h.clock.set(later(5))
        await h.take(police("investigation_ended", 5))
        await h.fall(6.9)
        assert len(await h.said()) == 1
        await h.fall(7)
        assert "2 hours" in (await h.said())[1]["detail"]


@pytest.mark.parametrize("together", [False, True], ids=["one by one", "in one batch"])
async def test_one_that_comes_to_grief_goes_to_quarantine_alone(
    monkeypatch: pytest.MonkeyPatch, together: bool
) -> None:
    """What it waited for is taken in all the same, and so is other word that waited for it."""

    def faulty(context: Any, child: Any, report: Any, *more: Any) -> Any:
        if isinstance(report, Found):
            raise RuntimeError
        return place(context, child, report, *more)

    monkeypatch.setattr("intake.batch.place", faulty)
    ended = police("investigation_ended", 5)
    async with hub() as h:
        await h.take(REGISTER)
        course = (found(5, returned_at=later(4)), ended, missing(6, reported_at=later(-1)))
        for batch in [course] if together else [[value] for value in course]:
            await h.take(*batch)
        assert [(held.row.reason, held.row.detail) for held in await h.held()] == [
            ("failed", "Processing failed (RuntimeError)")
        ]
        assert "unreadable" in await h.kinds()
        assert {state for _, state, *_ in await states(h)} == {"open"}
        assert "ended" in {name for line in await h.ledger("fact") for name, _ in line.entry["events"]}
        assert await waiting(h) == []
        monkeypatch.undo()
        async with h.store.transaction() as tx:
            await tx.request_replay()
        assert await h.intake.replay(5) == 1
        assert {state for _, state, *_ in await states(h)} == {"found"}
