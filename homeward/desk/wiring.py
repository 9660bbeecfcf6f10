"""Putting a desk together: from the settings to the application, and serving it."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from consumers.clients import call_off
from desk.application import application
from desk.desk import Desk
from desk.options import DeskOptions, Meaning, Provider
from desk.people import DeskUser, Grant
from desk.ports import Publisher
from homeward import asgi, clock
from homeward.desk.assets import frontend_assets
from homeward.desk.downloads import PeriodFiles
from homeward.desk.letters import MailLetters
from homeward.desk.rehearsal import IntakeRehearsal
from homeward.health.board import Board
from homeward.health.checks import Health, Standing
from homeward.health.server import probes
from homeward.health.standing import seconds_since
from homeward.settings import PREFIX, Settings, SettingsError
from homeward.settings_of_desk import LOOPBACK
from homeward.watching import unsent_fault
from homeward.wiring import intake_of
from homeward.wordings import PackWordings
from outbox.directory import POLICE, Directory
from routing.library import Packs
from store import Store

log = logging.getLogger(__name__)


def desk_of(
    settings: Settings,
    packs: Packs,
    directories: dict[str, Directory],
    store: Store,
    publisher: Publisher,
    *,
    now: Callable[[], datetime] = clock.now,
    notice: Callable[[str], None] = lambda said: None,
) -> Desk:
    """The desk that the settings ask for. Raises SettingsError where they would let strangers in, EmbeddedError where
    its styles cannot be had."""
    options = desk_options(settings, packs)
    letters = MailLetters(PackWordings(packs, options.url))
    cache = settings.cache or Path.home() / ".cache" / "homeward"
    rehearsal = IntakeRehearsal(intake_of(settings, packs, directories, store, now))
    assets, police = frontend_assets(cache, notice), police_roles(directories)
    return Desk(options, store, packs, letters, publisher, PeriodFiles(packs), rehearsal, now, assets, police)


def police_roles(directories: Mapping[str, Directory]) -> dict[str, frozenset[str]]:
    """By authority, the roles of its procedure that are the police's."""
    return {
        authority: frozenset(role for role, service in directory.services.items() if service == POLICE)
        for authority, directory in directories.items()
    }


def desk_options(settings: Settings, packs: Packs) -> DeskOptions:
    """Raises SettingsError where the desk would be open to the network without sign-in, or a claim means nothing."""
    url = (settings.desk_url or f"http://{settings.desk_host}:{settings.desk_port}").rstrip("/")
    common: dict[str, Any] = {
        "url": url,
        "secret": settings.desk_secret.get_secret_value() if settings.desk_secret else None,
        "link_lasts": timedelta(hours=settings.desk_link_hours),
        "canaries": timedelta(minutes=settings.canary_every),
    }
    if settings.desk_oidc_issuer and settings.desk_oidc_client_id and settings.desk_oidc_client_secret:
        secret = settings.desk_oidc_client_secret.get_secret_value()
        meanings = {word: _meaning(word, told, packs) for word, told in settings.desk_oidc_meanings.items()}
        issuer, client, claim = settings.desk_oidc_issuer, settings.desk_oidc_client_id, settings.desk_oidc_claim
        return DeskOptions(**common, provider=Provider(issuer, client, secret, claim, meanings))
    if settings.desk_host not in LOOPBACK:
        raise SettingsError(
            f"{PREFIX}DESK_HOST: without sign-in the desk listens on this machine only. Set {PREFIX}DESK_OIDC_*, "
            f"or listen on {LOOPBACK[0]}"
        )
    grants = tuple(Grant(authority) for authority in packs.authorities)
    name, everywhere = settings.desk_local_user, packs.authorities
    everybody = DeskUser(name, name, grants, operator=True, local=True, governs=everywhere)
    return DeskOptions(**common, local_user=everybody)


