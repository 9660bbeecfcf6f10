"""`homeward doctor` finds what ails each thing that a hub leans on, says the mend, and changes nothing."""

import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import make_url, text

from homeward import clock
from homeward.cli import main
from homeward.doctor import Finding, examine, machine_checks
from homeward.doctor.database_checks import database_findings
from homeward.doctor.mail_checks import directory_findings, mail_findings
from homeward.settings import PREFIX, Settings
from homeward.torture.mail_server import MailServer
from homeward.wiring import library
from outbox.directory import load_directory
from store import AnswerRow, Store
from store.migrating import migrate

DEAD = "127.0.0.1:1"


def of(findings: list[Finding], check: str) -> list[tuple[str, str]]:
    return [(finding.severity, finding.says) for finding in findings if finding.check == check]


@pytest.fixture
async def sink() -> object:
    made = await MailServer().listen()
    yield made
    await made.close()


def settings(tmp_path: Path, **chosen: object) -> Settings:
    told = {"kafka_bootstrap": DEAD, "database_url": f"sqlite+aiosqlite:///{tmp_path}/hub.db", "data": tmp_path}
    mail = {"smtp_host": "127.0.0.1", "smtp_port": 1, "smtp_tls": "plain"}
    return Settings(**{**told, **mail, **chosen})  # type: ignore[arg-type]


@pytest.mark.kafka
async def test_a_hub_that_has_all_it_needs_has_no_fault(kafka: str, tmp_path: Path, sink: MailServer) -> None:
    chosen = settings(tmp_path, kafka_bootstrap=f"{kafka}, {kafka}", smtp_port=sink.port)
    await migrate(chosen.database)
    findings = await examine(chosen)
    assert [f for f in findings if f.severity == "fault"] == []
    assert {f.check for f in findings} >= {"kafka", "kafka rights", "topics", "database", "mail", "clock", "disk"}
    assert of(findings, "kafka rights") == [("ok", "the hub has every right that it needs")]
    assert of(findings, "mail")[0] == ("ok", f"127.0.0.1:{sink.port} accepts e-mails")
    assert sink.posts == []


@pytest.mark.kafka
async def test_one_dead_address_among_several_is_a_warning_and_all_dead_are_a_fault(kafka: str, tmp_path: Path) -> None:
    some = of(await examine(settings(tmp_path, kafka_bootstrap=f"{DEAD},{kafka}")), "kafka")
    assert some[0] == ("warning", f"{DEAD} cannot be reached (Connection refused)")
    assert some[1][0] == "ok"
    all_dead = of(await examine(settings(tmp_path, kafka_bootstrap=f"{DEAD},nonsense")), "kafka")
    assert [severity for severity, _ in all_dead] == ["fault", "fault"]
    assert all_dead[1][1] == "nonsense is not an address"


async def test_a_mail_server_that_is_away_or_refuses_is_told_with_its_fix(tmp_path: Path, sink: MailServer) -> None:
    away, *_ = await mail_findings(settings(tmp_path))
    assert (away.severity, away.fix) == ("fault", "check HOMEWARD_SMTP_HOST, HOMEWARD_SMTP_PORT and the network")
    unsafe, *_ = await mail_findings(settings(tmp_path, smtp_port=sink.port, smtp_tls="starttls"))
    assert (unsafe.severity, "HOMEWARD_SMTP_TLS" in unsafe.fix) == ("fault", True)


async def test_e_mails_that_go_by_another_way_than_a_mail_server_look_for_none(tmp_path: Path) -> None:
    templates = {"*": "one"}
    by_notify, *_ = await mail_findings(
        settings(tmp_path, mail_by="notify", notify_api_key="k", notify_templates=templates)
    )
    assert (by_notify.severity, "GOV.UK Notify" in by_notify.says) == ("ok", True)
    into_folder, *_ = await mail_findings(settings(tmp_path, mail_by="folder", trial=True))
    assert (into_folder.severity, str(tmp_path / "mail") in into_folder.says) == ("warning", True)


async def test_mailboxes_and_senders_in_domains_for_examples_are_warned_of(tmp_path: Path) -> None:
    findings = await examine(settings(tmp_path, smtp_from="hub@county.gov.uk", message_id_domain="county.gov.uk"))
    assert all("examples" not in says for _, says in of(findings, "mail"))
    warned = of(findings, "directory")
    assert all(severity == "warning" for severity, _ in warned)
    assert any(says.startswith("hub: 1 mailboxes are in domains reserved for examples") for _, says in warned)


