"""Random courses of reports through the whole of intake, on a virtual clock: what holds whatever happens."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wire_messages import case, child, context, event, found, later, missing, police

from consumers.parsing import parse_unowned
from homeward.simulation import played, printed_messages, records_of
from store import TimerRow
from tests.shipped import shipped_directories, shipped_packs

A_YEAR, A_QUARTER = later(24 * 365), later(24 * 90)
KIDS = {"P-1": "compact:K-1", "P-2": "compact:K-1", "P-3": "compact:K-2"}
BY = {"by": {"role": "children_missing_officer"}}


def run(lines: Sequence[bytes], until: datetime | None = A_YEAR) -> list[bytes]:
    return lived(lines, until)[0]


def lived(lines: Sequence[bytes], until: datetime | None = A_YEAR) -> tuple[list[bytes], list[TimerRow]]:
    """What a run says, and which timers are left at its end."""
    return asyncio.run(_lived(lines, until))


async def _lived(lines: Sequence[bytes], until: datetime | None) -> tuple[list[bytes], list[TimerRow]]:
    packs, directories = shipped_packs(), shipped_directories()
    async with played(packs, directories, parse_unowned, records_of(lines), until) as store:
        async with store.reading() as tx:
            left = await tx.due_timers(later(24 * 3650), 1000)
        return [line async for line in printed_messages(store)], left


def _of(draw: Any, what: str, hours: float, incident: str) -> bytes:
    """One report of that kind."""
    which: dict[str, Any] = {"incident": incident, "force": "XX"}
    number = KIDS[incident]
    shift = draw(st.integers(-80, 0))
    match what:
        case "missing":
            risk, kind = draw(st.sampled_from([None, "high"])), draw(st.sampled_from(["missing", "missing", "absent"]))
            told = {"reported_at": later(hours + shift), "vulnerable": draw(st.sampled_from([None, True, False]))}
            told |= {"child_protection_concern": draw(st.sampled_from([None, True]))}
            return missing(hours, incident, child=child(number), risk=risk, classification=kind, **told)
        case "found":
            return found(
                hours, incident, returned_at=later(hours + shift), contact_made=draw(st.sampled_from([True, None]))
            )
        case "status_change":
            return police(
                what, hours, incident, to=draw(st.sampled_from(["missing", "absent"])), changed_at=later(hours)
            )
        case "investigation_ended" | "retracted":
            return police(what, hours, incident)
        case "context":
            services = [
                {"service": s, "worker": "w1"} for s in draw(st.sets(st.sampled_from(["cscs", "tsyjs", "nrs"])))
            ]
            return context(hours, number, services=services, plan=draw(st.sampled_from([None, "looked_after"])))
        case "outcome":
            result = draw(st.sampled_from(["assigned", "completed", "refused", "not_offered"]))
            return case("rhi.outcome", hours, **which, result=result, at=later(hours), reason="said so", **BY)
        case "held":
            kind = draw(st.sampled_from(["mam", "mam_review", "strategy_discussion"]))
            return case("meeting.held", hours, **which, kind=kind, held_at=later(hours))
        case "decision":
            words = {"vulnerability": "vulnerable", "professional_judgement": "request_mam", "later_service": "nrs"}
            kind = draw(st.sampled_from(sorted(words)))
            return case("manager.decision", hours, **which, kind=kind, decision=words[kind], **BY)
        case "threshold":
            met = draw(st.booleans())
            return case(
                "threshold.decision", hours, **which, met=met, by={"role": draw(st.sampled_from(["cscs", "nrs"]))}
            )
        case "override":
            return case("clock.override", hours, **which, value=later(hours + shift), reason="with leave", **BY)
        case "opened" | "closed":
            service = draw(st.sampled_from(["cscs", "nrs"]))
            return case(f"case.{what}", hours, child=child(number), service=service, reason="done")
        case "disagreement":
            return case("disagreement.raised", hours, **which, about="mam", between=[{"role": "nrs_worker"}])
    return event("police.rumour", later(hours), {})


KINDS = (
    *("missing", "missing", "missing", "found", "found", "status_change", "investigation_ended", "retracted"),
    *("context", "outcome", "held", "decision", "threshold", "override", "opened", "closed", "disagreement", "rumour"),
)


@st.composite
def courses(draw: Any) -> list[bytes]:
    """A first notification, then anything, at growing times."""
    hours, lines = 0, [missing()]
    for what in draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=12)):
        hours += draw(st.integers(0, 60))
        lines.append(_of(draw, what, hours, draw(st.sampled_from(sorted(KIDS)))))
    return lines


often = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@often
@given(courses())
def test_a_year_of_it_ends_and_says_who_and_why_and_asks_once_about_a_return(lines: list[bytes]) -> None:
    printed, left = lived(lines)
    said = [orjson.loads(line) for line in printed]
    only_periodic_clocks_run_on(left)
    everything_is_addressed_and_founded(said)
    each_return_is_asked_about_once(said)
    what_was_withdrawn_is_not_spoken_of_again(said)
    assert b"rumour" not in b"".join(printed)


def only_periodic_clocks_run_on(left: list[TimerRow]) -> None:
    # A case that stays open is asked about again, every six weeks; nothing else of an episode is left in a year.
    assert len([t for t in left if t.episode is not None]) <= len(KIDS)
    assert {t.rule for t in left if t.episode is None} <= {"month", "quarter"}


def everything_is_addressed_and_founded(said: list[Any]) -> None:
    for message in said:
        data = message["data"]
        assert data["clauses"], message
        assert data["to"], message
        assert all(recipient["role"] for recipient in data["to"])
        assert data["pack"]["version"]
        assert data["urgency"] in ("immediate", "same_day", "routine")
    assert len({message["id"] for message in said}) == len(said) < 2000
    assert [m["time"] for m in said] == sorted(m["time"] for m in said)


def each_return_is_asked_about_once(said: list[Any]) -> None:
    requests = [m for m in said if m["type"] == "rhi.request"]
    first = [m for m in requests if not m["data"]["replaces"]]
    assert len({m["subject"] for m in first}) == len(first)
    assert {m["data"]["replaces"] for m in requests} - {None} <= {m["id"] for m in first}


def what_was_withdrawn_is_not_spoken_of_again(said: list[Any]) -> None:
    retracted: dict[str, str] = {}
    for message in said:
        if (subject := message.get("subject")) is None:
            continue  # it is about no episode
        if message["data"]["kind"] == "retracted":
            retracted[subject] = message["time"]
        elif subject in retracted:
            assert message["time"] == retracted[subject], message


@settings(often, max_examples=10)
@given(courses())
def test_the_same_lines_give_the_same_bytes_and_sending_them_again_changes_nothing(lines: list[bytes]) -> None:
    # What cannot be read is known by its place alone: it is left out here.
    lines = [line for line in lines if b"rumour" not in line]
    once = run(lines, A_QUARTER)
    assert run(lines, A_QUARTER) == once
    half = len(lines) // 2
    assert run([*lines[:half], *lines[:half], *lines[half:], *lines], A_QUARTER) == once


@settings(often, max_examples=10)
@given(courses(), st.integers(0, 500))
def test_a_run_that_ends_earlier_has_said_the_beginning(lines: list[bytes], hours: int) -> None:
    whole, part = run(lines, A_QUARTER), run(lines, later(hours))
    assert whole[: len(part)] == part