def _meaning(word: str, told: Mapping[str, Any], packs: Packs) -> Meaning:
    where = f"{PREFIX}DESK_OIDC_MEANINGS: {word}"
    if unknown := told.keys() - {"authority", "roles", "may", "operator", "sees", "force"}:
        raise SettingsError(
            f"{where}: {sorted(unknown)[0]} is not understood. Use authority, roles, may, sees, force or operator"
        )
    force = str(told["force"]).strip().upper() if told.get("force") else None
    if "authority" not in told:
        return Meaning(operator=told.get("operator") is True, force=force)
    authority, may = told["authority"], told.get("may", "answer")
    if authority not in packs.authorities:
        raise SettingsError(f"{where}: there is no authority '{authority}'. Use one of {', '.join(packs.authorities)}")
    roles = frozenset(told.get("roles", ()))
    if missing := sorted(roles - packs.newest(authority).roles.keys()):
        raise SettingsError(f"{where}: {authority} has no role '{missing[0]}'. Use one of its pack")
    if may not in ("answer", "read"):
        raise SettingsError(f"{where}: may must be answer or read")
    sees = told.get("sees", "all")
    if sees not in ("all", "own_requests", "who_looked"):
        raise SettingsError(f"{where}: sees must be all, own_requests or who_looked")
    if sees == "who_looked":
        return Meaning(operator=told.get("operator") is True, force=force, governs=authority)
    own = sees == "own_requests"
    if own and not roles:
        raise SettingsError(f"{where}: own_requests needs the roles that requests are sent to")
    return Meaning(Grant(authority, roles, may), told.get("operator") is True, own, force)


def warnings_of(options: DeskOptions) -> Iterator[str]:
    """What must be shouted about at start."""
    if options.local_user:
        yield "THE DESK HAS NO SIGN-IN. Whoever uses this machine sees every child of every authority,"
        yield f"and answers as '{options.local_user.id}'. Only to try it out: set {PREFIX}DESK_OIDC_* for real people."
    if options.secret is None:
        yield f"{PREFIX}DESK_SECRET is not set: nobody can confirm from an e-mail without signing in."


def listening(settings: Settings) -> socket.socket:
    """A socket on the desk's address. Raises SettingsError where that is taken."""
    try:
        return asgi.bound_socket(settings.desk_host, settings.desk_port)
    except OSError as error:
        raise SettingsError(
            f"{PREFIX}DESK_PORT: cannot listen on {settings.desk_host}:{settings.desk_port} ({error.strerror}). "
            "Choose another port, or 0 for a free one"
        ) from None


def served_application(desk: Desk, board: Board) -> Starlette:
    """The desk with the endpoints that say how it stands. They are asked by machines, under whatever name they know."""
    pages = application(desk)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with pages.router.lifespan_context(pages):
            yield

    return Starlette(routes=[*probes(board), Mount("/", pages)], lifespan=lifespan)


def health_of(desk: Desk) -> Health:
    """The desk does its work while its database answers and no answer waits for long: while Kafka is away it keeps what
    people answer."""

    async def standing() -> Standing:
        async with desk.store.reading() as tx:
            await tx.has_work()
            count, oldest = await tx.count_unsent_answers()
        now = desk.now()
        told = {"unsent_answers": count, "oldest_unsent_answer": seconds_since(oldest, now)}
        return told, {"answers": unsent_fault(count, oldest, now)}

    return Health({}, standing, now=desk.now)


async def serve(desk: Desk, at: socket.socket, stopped: asyncio.Event) -> None:
    """Serves the desk until `stopped` is set."""
    health = health_of(desk)
    looking = asyncio.create_task(health.keep_looking())
    config = uvicorn.Config(
        served_application(desk, health.board),
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=2,
    )
    server = asgi.AsgiServer(config)
    running = asyncio.create_task(server.serve([at]))
    waiting = asyncio.create_task(stopped.wait())
    health.board.has_started = True
    await asyncio.wait([running, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    health.board.close()
    desk.closing.set()
    server.should_exit = True
    try:
        await running
    finally:
        await call_off(looking)
