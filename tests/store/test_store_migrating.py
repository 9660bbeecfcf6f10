"""That the steps of migration and the tables as the code knows them build one and the same database, from nothing, on
both databases; and `homeward migrate` as its user sees it."""

import asyncio
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from click.testing import CliRunner
from sqlalchemy import Connection, text
from store_examples import promise, promised

from store import Store
from store.migrating import migrate, missing_steps
from store.tables import metadata

STEPS = [
    *("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0010", "0011", "0012", "0013", "0015"),
    *("0016", "0017", "0018", "0019", "0020", "0021", "0022", "0023"),
]
SHAPE_OF_SQLITE = (
    "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND name NOT LIKE 'alembic%'"
)
SHAPE_OF_POSTGRES = """
SELECT 'column', table_name || '.' || column_name, concat_ws(' ', data_type, is_nullable, column_default, is_identity)
  FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'alembic%'
UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes
  WHERE schemaname = 'public' AND tablename NOT LIKE 'alembic%'
UNION ALL SELECT 'constraint', conname, pg_get_constraintdef(oid) FROM pg_constraint
  WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE 'alembic%'
UNION ALL SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'function', proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""


def run(*arguments: str) -> tuple[int, str]:
    from homeward.cli import main

    done = CliRunner().invoke(main, ["migrate", *arguments])
    return done.exit_code, done.output


async def shape(store: Store) -> dict[tuple[str, str], str]:
    """Everything that stands there, triggers and conditions of indexes too: (kind, name) → how it was made."""
    question = SHAPE_OF_POSTGRES if store.postgres else SHAPE_OF_SQLITE
    async with store.connection() as connection:
        rows = await connection.execute(text(question))
        return {(kind, name): _plain(made) for kind, name, made in rows}


def _plain(made: str | None) -> str:
    """The statement without what does not change its meaning: blanks, quotes, and the order of lines in a table."""
    spaced = re.sub(r"\s+", " ", (made or "").replace('"', "")).replace("( ", "(").replace(" )", ")").strip()
    return " ".join(sorted(re.split(r", | ", spaced))) if spaced.startswith("CREATE TABLE") else spaced


async def test_the_steps_build_what_the_code_expects(url: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    assert await migrate(url) == STEPS
    migrated = Store.open(url)
    by_steps = await shape(migrated)
    async with migrated.connection() as connection:
        if migrated.postgres:
            await connection.execute(text("DROP SCHEMA public CASCADE"))
            await connection.execute(text("CREATE SCHEMA public"))
    fresh = migrated if migrated.postgres else Store.open(f"sqlite+aiosqlite:///{tmp_path / 'created.db'}")
    await fresh.create()
    assert await shape(fresh) == by_steps
    assert len([kind for kind, _ in by_steps if kind == "trigger"]) == (6 if migrated.postgres else 9)
    await fresh.close()
    await migrated.close()


async def test_alembic_finds_no_difference(url: str) -> None:
    def differences(connection: Connection) -> list[Any]:
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)

    await migrate(url)
    store = Store.open(url)
    async with store.connection() as connection:
        assert await connection.run_sync(differences) == []
    await store.close()


@pytest.mark.postgres
@pytest.mark.parametrize("url", ["postgres"], indirect=True)
async def test_tables_that_grow_for_years_are_vacuumed_by_what_has_changed(url: str) -> None:
    await migrate(url)
    store = Store.open(url)
    asked = "SELECT relname, reloptions FROM pg_class WHERE reloptions IS NOT NULL AND relkind = 'r'"
    async with store.connection() as connection:
        found = {name: {*options} for name, options in await connection.execute(text(asked))}
    shares = {"vacuum_scale_factor=0.01", "vacuum_insert_scale_factor=0.02", "analyze_scale_factor=0.02"}
    assert {*map(frozenset, found.values())} == {frozenset(f"autovacuum_{each}" for each in shares)}
    assert found.keys() >= {"inbox", "outbox", "deliveries", "ledger", "sealed_contents", "people", "episodes"}
    await store.close()


async def test_a_migrated_database_serves(url: str) -> None:
    await migrate(url)
    store = Store.open(url)
    await promise(store, promised("o1"))
    async with store.reading() as tx:
        assert (await tx.standing()).states == {"prepared": 1}
    await store.close()


async def test_what_was_kept_stays_and_nothing_is_done_twice(url: str) -> None:
    assert await missing_steps(url) == STEPS
    await migrate(url)
    store = Store.open(url)
    await promise(store, promised("o1"))
    assert await missing_steps(url) == []
    assert await migrate(url) == []
    async with store.reading() as tx:
        assert [kept.row for kept in await tx.outbox_after(0, 10)] == [promised("o1")]
    await store.close()


async def test_a_version_can_go_on_where_the_next_one_has_been(url: str) -> None:
    await migrate(url)
    store = Store.open(url)
    async with store.connection() as connection:  # the next version has added a column, and notes its step
        await connection.execute(text("ALTER TABLE timers ADD COLUMN later TEXT"))
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert await missing_steps(url) == []
    assert await migrate(url) == []
    await promise(store, promised("o1"))
    await store.close()


async def test_of_hubs_that_migrate_at_once_one_does_it(url: str) -> None:
    done = await asyncio.wait_for(asyncio.gather(*(migrate(url) for _ in range(4))), 60)
    assert sorted(done) == [[], [], [], STEPS]


async def test_a_step_that_fails_leaves_nothing(url: str) -> None:
    store = Store.open(url)
    store.prepare()
    async with store.connection() as connection:  # in the way of the last table but one
        await connection.execute(text("CREATE TABLE quarantine (id TEXT)"))
    before = await shape(store)
    with pytest.raises(Exception, match="quarantine"):
        await migrate(url)
    assert await shape(store) == before
    assert await missing_steps(url) == STEPS
    await store.close()


def test_the_command_migrates_once_and_says_what_it_did(url: str) -> None:
    assert run("--check", "--database", url) == (
        1,
        f"Error: Migrations are missing: {', '.join(STEPS)}. Run `homeward migrate`.\n",
    )
    assert run("--database", url) == (0, f"Applied {', '.join(STEPS)}. The database is up to date.\n")
    assert run("--database", url) == (0, "The database is already up to date.\n")
    assert run("--check", "--database", url)[0] == 0


def test_looking_at_a_file_that_is_not_there_does_not_make_it(tmp_path: Path) -> None:
    assert run("--check", "--database", f"sqlite+aiosqlite:///{tmp_path / 'absent.db'}")[0] == 1
    assert list(tmp_path.iterdir()) == []


def test_a_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "below" / "new.db"
    assert run("--database", f"sqlite+aiosqlite:///{file}")[0] == 0
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


@pytest.mark.parametrize(
    ("database", "code", "said"),
    [
        ("nonsense", 2, "Not a database URL."),
        ("mysql://host/name", 2, "use sqlite or postgresql"),
        (
            "postgresql+asyncpg://hub:secret@127.0.0.1:1/homeward",
            1,
            "Check that it exists and that this user has access.",
        ),
    ],
)
def test_a_mistake_is_named_with_its_mend(database: str, code: int, said: str) -> None:
    got, output = run("--database", database)
    assert got == code
    assert said in output
    assert "secret" not in output