async def test_a_role_that_nobody_can_reach_is_a_fault() -> None:
    packs, directories = library(Settings())
    bare = load_directory('authority = "islington"\n[services]\nx = ["y"]\n[mailboxes]\n', "islington/directory.toml")
    findings = await directory_findings(packs, {**directories, "islington": bare})
    assert {finding.severity for finding in findings} == {"fault"}
    assert all(finding.says.startswith("islington: the role") for finding in findings)


async def test_a_database_without_its_steps_or_out_of_reach_is_told(tmp_path: Path) -> None:
    (lacking,) = await database_findings(settings(tmp_path))
    assert (lacking.severity, "0001" in lacking.says) == ("warning", True)
    (away,) = await database_findings(settings(tmp_path, database_url="postgresql+asyncpg://x@127.0.0.1:1/x"))
    assert away.severity == "fault"


@pytest.mark.postgres
async def test_rights_that_a_database_lacks_are_named_with_the_grant(
    postgres: Callable[[], str], tmp_path: Path
) -> None:
    url, role = postgres(), f"hw_doctor_{os.getpid()}"
    (unprepared,) = await database_findings(settings(tmp_path, database_url=url))
    assert (unprepared.severity, unprepared.fix[:16]) == ("fault", "homeward migrate")
    await migrate(url)
    store = Store.open(url)
    async with store.connection() as connection:
        for statement in (
            f"CREATE ROLE {role} LOGIN",
            f"GRANT USAGE ON SCHEMA public TO {role}",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
            f"REVOKE INSERT ON outbox FROM {role}",
        ):
            await connection.execute(text(statement))
    powerless = make_url(url).set(username=role).render_as_string(hide_password=False)
    findings = await database_findings(settings(tmp_path, database_url=powerless))
    assert of(findings, "database rights") == [("fault", "missing: INSERT on outbox")]
    assert findings[1].fix == f'GRANT INSERT ON outbox TO "{role}"'
    async with store.connection() as connection:
        await connection.execute(text(f"DROP OWNED BY {role}"))
        await connection.execute(text(f"DROP ROLE {role}"))
    await store.close()


@pytest.mark.postgres
async def test_a_clock_that_is_apart_from_that_of_the_database_is_told(
    postgres: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = settings(tmp_path, database_url=postgres())
    assert [f.severity for f in await machine_checks.clock_findings(chosen)] == ["ok"]
    now = machine_checks.clock.now
    monkeypatch.setattr(machine_checks.clock, "now", lambda: now().replace(year=now().year + 1))
    (apart,) = await machine_checks.clock_findings(chosen)
    assert (apart.severity, "s apart" in apart.says) == ("fault", True)


async def test_little_room_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for free, severity in ((10**12, "ok"), (10**9, "warning"), (10**7, "fault")):
        monkeypatch.setattr(machine_checks, "_free", lambda place, f=free: f)
        assert {f.severity for f in await machine_checks.disk_findings(settings(tmp_path))} == {severity}


def test_the_command_prints_findings_or_json_and_its_exit_code_says_whether_there_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"KAFKA_BOOTSTRAP": DEAD, "DATA": str(tmp_path), "SMTP_PORT": "1"}.items():
        monkeypatch.setenv(PREFIX + name, value)
    said = CliRunner().invoke(main, ["doctor"])
    assert said.exit_code == 1
    assert f"FAULT    kafka             {DEAD} cannot be reached (Connection refused)" in said.output
    assert "fix: start it, or correct HOMEWARD_KAFKA_BOOTSTRAP" in said.output
    told = json.loads(CliRunner().invoke(main, ["doctor", "--json"]).stdout)
    assert told["healthy"] is False
    assert {"check", "severity", "says", "fix"} == set(told["findings"][0])
    monkeypatch.setenv(f"{PREFIX}SMTP_PORT", "many")
    assert "HOMEWARD_SMTP_PORT" in CliRunner().invoke(main, ["doctor"]).output


async def test_an_answer_of_the_desk_that_waits_too_long_is_a_fault(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    await migrate(chosen.database)
    store, made = Store.open(chosen.database), clock.now() - timedelta(minutes=6)
    async with store.transaction() as tx:
        await tx.keep_answer(AnswerRow("a", "n", "o.kaur", "rhi.outcome", "e", None, "held", "t", made, event=b""))
    await store.close()
    ((severity, says),) = of(await database_findings(chosen), "answers")
    assert (severity, says[:31]) == ("fault", "1 answer has not reached Kafka,")
