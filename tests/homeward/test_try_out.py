"""A hub in earnest starts with its own addresses only, and with folders that it can use."""

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner

from homeward.cli import main
from homeward.folders import check_folders
from homeward.library import read_directories, read_packs
from homeward.settings import Settings, SettingsError
from homeward.try_out import example_addresses, is_example
from homeward.wiring import library
from routing.tables import PackError
from tests.shipped import own_addresses

OWN = Settings(smtp_from="hub@council.test", message_id_domain="hub.council.test")


@pytest.mark.parametrize("address", ["a@homeward.example", "hub.example", "b@EXAMPLE.com", "c@mail.example.org."])
def test_nobody_can_have_an_address_in_a_domain_for_examples(address: str) -> None:
    assert is_example(address)


@pytest.mark.parametrize("address", ["a@council.test", "example@council.test", "notexample.com", "a@counterexample"])
def test_others_may_be_somebodys(address: str) -> None:
    assert not is_example(address)


def test_each_shipped_address_is_refused_with_the_fix() -> None:
    packs, directories = read_packs(), read_directories()
    faults = example_addresses(Settings(), directories, packs.authorities)
    assert [fault.partition(":")[0] for fault in faults] == [
        "HOMEWARD_SMTP_FROM", "HOMEWARD_MESSAGE_ID_DOMAIN", *(a for a in packs.authorities if directories[a].mailboxes),
        "hub",
    ]  # fmt: skip
    assert "or leave islington out of HOMEWARD_AUTHORITIES" in "\n".join(faults)


def test_run_refuses_them_unless_it_is_tried_out(tmp_path: Path) -> None:
    ran = CliRunner(env={"HOMEWARD_DATA": str(tmp_path)}).invoke(main, ["run"])
    assert ran.exit_code == 1
    assert "HOMEWARD_SMTP_FROM: 'homeward@hub.example' is only an example. Set your own" in ran.output
    assert "Traceback" not in ran.output
    trial = {"HOMEWARD_TRIAL": "true", "HOMEWARD_KAFKA_BOOTSTRAP": "localhost:1", "HOMEWARD_DATA": str(tmp_path)}
    ran = CliRunner(env=trial).invoke(main, ["run", "--only", "consumers"])
    assert "Cannot reach Kafka" in ran.output


def test_with_its_own_addresses_it_may_start(tmp_path: Path) -> None:
    settings = OWN.model_copy(update={"directory": own_addresses(tmp_path), "authorities": ("islington",)})
    packs, directories = library(settings)
    assert packs.authorities == ("islington",)
    assert example_addresses(settings, directories, packs.authorities) == []


def test_a_folder_that_is_no_authoritys_is_refused(tmp_path: Path) -> None:
    settings = OWN.model_copy(update={"directory": own_addresses(tmp_path, named="islingtn")})
    with pytest.raises(PackError, match=r"islingtn: no authority has this name \(did you mean 'islington'\?\)"):
        library(settings)


def test_a_folder_with_nothing_in_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="there is no directory in it"):
        library(OWN.model_copy(update={"directory": tmp_path}))
    (tmp_path / "islington").mkdir()
    with pytest.raises(PackError, match=r"islington: there is neither directory\.toml nor local\.toml in it"):
        library(OWN.model_copy(update={"directory": tmp_path}))


def test_a_directory_of_another_authority_is_refused(tmp_path: Path) -> None:
    (tmp_path / "hub").mkdir()
    (tmp_path / "hub" / "directory.toml").write_text(Path("protocols/islington/directory.toml").read_text())
    with pytest.raises(PackError, match="authority = 'islington' does not match the folder"):
        library(OWN.model_copy(update={"directory": tmp_path}))


def test_an_authority_without_a_pack_cannot_be_served() -> None:
    with pytest.raises(PackError, match=r"there is no pack 'islingtn' \(did you mean 'islington'\?\)"):
        library(OWN.model_copy(update={"authorities": ("islingtn",)}))


@pytest.mark.parametrize(("embedded", "name"), [(True, "HOMEWARD_DATA"), (False, "HOMEWARD_DATABASE_URL")])
def test_a_folder_that_cannot_be_written_to_is_one_line(tmp_path: Path, embedded: bool, name: str) -> None:
    (tmp_path / "file").write_text("")
    folder = tmp_path / "file" / "below"
    place = {"data": folder} if embedded else {"database_url": f"sqlite+aiosqlite:///{folder}/hub.db"}
    with pytest.raises(SettingsError) as caught:
        check_folders(Settings(data=tmp_path).model_copy(update=place), embedded)
    assert str(caught.value).startswith(f"{name}: cannot write to {folder} (Not a directory). Make it writable")
    assert "\n" not in str(caught.value)


async def test_a_hub_that_would_leave_episodes_alone_does_not_start(tmp_path: Path) -> None:
    settings = OWN.model_copy(update={"data": tmp_path})
    await asyncio.to_thread(_with_an_episode_of_nottinghamshire, settings)
    (tmp_path / "own").mkdir()
    environment = {
        "HOMEWARD_DATA": str(tmp_path),
        "HOMEWARD_AUTHORITIES": "islington",
        "HOMEWARD_SMTP_FROM": OWN.smtp_from,
        "HOMEWARD_MESSAGE_ID_DOMAIN": OWN.message_id_domain,
        "HOMEWARD_SECURE_EMAIL_DOMAINS": "police.test",
        "HOMEWARD_DIRECTORY": str(own_addresses(tmp_path / "own")),
    }
    ran = await asyncio.to_thread(CliRunner(env=environment).invoke, main, ["run"])
    assert ran.exit_code == 1
    assert "holds episodes of nottinghamshire, which this hub does not serve" in ran.output


def _with_an_episode_of_nottinghamshire(settings: Settings) -> None:
    from sqlalchemy import create_engine, text

    from store.engine import parsed
    from store.migrating import migrate

    asyncio.run(migrate(settings.database))
    engine = create_engine(parsed(settings.database).set(drivername="sqlite"))
    with engine.begin() as connection:
        connection.execute(
            text(
                "insert into episodes (id, authority, person, opened_at, state, doc) "
                "values ('e1', 'nottinghamshire', 'p1', '2026-03-02T21:10:00.000000+00:00', 'open', x'')"
            )
        )
    engine.dispose()
