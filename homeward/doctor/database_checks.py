"""The database as the hub finds it: whether it can be reached, whether its tables are those of this version, and what
the user may do with them."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.engine import make_url

from homeward import clock
from homeward.capture import NO_SLOT
from homeward.doctor.finding import Finding, Severity
from homeward.keeping.journal import lacks_keys, lines_missing
from homeward.served import JOURNAL_OLD
from homeward.settings import PREFIX, Settings
from homeward.watching import unsent_fault
from reporting.canaries import absence_in_words, absent_canaries
from store import Store
from store.canaries import CanaryRow
from store.capture import SLOT, Slot, capture_slot
from store.engine import shown
from store.errors import StoreForbiddenError, StoreUnavailableError
from store.inspecting import missing_rights
from store.migrating import missing_steps

_UNREAD = 1024**3
"""Bytes of the log of Postgres that a connector may lag behind before somebody should look."""


async def database_findings(settings: Settings) -> list[Finding]:
    """Reached, migrated, allowed, and what is held up there."""
    url = make_url(settings.database)
    where = shown(settings.database)
    try:
        steps = await missing_steps(settings.database)
        if steps:
            says = f"{where} is missing migrations: {', '.join(steps)}"
            severity: Severity = "warning" if url.get_backend_name() == "sqlite" else "fault"
            return [Finding("database", severity, says, "homeward migrate (with SQLite, `homeward run` does it)")]
        return [Finding("database", "ok", f"{where} is up to date"), *await _within(settings)]
    except StoreForbiddenError as error:
        fix = f"grant it, or correct {PREFIX}DATABASE_URL and {PREFIX}DATABASE_PASSWORD"
        return [Finding("database", "fault", f"{where} refuses access: {error}", fix)]
    except (StoreUnavailableError, OSError) as error:
        fix = f"start it, or correct {PREFIX}DATABASE_URL"
        return [Finding("database", "fault", f"{where} cannot be used ({error})", fix)]


async def _within(settings: Settings) -> list[Finding]:
    store = Store.open(settings.database)
    try:
        lacking = await missing_rights(store)
        async with store.reading() as tx:
            standing, keyless = await tx.standing(), await lacks_keys(store)
            canaries = await tx.canaries() if settings.canary_every else []
            unsent = await tx.count_unsent_answers()
        missing = len(await lines_missing(store))
        slot = await capture_slot(store) if settings.topics_by == "capture" else None
    finally:
        await store.close()
    user = make_url(settings.database).username or "the hub's user"
    found = [
        Finding("database rights", "fault", f"missing: {right}", f'GRANT {right.replace(" on ", " ON ")} TO "{user}"')
        for right in lacking
    ] or [Finding("database rights", "ok", "the hub has every right that it needs")]
    if keyless:
        fix = f"correct {PREFIX}KEYS_URL, or put the keys back from their own backup; if they are lost: homeward keys"
        found.append(Finding("keys", "fault", "the keys of what was received are not there", fix))
    elif missing:
        fix = "put a newer backup of the keys back; if there is none: homeward keys"
        found.append(Finding("keys", "fault", JOURNAL_OLD.format(missing), fix))
    found += _of_canaries(canaries, timedelta(minutes=settings.canary_every))
    if fault := unsent_fault(*unsent, clock.now()):
        found.append(Finding("answers", "fault", fault, "see docs/runbooks/answer-unsent.md"))
    if settings.topics_by == "capture":
        found.append(_of_capture(slot))
    held = {state: n for state, n in standing.states.items() if state in ("parked", "failed", "bounced", "in_doubt")}
    if held:
        says = ", ".join(f"{n} deliveries {state.replace('_', ' ')}" for state, n in sorted(held.items()))
        found.append(Finding("deliveries", "warning", says, "homeward deliveries list"))
    if standing.quarantined:
        says = f"{standing.quarantined} messages in quarantine"
        found.append(Finding("quarantine", "warning", says, "homeward quarantine causes"))
    return found


def _of_capture(slot: Slot | None) -> Finding:
    """Whether Debezium reads the outbox, and how much of the log it has not read."""
    if slot is None:
        return Finding("capture", "fault", NO_SLOT, "run deploy/debezium/prepare.sql, as docs/operating.md says")
    says = f"{slot.unread:,} bytes of the log have not been read by the replication slot {SLOT}"
    if not slot.is_read:
        return Finding("capture", "fault", f"nobody reads the replication slot {SLOT}: {says}", "start the connector")
    if slot.unread > _UNREAD:
        return Finding("capture", "warning", says, "look at the connector: until it reads, the disk of Postgres fills")
    return Finding("capture", "ok", says)


def _of_canaries(canaries: Sequence[CanaryRow], every: timedelta) -> list[Finding]:
    """Whether what sets out as a police notification comes home as a message, by the walks of a running hub."""
    absent = absent_canaries(canaries, {row.authority for row in canaries}, every, clock.now())
    if said := absence_in_words(absent):
        return [Finding("canary", "fault", said, "see docs/runbooks/canary-absent.md")]
    home = sum(row.whole_at is not None for row in canaries)
    return [Finding("canary", "ok", f"the canaries of {home} authorities have come home")] if home else []
