"""A further authority is data alone: a pack and a directory in a folder, and the whole hub serves it."""

import asyncio
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from small_packs import BODY, DIRECTORY, HEAD
from small_packs import written as with_files
from wire_messages import child, event, found, later, missing

from homeward.cli import main
from homeward.library import read_packs
from homeward.simulation import Simulation, SimulationError
from routing.tables import PackError

RULES = """
[limits]
interview = {within = "5wd", clause = "T-2", since = 2020-01-01}
long_absence = {within = "2d", clause = "T-2", since = 2020-01-01}

[[rules]]
id = "tell"
title = "Tell the worker"
on = ["opened"]
send = "notify.missing"
to = ["worker"]
modality = "must"
urgency = "immediate"
clauses = ["T-1"]

[[rules]]
id = "ask"
title = "Ask for an interview"
on = ["found"]
send = "rhi.request"
to = ["officer"]
due = {from = "return", within = "interview"}
clauses = ["T-2"]

[[rules]]
id = "still_away"
title = "Tell the manager of a long absence"
send = "senior.alert"
to = ["manager"]
when = {still_missing = true}
at = {from = "start", within = "long_absence"}
clauses = ["T-2"]

[[periodic]]
id = "month"
period = "month"
to = ["officer"]
clauses = ["T-1"]
"""


def said(folder: Path, *lines: bytes, hours: float) -> list[dict[str, Any]]:
    printed = asyncio.run(Simulation(folders=[folder]).run(lines, later(hours)))
    return [orjson.loads(line) for line in printed]


def record(hours: float) -> bytes:
    data = {"authority": "testshire", "child": child("lcs:9", "compact:K-1")}
    data |= {"services": [{"service": "social_care", "worker": "sw1", "manager": "b1"}]}
    return event("case.context", later(hours), data, source="/casework/testshire")


def test_a_sixth_authority_needs_only_its_files(tmp_path: Path) -> None:
    folder = with_files(tmp_path, HEAD + BODY + RULES)
    lines = (record(-1), missing(responsible_authority="E99999999"), found(60))
    told = said(folder, *lines, hours=24 * 40)
    assert [(m["type"], m["time"], [(r["role"], r["person"]) for r in m["data"]["to"]]) for m in told] == [
        ("notify.missing", "2026-06-01T12:00:00Z", [("worker", "sw1")]),
        ("senior.alert", "2026-06-03T12:00:00Z", [("manager", "b1")]),
        ("rhi.request", "2026-06-04T00:00:00Z", [("officer", None)]),
        ("report.data", "2026-06-30T23:00:00Z", [("officer", None)]),
    ]
    # It is Thursday in London when the child is back: the fifth working day after it is Thursday of the next week.
    assert told[2]["data"]["due"] == "2026-06-11T16:00:00Z"
    assert told[3]["data"]["period"] == "2026-06"
    assert {m["data"]["pack"]["name"] for m in told} == {"testshire"}


def test_an_authority_goes_by_its_key_or_code_and_never_by_its_name(tmp_path: Path) -> None:
    packs = read_packs([with_files(tmp_path, HEAD + BODY + RULES)])
    known = ("testshire", " TESTSHIRE ", "E99999999", "Testshire County Council (E99999999)", "Council ( e99999999 )")
    assert {packs.key_of(word) for word in known} == {"testshire"}
    unknown = ("Testshire County Council", "E99999999 (Testshire Council)", "Council (E99999998)", "()", "", None)
    assert {packs.key_of(word) for word in unknown} == {None}


def test_the_authorities_beside_it_do_not_notice(tmp_path: Path) -> None:
    lines = [missing(id_="m"), found(40, id_="f")]
    alone = asyncio.run(Simulation().run(lines, later(200)))
    assert asyncio.run(Simulation(folders=[with_files(tmp_path, HEAD + BODY + RULES)]).run(lines, later(200))) == alone


def test_the_version_in_force_when_the_episode_began_governs_it(tmp_path: Path) -> None:
    folder = with_files(tmp_path, HEAD + BODY + RULES)
    newer = (HEAD + BODY + RULES).replace('"1"', '"2"').replace("2020-01-01", "2026-06-02").replace("5wd", "1h")
    (folder / "testshire" / "2.toml").write_text(newer)
    first = missing(responsible_authority="testshire")
    second = missing(24, "P-2", responsible_authority="testshire")
    told = said(folder, first, second, found(30), found(30, "P-2"), hours=30)
    assert [(m["data"]["incident"], m["data"]["pack"]["version"]) for m in told if m["type"] == "rhi.request"] == [
        ("P-1", "1"),
        ("P-2", "2"),
    ]


@pytest.mark.parametrize(
    ("pack", "directory", "words"),
    [
        (HEAD + BODY + RULES, None, ["testshire: there is no directory; add protocols/testshire/directory.toml"]),
        (
            HEAD + BODY + RULES,
            DIRECTORY.replace('"manager", ', "").replace('officer = "', '# officer = "'),
            [
                "testshire: the role 'manager' has no service. Add it under [services]",
                "testshire: the role 'officer' has no mailbox. Add it under [mailboxes]",
            ],
        ),
        (HEAD + BODY + RULES + "colour = 1\n", DIRECTORY, ["testshire/1.toml: periodic month: 'colour'"]),
        (HEAD.replace("E99999999", "E10000024") + BODY + RULES, DIRECTORY, ["the code 'E10000024' is used by"]),
        (
            HEAD + BODY + RULES,
            DIRECTORY.replace("officer@testshire", "officer at testshire"),
            ["is not a mailbox. Write"],
        ),
        (HEAD + BODY + RULES, DIRECTORY.replace('"desk"', '"worker"'), ["is listed under two services. List it"]),
        (HEAD + BODY + RULES, DIRECTORY + "x = ", ["testshire/directory.toml: not TOML: "]),
        (HEAD + BODY + RULES, DIRECTORY.replace("authority =", "authorities ="), ["(did you mean 'authority'?)"]),
        (HEAD + BODY + RULES, 'post = "x"\n' + DIRECTORY, ["'post' is not understood here"]),
        (
            HEAD + BODY + RULES,
            DIRECTORY.replace('front = ["officer", "desk"]', "front = 7"),
            ["must be a list of words"],
        ),
    ],
)
def test_what_does_not_fit_is_said_before_anything_runs(
    tmp_path: Path, pack: str, directory: str | None, words: list[str]
) -> None:
    folder = with_files(tmp_path, pack, directory)
    with pytest.raises(SimulationError) as raised:
        Simulation(folders=[folder])
    assert all(word in str(raised.value) for word in words), str(raised.value)
    (tmp_path / "reports.jsonl").write_bytes(missing())
    done = CliRunner().invoke(main, ["simulate", str(tmp_path / "reports.jsonl"), "--packs", str(folder)])
    assert done.exit_code == 1
    assert all(word in done.output for word in words), done.output


def test_a_version_that_an_episode_needs_must_stay(tmp_path: Path) -> None:
    packs = read_packs([with_files(tmp_path, HEAD + BODY + RULES)])
    assert packs.version("testshire", "1").title == "A procedure for tests"
    with pytest.raises(PackError, match="governed by testshire 0; put that file back into protocols/"):
        packs.version("testshire", "0")
    assert packs.governing("testshire", later(-24 * 365 * 50)).version == "1"
