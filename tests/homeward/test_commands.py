"""`homeward packs`, `explain` and `simulate`, as their users see them."""

import asyncio
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result
from hub_in_memory import Hub
from small_packs import BODY, HEAD, rule
from wire_messages import child, context, found, later, missing

from homeward.cli import main
from store import Store
from tests.shipped import shipped_packs

NUMBER = "K-4711"


def homeward(*arguments: str | Path, code: int = 0) -> Result:
    """Runs the command line; a fault in it, as against one of its user, fails the test."""
    done = CliRunner().invoke(main, [str(a) for a in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code == code, done.output
    assert "Traceback" not in done.output
    return done


# ---- packs


def test_packs_shows_every_authority_and_how_far_its_source_is_covered() -> None:
    text = homeward("packs").output
    assert "nottinghamshire" in text
    assert "hub" in text
    rows = orjson.loads(homeward("packs", "--json").stdout_bytes)
    for row in rows:
        assert row["cited"] + row["left"] == row["clauses"], row
        assert row["exercised"] == row["cited"], row
    assert {row["authority"] for row in rows} == set(shipped_packs().all())


def test_packs_shows_the_rules_of_one_authority_by_key_or_code() -> None:
    text = homeward("packs", "nottinghamshire").output
    assert "Practice guidance" in text
    assert "NOTTS-01" in text
    assert "left to people" in text
    assert homeward("packs", "E10000024").output == text
    told = orjson.loads(homeward("packs", "nottinghamshire", "--json").stdout_bytes)
    pack = shipped_packs().all()["nottinghamshire"][-1]
    assert [rule["id"] for rule in told["rules"]] == [rule.id for rule in pack.rules]
    assert told["clauses"].keys() == pack.clauses.keys()
    assert all(bool(clause["cited_by"]) is not bool(clause["not_automated"]) for clause in told["clauses"].values())
    assert "interview_breach" in told["clauses"]["NOTTS-12"]["cited_by"]
    assert told["coverage"]["rules"] == len(pack.rules) + len(pack.periodic)
    assert all(rule["sends"] and rule["to"] and rule["clauses"] for rule in told["rules"])


def test_packs_of_an_authority_that_is_not_there_names_those_that_are() -> None:
    assert "there is no pack 'atlantis'; known are: " in homeward("packs", "atlantis", code=2).output


def test_packs_that_do_not_load_are_named_with_the_mend(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "1.toml").write_text('authority = "x"\n')
    assert "x/1.toml: the pack: 'version' is missing; add it" in homeward("packs", "--packs", tmp_path, code=1).output
    assert "does not exist" in homeward("packs", "--packs", tmp_path / "nowhere", code=2).output


def test_packs_of_the_installation_are_shown_with_their_local_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "packs" / "testshire"
    folder.mkdir(parents=True)
    (folder / "1.toml").write_text(HEAD + BODY + rule("extra", modality='"may"'))
    monkeypatch.setenv("HOMEWARD_PACKS", str(tmp_path / "packs"))
    assert "extra" in homeward("packs", "testshire").output
    (folder / "local.toml").write_text('authority = "testshire"\nswitched_off = ["extra"]\n')
    assert "extra" not in homeward("packs", "testshire").output


# ---- explain


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[dict[str, Any]]]:
    """A database in which a child was missing for forty hours, and what was said."""
    url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('explain') / 'store.db'}"
    kid = child(f"compact:{NUMBER}") | {"given_name": "Ariadne", "family_name": "Testperson"}

    async def fill() -> list[dict[str, Any]]:
        store = Store.open(url)
        try:
            await store.create()
            h = Hub(store)
            services = [{"service": "cscs", "worker": "sw1", "manager": "b1"}]
            await h.take(context(-1, f"compact:{NUMBER}", services=services))
            await h.take(missing(id_="first", child=kid, circumstances="left through the window", vulnerable=True))
            await h.fall(40)
            h.clock.set(later(40))
            await h.take(found(40, id_="second", remarks="was with friends"))
            await h.fall(120)
            await h.intake.process_batch([h.raw(b"{", "police.XX.notifications.v1")])
            return await h.said()
        finally:
            await store.close()

    return url, asyncio.run(fill())


PRIVATE = (NUMBER, "Ariadne", "Testperson", "window", "friends")


def of_type(said: list[dict[str, Any]], type_: str) -> dict[str, Any]:
    return next(m for m in said if m["type"] == type_)


def test_explain_tells_an_authority_of_its_own_episodes_alone(filled: tuple[str, list[dict[str, Any]]]) -> None:
    url, said = filled
    opened = of_type(said, "episode.open")
    for id_ in (opened["episode"], opened["id"]):
        asked = ("explain", id_, "--database", url, "--authority")
        assert homeward(*asked, "nottinghamshire").output == homeward(*asked[:-1]).output
        assert f"Nothing is known about '{id_}'" in homeward(*asked, "islington", code=1).output


