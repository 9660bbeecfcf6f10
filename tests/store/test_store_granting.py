"""What `store.granting` grants is enough for a whole hub and for nothing more: no table is changed, nothing that only
grows is touched, and a reader sees one authority."""

import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import make_url, text

from homeward import clock
from homeward.demo.story import AUTHORITY
from homeward.desk.sample import fill_sample
from homeward.keeping.journal import obey_journal
from homeward.keeping.running import entered
from homeward.looking import Looker, UnwrittenLookError
from homeward.settings import Settings
from homeward.wiring import Parts, library
from producers.fakes import MemoryKafkaSender, MemoryMailSender
from store import OutboxRow, Store
from store.errors import StoreForbiddenError, translated
from store.granting import grants
from store.inspecting import missing_rights, shares_sessions
from store.keys import Erasure
from store.migrating import migrate, missing_steps
from store.rows import CANARY
from tests.shipped import shipped_directories, shipped_packs

pytestmark = pytest.mark.postgres
REFUSED = (
    "CREATE TABLE mine (id int)",
    "ALTER TABLE episodes ADD COLUMN mine int",
    "DROP TRIGGER ledger_only_grows ON ledger",
    "ALTER TABLE ledger DISABLE ROW LEVEL SECURITY",
    "TRUNCATE timers",
    "UPDATE ledger SET entry = ''",
    "DELETE FROM ledger",
    "UPDATE outbox SET payload = ''",
    *(f"DELETE FROM {table}" for table in ("outbox", "episodes", "people", "quarantine", "inbox")),
)


@dataclass
class Roles:
    """A migrated database, reached as each of its roles."""

    owner: Store
    runtime: Store
    reader: Store
    stranger: Store
    runtime_url: str
    owner_url: str


@pytest_asyncio.fixture
async def roles(postgres: Callable[[], str]) -> AsyncIterator[Roles]:
    url = postgres()
    names = [f"hw_{role}_{os.getpid()}" for role in ("runtime", "reader", "stranger")]
    runtime, reader, stranger = names
    await migrate(url)
    owner = Store.open(url)
    await _done(owner, *(f"CREATE ROLE {name} LOGIN" for name in names))
    granted = [*grants(runtime, {reader: AUTHORITY, stranger: "islington"})]
    await _done(owner, *granted)
    await _done(owner, *granted)  # as after a further migration
    as_role = {name: make_url(url).set(username=name).render_as_string(False) for name in names}
    made = Roles(owner, *(Store.open(as_role[name]) for name in names), runtime_url=as_role[runtime], owner_url=url)
    yield made
    for store in (made.runtime, made.reader, made.stranger):
        await store.close()
    await _done(owner, *(f"DROP OWNED BY {name}" for name in names), *(f"DROP ROLE {name}" for name in names))
    await owner.close()


async def test_a_whole_hub_runs_as_the_runtime_and_a_reader_sees_its_authority_alone(roles: Roles) -> None:
    assert await missing_steps(roles.runtime_url) == []
    assert await missing_rights(roles.runtime) == []
    settings = Settings(trial=True)
    packs, directories = library(settings)
    ways = {"topic": MemoryKafkaSender(), "mail": MemoryMailSender()}
    assert await fill_sample(settings, packs, directories, roles.runtime, ways, clock.now())
    for table in ("episodes", "ledger", "outbox", "deliveries", "sealed_contents", "people", "worklist"):
        held = await _count(roles.owner, table)
        assert held > 0, table
        assert await _count(roles.runtime, table) == held, table
        assert await _count(roles.stranger, table) == 0, table
    of_its_own = f"SELECT count(*) FROM ledger WHERE authority = '{AUTHORITY}'"
    assert await _count(roles.reader, "ledger") == await _asked(roles.owner, of_its_own) > 0
    assert await _count(roles.reader, "episodes") == await _count(roles.owner, "episodes")


