"""What holds of every pack, whatever is reported in whatever order and however often: run through the hub itself."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from courses import Row, courses, told
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scenario_runs import PACKS, rehearsed

from homeward.scenarios.running import Run
from routing.library import HUB
from routing.pack import Pack

OF_AUTHORITIES = pytest.mark.parametrize("pack", [p for p in PACKS if p.authority != HUB], ids=lambda p: p.authority)
CAREFULLY = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
LONG = timedelta(days=420)


async def run(pack: Pack, lines: list[bytes], last: datetime) -> Run:
    return await rehearsed(lines, last + LONG)


@OF_AUTHORITIES
@CAREFULLY
@given(data=st.data())
async def test_what_is_said_is_sound(pack: Pack, data: st.DataObject) -> None:
    rows = data.draw(courses(pack.authority))
    heard = await run(pack, told(pack, rows), rows[-1]["at"])
    messages = heard.messages
    assert heard.timers == [], "a timer that never ends"
    assert len({m["id"] for m in messages}) == len(messages)
    assert [m["time"] for m in messages] == sorted(m["time"] for m in messages)
    for message in messages:
        _sound(message, pack)
    requests = Counter(m["subject"] for m in messages if m["type"] == "rhi.request" and not m["data"]["replaces"])
    requests.subtract(m["subject"] for m in messages if m["type"] == "rhi.withdrawn")
    assert max(requests.values(), default=1) <= 1, "two requests for one return"
    _silent_after_retraction(messages)


def _sound(message: dict[str, Any], pack: Pack) -> None:
    data = message["data"]
    assert data["clauses"], "a decision without a clause"
    assert all(c in pack.clauses or c.startswith(("AMB-", "T-", "HUB")) for c in data["clauses"])
    assert data["to"], "a message to nobody"
    assert data["kind"] != "unreadable", data["detail"]
    if data["due"] and data["causation"]:
        late = datetime.fromisoformat(data["due"]) < datetime.fromisoformat(message["time"])
        assert data["late_on_arrival"] or not late
    assert data["causation"] or not data["late_on_arrival"], "a timer falls when it is due"


def _silent_after_retraction(messages: list[dict[str, Any]]) -> None:
    gone = {m["subject"]: m["time"] for m in messages if m["data"]["kind"] == "retracted" and m.get("subject")}
    assert not [m for m in messages if m.get("subject") in gone and m["time"] > gone[m["subject"]]]


@OF_AUTHORITIES
@CAREFULLY
@given(data=st.data())
async def test_the_same_reports_lead_to_the_same_messages(pack: Pack, data: st.DataObject) -> None:
    rows = data.draw(courses(pack.authority))
    lines, last = told(pack, rows), rows[-1]["at"]
    once = await run(pack, lines, last)
    assert (await run(pack, lines, last)).messages == once.messages
    twice = [line for each in lines for line in (each, each)]
    assert (await run(pack, twice, last)).messages == once.messages


@OF_AUTHORITIES
@CAREFULLY
@given(data=st.data())
async def test_the_same_content_in_another_message_changes_nothing(pack: Pack, data: st.DataObject) -> None:
    rows = data.draw(courses(pack.authority))
    named: list[Row] = [{"id": f"m{n}", **row} for n, row in enumerate(rows)]
    repeated = [
        again
        for n, row in enumerate(named)
        for again in (row, *([{**row, "id": f"{row['id']}-again"}] * _plain(row, named[:n])))
    ]
    last = rows[-1]["at"]
    once, again = await run(pack, told(pack, named), last), await run(pack, told(pack, repeated), last)
    assert again.messages == once.messages


def _plain(row: Row, before: list[Row]) -> bool:
    """A missing report, which says all that the police hold; others tell of an act that may be done twice. Told again
    after it was taken back it is another report: to miss one would be worse than to open one too many. What it says of
    a return besides is the newest word of it (AMB-201)."""
    told = row.get("incident", "P-1")
    taken_back = any(b["type"] == "police.retracted" and b.get("incident", "P-1") == told for b in before)
    return row["type"] == "police.missing" and not taken_back and "found_at" not in row
