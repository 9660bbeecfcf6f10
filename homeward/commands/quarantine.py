"""`homeward quarantine`: look at messages that could not be read and have them read again. Bodies hold personal data
and are shown only when asked for; the reading itself is done by a running hub."""

from typing import TYPE_CHECKING

import click

from homeward.commands.database import on_database, on_store
from homeward.commands.looking import looks
from store import Quarantined, Store

if TYPE_CHECKING:
    from homeward.looking import Looker

_authority = click.option(
    "--authority", metavar="KEY", help="Only messages of this authority's own systems (its casework and its register)."
)
_database = click.option("--database", metavar="URL", help="Database URL. Defaults to the one in the settings.")


@click.group()
def command() -> None:
    """List, show and replay messages that could not be read.

    \b
    Examples:
      homeward quarantine causes
      homeward quarantine list
      homeward quarantine show 7c0f…
      homeward quarantine replay --all
    """


@command.command()
@_database
def causes(database: str | None) -> None:
    """List the causes of messages in quarantine.

    Each line gives the cause, how many messages, since when, until when, and what is wrong.

    \b
    Examples:
      homeward quarantine causes
    """
    held = on_database(database, lambda transaction: transaction.quarantined())
    groups: dict[str, list[Quarantined]] = {}
    for message in held:
        groups.setdefault(message.row.cause or "-", []).append(message)
    for cause, alike in groups.items():
        first, last = alike[0], alike[-1]
        what = f"{first.row.topic}  {first.row.reason}: {first.row.detail}"
        click.echo("  ".join((cause, str(len(alike)), _when(first), _when(last), what)))
    if not held:
        click.echo("Nothing is in quarantine.", err=True)


@command.command("list")
@click.option("--replayed", is_flag=True, help="Include messages that have been replayed.")
@click.option("--cause", metavar="CAUSE", help="Only messages with this cause.")
@_authority
@_database
def list_(replayed: bool, cause: str | None, authority: str | None, database: str | None) -> None:
    """List the messages in quarantine.

    Each line gives the id, time, place in Kafka, reason and state.

    \b
    Examples:
      homeward quarantine list
      homeward quarantine list --replayed
      homeward quarantine list --cause 1d40…
    """
    held = on_database(database, lambda transaction: transaction.quarantined(replayed))
    whose = _topics_of(authority)
    held = [m for m in held if cause in (None, m.row.cause) and (whose is None or m.row.topic in whose)]
    for message in held:
        click.echo("  ".join((message.row.id, _when(message), _where(message), message.row.reason, message.state)))
    if not held:
        click.echo("Nothing is in quarantine.", err=True)


@command.command()
@click.argument("id")
@click.option("--body", is_flag=True, help="Also show the body, key and header values. They may contain personal data.")
@click.option("--hex", "as_hex", is_flag=True, help="Show the body as a hex dump. Needs --body.")
@_authority
@_database
@looks
def show(
    id: str, body: bool, as_hex: bool, authority: str | None, database: str | None, looker: "Looker"
) -> None:  # fmt: skip
    """Show one message: place in Kafka, reason and headers.

    The body is shown only with --body, and a reason for that with --why. The ledger keeps who looked.

    \b
    Examples:
      homeward quarantine show 7c0f…
      homeward quarantine show 7c0f… --body --hex --why "is the time in it wrong?"
    """
    from homeward.commands.hexdump import as_text, hexdump

    if as_hex and not body:
        raise click.UsageError("--hex needs --body.")
    if body and not looker.why.strip():
        raise click.UsageError("--body needs --why: say why you need to read what it says.")
    whose = _topics_of(authority)
    message = on_store(database, lambda store: _looked_up(store, id, whose, looker, "--body" if body else ""))
    if message is None:
        raise click.ClickException(
            f"{id} is not in quarantine. `homeward quarantine list --replayed` lists all messages."
        )
    row = message.row
    told = {
        "id": row.id,
        "where": _where(message),
        "sent": row.timestamp.isoformat(),
        "held since": row.at.isoformat(),
        "reason": row.reason,
        "detail": as_text(row.detail.encode()),
        "cause": row.cause or "-",
        "state": message.state,
        "key": _bytes(row.key, body),
        "body": _size(row.value),
    }
    for name, value in told.items():
        click.echo(f"{name:<12}{value}")
    for header, content in row.headers:
        click.echo(f"{'header':<12}{as_text(header.encode(errors='backslashreplace'))}: {_bytes(content, body)}")
    if body and row.value:
        click.echo()
        click.echo(hexdump(row.value) if as_hex else as_text(row.value))


async def _looked_up(
    store: Store, id: str, topics: frozenset[str] | None, looker: "Looker", how: str
) -> Quarantined | None:
    """The message, once it is written down that somebody looks at it; None where it is not there, or in no topic of
    those that are named."""
    from desk.views.quarantined import authority_of
    from homeward import clock
    from homeward.commands.installed import installed
    from store.looks import NO_AUTHORITY

    async with store.reading() as tx:
        message = await tx.quarantined_message(id)
    if message is None or (topics is not None and message.row.topic not in topics):
        return None
    whose = authority_of(message.row, installed(())[0]) or NO_AUTHORITY
    await looker.write(store, whose, (), clock.now(), f"{id} {how}")
    return message


@command.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--all", "every", is_flag=True, help="Replay every message in quarantine.")
@click.option("--cause", metavar="CAUSE", help="Replay every message with this cause.")
@_database
def replay(ids: tuple[str, ...], every: bool, cause: str | None, database: str | None) -> None:
    """Replay messages once the cause is fixed. The running hub reads their original bytes again.

    \b
    Examples:
      homeward quarantine replay 7c0f…
      homeward quarantine replay --cause 1d40…
      homeward quarantine replay --all
    """
    if bool(ids) + every + bool(cause) != 1:
        raise click.UsageError("Give the ids of the messages, or --cause, or --all.")
    asked = on_database(database, lambda transaction: transaction.request_replay(ids or None, cause))
    click.echo(f"{asked} to be replayed by the running hub. `homeward quarantine list` shows what remains.")
    if asked < len(set(ids)):
        raise click.ClickException(
            f"{len(set(ids)) - asked} of the ids are not in quarantine or are already being replayed."
        )


def _when(message: Quarantined) -> str:
    return message.row.at.isoformat(timespec="seconds")


def _where(message: Quarantined) -> str:
    return f"{message.row.topic}[{message.row.partition}]@{message.row.offset}"


def _size(value: bytes | None) -> str:
    return "none" if value is None else f"{len(value)} bytes"


def _bytes(value: bytes | None, shown: bool) -> str:
    from homeward.commands.hexdump import as_text

    return as_text(value) if shown and value is not None else _size(value)


def _topics_of(authority: str | None) -> frozenset[str] | None:
    """The topics that are an authority's own; None: all there are."""
    from homeward.commands.installed import authority_of, installed
    from schemas.topics import casework_outcomes, register_children

    if authority is None:
        return None
    key = authority_of(installed(())[0], authority)
    return frozenset((casework_outcomes(key), register_children(key)))
