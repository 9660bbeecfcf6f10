"""What commands that work on the database, or on Kafka, have in common: which one, and faults in words. No command
lives here."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from homeward.settings import Settings
    from store import Store, Transaction

_T = TypeVar("_T")


def chosen_database(database: str | None) -> str:
    """The url given on the command line, else that of the settings; either with the place of its keys. Raises
    ClickException where a setting is wrong."""
    from sqlalchemy.exc import ArgumentError

    from homeward.settings import SettingsError, load_settings

    try:
        settings = load_settings()
        return settings.database if database is None else settings.with_keys(database)
    except SettingsError as error:
        raise click.ClickException(str(error)) from None
    except (ArgumentError, ValueError):
        return str(database)  # whoever opens it says what is wrong with it


@contextmanager
def faults_told(url: str) -> Iterator[None]:
    """Turn what can go wrong between a user and a database into a sentence; passwords stay out of it."""
    from sqlalchemy.exc import ArgumentError

    from homeward.looking import UnwrittenLookError
    from store.engine import shown
    from store.errors import StoreUnavailableError, StoreUnpreparedError

    try:
        yield
    except UnwrittenLookError as error:
        raise click.ClickException(str(error)) from None
    except ArgumentError:
        raise click.UsageError(
            "Not a database URL. Use sqlite+aiosqlite:///file or postgresql+asyncpg://user@host/name."
        ) from None
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    except StoreUnpreparedError as error:
        raise click.ClickException(str(error)) from None
    except StoreUnavailableError as error:
        where = shown(url)
        raise click.ClickException(
            f"Cannot use the database {where} ({error}). Check that it exists and that this user has access."
        ) from None


@contextmanager
def custody_faults_told(url: str) -> Iterator[None]:
    """Turn what can go wrong between two databases into a sentence."""
    from homeward.custody import CustodyError
    from store.copying import NotEmptyError

    with faults_told(url):
        try:
            yield
        except CustodyError as error:
            raise click.ClickException(str(error)) from None
        except NotEmptyError as error:
            raise click.ClickException(
                f"The database to fill is not empty: there are rows in {error.table}. Name an empty one."
            ) from None


def say_copied(table: str, rows: int) -> None:
    """A line for a table that has been copied."""
    click.echo(f"  {table:<20}{rows:>10}")


@contextmanager
def kafka_faults_told(settings: "Settings") -> Iterator[None]:
    """Turn a Kafka that cannot be reached into a sentence."""
    from aiokafka.errors import KafkaError  # type: ignore[import-untyped]

    try:
        yield
    except KafkaError as error:
        raise click.ClickException(
            f"Cannot reach Kafka at {settings.kafka_bootstrap} ({type(error).__name__}). "
            "Check that it is running and that HOMEWARD_KAFKA_BOOTSTRAP is right."
        ) from None


def no_database(error: Exception) -> click.ClickException:
    """What to say where a server cannot get at its database."""
    return click.ClickException(
        f"Cannot reach the database ({error}). Check that it is running and that this user can log in."
    )


async def refuse_pooler(store: "Store") -> None:
    """Raises ClickException where sessions are not the hub's own."""
    from store.inspecting import shares_sessions

    if await shares_sessions(store):
        raise click.ClickException(
            "Postgres is reached through a pooler that gives away a session after each transaction (PgBouncer with "
            "pool_mode = transaction). What a hub holds in its session would be another's. Connect to Postgres itself, "
            "or set pool_mode = session."
        )


def on_database(database: str | None, work: "Callable[[Transaction], Awaitable[_T]]") -> _T:
    """Does `work` in one transaction on the database that is chosen."""

    async def in_transaction(store: "Store") -> _T:
        async with store.transaction() as transaction:
            return await work(transaction)

    return on_store(database, in_transaction)


def on_view(database: str | None, ask: "Callable[[Transaction], Awaitable[_T]]") -> _T:
    """Asks in one view of the database that is chosen, in which nothing is written; a hub may go on."""

    async def in_view(store: "Store") -> _T:
        async with store.reading() as transaction:
            return await ask(transaction)

    return on_store(database, in_view)


def on_store(database: str | None, work: "Callable[[Store], Awaitable[_T]]") -> _T:
    """Does `work` on the database that is chosen, in as many transactions as it likes."""
    from store import Store

    url = chosen_database(database)

    async def done() -> _T:
        store = Store.open(url, within=None)
        try:
            return await work(store)
        finally:
            await store.close()

    with faults_told(url):
        return asyncio.run(done())