async def test_what_the_runtime_may_not_is_refused_in_a_line(roles: Roles) -> None:
    for statement in REFUSED:
        with pytest.raises(StoreForbiddenError, match=r"^\w+ 42501: (permission denied|must be owner)"):
            await _done(roles.runtime, statement)


async def test_what_was_erased_goes_again_as_the_owner_where_the_hub_may_remove_nothing(
    roles: Roles, tmp_path: Path
) -> None:
    keys = {"keys": f"sqlite+aiosqlite:///{tmp_path / 'keys.db'}"}
    hubs, owners = (
        make_url(url).update_query_dict(keys).render_as_string(False) for url in (roles.runtime_url, roles.owner_url)
    )
    runtime = Store.open(hubs)
    assert runtime.keys
    gone = [{"person": "p-1", "episodes": ["e-1"]}]
    await runtime.keys.note(Erasure("line-1", clock.now(), {"forgotten": gone}))
    with pytest.raises(StoreForbiddenError, match="permission denied"):
        await obey_journal(runtime, clock.now())
    async with entered(runtime, owners) as owner:
        await obey_journal(owner, clock.now())
    assert (await obey_journal(runtime, clock.now())).rows == {}
    await runtime.close()


async def test_what_a_canary_has_left_behind_goes_as_the_owner_where_the_hub_may_remove_nothing(roles: Roles) -> None:
    packs, directories = shipped_packs().serving([AUTHORITY]), shipped_directories()
    for owner_url, left in ((None, 1), (roles.owner_url, 0)):
        settings = Settings(trial=True, purging_database_url=owner_url)
        ways = {"topic": MemoryKafkaSender(), "mail": MemoryMailSender()}
        walks = Parts(settings, packs, directories, roles.runtime, ways, now=clock.now).canaries
        assert walks
        async with roles.owner.transaction() as tx:
            await tx.append((), [of_a_canary()])
        await walks.look()
        assert await _count(roles.owner, "outbox") == left
        async with roles.owner.transaction() as tx:
            assert await tx.drop_canaries() == left


def of_a_canary() -> OutboxRow:
    told = ("walk", "authority", "key", CANARY, b"{}", clock.now(), None, ("HUB",), AUTHORITY, None)
    return OutboxRow("row", *told, f"topic/{AUTHORITY}.canary.v1", "routine", None)


async def test_a_reader_reads_what_has_an_authority_and_writes_nothing(roles: Roles) -> None:
    for statement in ("SELECT * FROM quarantine", "SELECT * FROM desk_drafts", "DELETE FROM timers"):
        with pytest.raises(StoreForbiddenError, match="permission denied"):
            await _done(roles.reader, statement)


async def test_a_reader_cannot_write_that_it_looks_and_so_is_shown_nothing(roles: Roles) -> None:
    looker = Looker("notts_reader", "homeward explain")
    with pytest.raises(UnwrittenLookError, match="permission denied for table ledger"):
        await looker.write(roles.reader, AUTHORITY, ["e1"], clock.now())


async def test_sessions_of_ones_own_are_told_from_shared_ones(roles: Roles, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not await shares_sessions(roles.runtime)
    async with roles.runtime.reading_connection() as pooled:
        handed_out = _Handed(pooled)
        monkeypatch.setattr(roles.runtime, "reading_connection", lambda: handed_out)
        assert await shares_sessions(roles.runtime)


class _Handed:
    """What a pooler does: it hands the one session that it has to whoever asks."""

    def __init__(self, session: object) -> None:
        self._session = session

    async def __aenter__(self) -> object:
        return self._session

    async def __aexit__(self, *_: object) -> None:
        """It keeps the session."""


async def _count(store: Store, table: str) -> int:
    return await _asked(store, f"SELECT count(*) FROM {table}")


async def _asked(store: Store, question: str) -> int:
    async with store.connection() as connection:
        found: int = (await connection.execute(text(question))).scalar_one()
        return found


async def _done(store: Store, *statements: str) -> None:
    async with store.connection() as connection:
        with translated():
            for statement in statements:
                await connection.execute(text(statement))
