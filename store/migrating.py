"""Bringing a database to its newest form, and saying whether it is there. The steps live in `store.migrations`.

Not imported by the rest of the store: Alembic is paid for only by those who migrate.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from store.cases import lock_number
from store.database import Store
from store.engine import absent, parsed

_STEPS = Path(__file__).parent / "migrations"


async def migrate(url: str) -> list[str]:
    """Take every step that is missing, all or none; returns their numbers. Two that migrate at once wait for each
    other. Raises StoreUnavailableError, and ValueError for an url that is not of a database Homeward knows."""
    store = Store.open(url, within=None)
    try:
        store.prepare()
        async with store.connection() as connection:
            if store.postgres:
                number = {"number": lock_number("migrate")}
                await connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), number)
            missing = await _missing(connection)
            if missing:
                await connection.run_sync(_upgrade)
            return missing
    finally:
        await store.close()


async def missing_steps(url: str) -> list[str]:
    """The numbers of the steps that `migrate` would take, oldest first; changes nothing."""
    if absent(parsed(url)):
        return _steps_after(None)
    store = Store.open(url)
    try:
        async with store.reading_connection() as connection:
            return await _missing(connection)
    finally:
        await store.close()


async def _missing(connection: AsyncConnection) -> list[str]:
    return await connection.run_sync(_missing_on)


def _missing_on(connection: Connection) -> list[str]:
    return _steps_after(MigrationContext.configure(connection).get_current_revision())


def _steps_after(current: str | None) -> list[str]:
    """None where the database has a step that this version does not know: a newer one has been here. Its steps only
    add, so that the version before can go on; what it cannot read, its documents say (`enrichment.serialisation`)."""
    steps = ScriptDirectory(str(_STEPS))
    if current is not None and current not in {step.revision for step in steps.walk_revisions()}:
        return []
    return [step.revision for step in steps.iterate_revisions("head", current or "base")][::-1]


def _upgrade(connection: Connection) -> None:
    config = Config()
    # Alembic reads % in a path as the beginning of a variable.
    config.set_main_option("script_location", str(_STEPS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
