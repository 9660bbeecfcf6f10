"""How the demo speaks: each notification, who was told by which channel, what is due when, and the clause."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import orjson
from rich.console import Console
from rich.table import Table

from homeward.demo.story import EXPECTED, Expected, Scene
from routing.calendar import LONDON
from store.history import Delivery


def clock_face(at: datetime) -> str:
    """An instant on the wall in London."""
    return at.astimezone(LONDON).strftime("%a %d %b %H:%M")


class Telling:
    """Writes to a console."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def scene(self, scene: Scene) -> None:
        incident = scene.data.get("incident") or scene.key
        self._console.print(f"\n[bold]{clock_face(scene.at)}[/]  [cyan]{scene.type}[/] {incident}: {scene.says}")

    def clock(self, at: datetime) -> None:
        self._console.print(f"\n[bold]{clock_face(at)}[/]  [magenta]a timer is due[/]")

    def deliveries(self, deliveries: Sequence[Delivery]) -> None:
        """A line for each message, with its recipients and how each was reached."""
        by_message: dict[str, list[Delivery]] = defaultdict(list)
        for delivery in deliveries:
            by_message[delivery.row.message_id].append(delivery)
        for rows in by_message.values():
            self._message(rows)
        if not deliveries:
            self._console.print("  no messages")

    def _message(self, rows: Sequence[Delivery]) -> None:
        data = orjson.loads(rows[0].row.payload)
        roles = ", ".join(dict.fromkeys(_named(r) for r in data["to"]))
        ways = _count(sum(p.row.destination.startswith("topic/") for p in rows), "topic")
        mails = sum(p.row.destination.startswith("mail/") for p in rows)
        ways += f", {_count(mails, 'e-mail')}" if mails else ""
        unsent = [p for p in rows if p.state not in ("accepted", "delivered")]
        kind = f" {data['kind']}" if data.get("kind") else ""
        due = f" · [yellow]due {clock_face(datetime.fromisoformat(data['due']))}[/]" if data.get("due") else ""
        state = "" if not unsent else f" · [red]{len(unsent)} not delivered[/]"
        self._console.print(
            f"  → [green]{rows[0].row.type}{kind}[/] to {roles} · {ways}{due} · {', '.join(data['clauses'])}{state}",
            soft_wrap=True,
        )

    def verdict(self, faults: Sequence[str], mails: int, heard: int, folder: str) -> None:
        table = Table(title="The fortnight in figures", show_header=False)
        table.add_row("expected messages checked", str(len(EXPECTED)))
        table.add_row("records on the hub's topics", str(heard))
        table.add_row("e-mails sent", str(mails))
        self._console.print()
        self._console.print(table)
        for fault in faults:
            self._console.print(f"[red]missing:[/] {fault}")
        self._console.print(f"The e-mails are in {folder}", soft_wrap=True)
        self._console.print("[green]All expected messages arrived.[/]" if not faults else "[red]The demo failed.[/]")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _named(recipient: dict[str, str | None]) -> str:
    role = str(recipient["role"]).replace("_", " ")
    return f"{role} ({recipient['person']})" if recipient["person"] else role


def faults(deliveries: Iterable[Delivery], heard: Sequence[tuple[str, str]], mailed: Collection[str]) -> list[str]:
    """What was expected and did not come, and what was promised and did not arrive."""
    rows = list(deliveries)
    messages = {p.row.message_id: orjson.loads(p.row.payload) | {"type": p.row.type} for p in rows}
    found = [
        f"{e.type} {e.kind or ''} about {e.incident} to {e.role}" for e in EXPECTED if not _came(e, messages.values())
    ]
    arrived = set(heard)
    for p in rows:
        channel, _, name = p.row.destination.partition("/")
        if channel == "topic" and (name, p.row.message_id) not in arrived:
            found.append(f"{p.row.type} did not reach {name}")
    wanted = {p.row.message_id for p in rows if p.row.destination.startswith("mail/")}
    if missed := len(wanted.difference(mailed)):
        found.append(f"{missed} of {len(wanted)} messages did not arrive by e-mail")
    return found


def _came(expected: Expected, messages: Iterable[dict[str, object]]) -> bool:
    def matches(data: dict[str, object]) -> bool:
        to, clauses = data["to"], data["clauses"]
        assert isinstance(to, list)
        assert isinstance(clauses, list)
        return (
            data["type"] == expected.type
            and data.get("kind") == expected.kind
            and data.get("incident") == expected.incident
            and any(r["role"] == expected.role for r in to)
            and expected.clause in clauses
        )

    return sum(matches(data) for data in messages) == expected.count