def test_explain_tells_the_whole_story_of_an_episode(filled: tuple[str, list[dict[str, Any]]]) -> None:
    url, said = filled
    episode = of_type(said, "episode.open")["episode"]
    text = homeward("explain", episode, "--database", url).output
    for message in (m for m in said if m["episode"] == episode):
        assert f"message {message['id']} to " in text
    assert "report first from /police/XX changed" in text
    assert "timers running from now on" in text
    assert "because of a timer" in text
    assert "delivery to topic/nottinghamshire.social-care.v1: prepared, attempts 0" in text
    assert "clause NOTTS-12: " in text
    assert not [word for word in PRIVATE if word in text]
    assert text.index("opened at") < text.index("found at")


def test_explain_of_a_message_goes_from_the_report_to_the_delivery(filled: tuple[str, list[dict[str, Any]]]) -> None:
    url, said = filled
    asked = of_type(said, "rhi.request")
    steps = orjson.loads(homeward("explain", asked["id"], "--database", url, "--json").stdout_bytes)
    assert [step["kind"] for step in steps] == ["fact", "decision"]
    assert steps[1]["decision"]["message"] == asked["id"]
    assert steps[1]["decision"]["rule"] == "interview_request"
    assert steps[1]["decision"]["clauses"] == asked["clauses"]
    assert steps[1]["at"] == "2026-06-03T04:00:00Z"
    assert "report second from /police/XX" in steps[0]["what"]
    assert not [word for word in PRIVATE if word in str(steps)]


def test_explain_of_a_message_that_a_clock_caused(filled: tuple[str, list[dict[str, Any]]]) -> None:
    url, said = filled
    breach = of_type(said, "rhi.breach")
    steps = orjson.loads(homeward("explain", breach["id"], "--database", url, "--json").stdout_bytes)
    decision = next(step for step in steps if step["kind"] == "decision")
    assert decision["what"].endswith("because of a timer")
    assert decision["decision"]["message"] == breach["id"]


def test_explain_of_what_the_hub_itself_said(filled: tuple[str, list[dict[str, Any]]]) -> None:
    url, said = filled
    unread = next(m for m in said if m["kind"] == "unreadable")
    text = homeward("explain", unread["id"], "--database", url).output
    assert "exception.raise" in text
    assert "topic/hub.operators.v1" in text
    assert "clause HUB: " in text


def test_explain_of_an_id_that_nobody_knows(filled: tuple[str, list[dict[str, Any]]]) -> None:
    url, _ = filled
    output = homeward("explain", "no-such-id", "--database", url, code=1).output
    assert "Nothing is known about 'no-such-id'. Give the id of a message or an episode." in output


def test_explain_on_no_database_says_what_to_do(tmp_path: Path) -> None:
    assert "Not a database URL. Use sqlite" in homeward("explain", "x", "--database", "x", code=2).output
    empty = homeward("explain", "x", "--database", f"sqlite+aiosqlite:///{tmp_path / 'new.db'}", code=1).output
    assert "homeward migrate" in empty


# ---- simulate


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    file = tmp_path / "reports.jsonl"
    file.write_bytes(b"\n".join([missing(id_="m"), b"", found(40, id_="f"), b"{", b""]))
    return file


def test_simulate_prints_json_alone_and_the_same_bytes_each_time(reports: Path) -> None:
    done = homeward("simulate", reports, "--until", "2026-06-30T00:00:00+01:00")
    said = [orjson.loads(line) for line in done.stdout_bytes.splitlines()]
    assert {"episode.open", "episode.found", "referral.create"} <= {m["type"] for m in said}
    assert [m["data"]["kind"] for m in said if m["data"]["authority"] == "hub"] == ["unreadable"]
    assert homeward("simulate", reports, "--until", "2026-06-29T23:00:00Z").stdout_bytes == done.stdout_bytes
    assert done.stdout_bytes.startswith(homeward("simulate", reports).stdout_bytes)


@pytest.mark.parametrize("until", ["tomorrow", "2026-06-30", "2026-06-30T00:00:00", "2026-13-01T00:00:00Z"])
def test_simulate_takes_an_instant_only(reports: Path, until: str) -> None:
    output = homeward("simulate", reports, "--until", until, code=2).output
    assert f"--until: '{until}' is not an instant. Write it like 2026-03-20T00:00:00Z." in output


def test_simulate_without_its_file_says_so(tmp_path: Path) -> None:
    assert "does not exist" in homeward("simulate", tmp_path / "nothing.jsonl", code=2).output
    assert "Missing argument 'FILE'" in homeward("simulate", code=2).output


def test_simulate_of_nothing_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    assert homeward("simulate", tmp_path / "empty", "--until", "2030-01-01T00:00:00Z").stdout_bytes == b""


@pytest.mark.parametrize("name", ["packs", "explain", "simulate", "run"])
def test_each_command_has_examples(name: str) -> None:
    text = homeward(name, "--help").output
    assert "Examples:" in text
    assert f"homeward {name}" in text


def test_run_takes_its_parts_by_name() -> None:
    assert "is not one of 'consumers', 'relay', 'timers'" in homeward("run", "--only", "kitchen", code=2).output
