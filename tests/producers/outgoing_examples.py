"""Outgoing rows to send in tests of the senders. Synthetic; no child was ever called so."""

import json
from datetime import UTC, datetime
from typing import Any

from schemas.delivery import Outgoing

AT = datetime(2026, 7, 17, 6, 20, tzinfo=UTC)

REQUEST: dict[str, Any] = {
    "authority": "nottinghamshire",
    "pack": {"name": "nottinghamshire", "version": "6.5"},
    "episode": "ep-9",
    "incident": "XX-2026-0417",
    "child": {"identifiers": [{"system": "mosaic", "value": "M-31"}]},
    "causation": {"source": "/police/XX", "id": "7f2a"},
    "clauses": ["NOTTS-12", "NOTTS-25"],
    "to": [
        {"role": "allocated_social_worker", "person": "sw1"},
        {"role": "children_missing_officer", "person": None},
    ],
    "channels": ["email"],
    "modality": "must",
    "urgency": "routine",
    "handling": "OFFICIAL-SENSITIVE",
    "measure": "completed",
    "due": "2026-07-20T06:10:00Z",
    "due_basis": "source",
    "details": {"last_seen_at": "2026-07-16T17:30:00Z", "found_at": "2026-07-17T05:50:00Z"},
}


def mail(row: str = "row-1", address: str = "duty@children.example", **changes: Any) -> Outgoing:
    """An e-mail to send; `changes` go to the attributes where they name one, else into the data."""
    attributes = {name: changes.pop(name) for name in list(changes) if name in Outgoing._fields}
    body = json.dumps(REQUEST | changes).encode()
    given = {
        "message": "0b5e8c1e-0000-5000-8000-000000000042",
        "type": "rhi.request",
        "subject": "ep-9",
        "time": AT,
        "key": "k-9",
        "body": body,
        "role": "allocated_social_worker",
        "person": "sw1",
    }
    return Outgoing(row=row, address=address, **(given | attributes))


def record(row: str, topic: str, key: str = "k-9", **attributes: Any) -> Outgoing:
    """A message to a topic."""
    given = {"message": f"m-{row}", "type": "task.create", "subject": "ep-9", "time": AT, "body": b'{"kind":"x"}'}
    return Outgoing(row=row, key=key, address=topic, **(given | attributes))
