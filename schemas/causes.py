"""What caused an outgoing message: one cause, one reader, one e-mail. Said once for both sides of the seam, the relay
that keeps such messages together and the sender that makes one letter of them."""

import json
from datetime import datetime

Cause = tuple[str | datetime, ...]


def cause_of(row: str, subject: str | None, key: str, time: datetime, body: bytes) -> Cause:
    """The report that caused a message; for a timer of an episode its instant and the episode. Periodic figures, and a
    body that cannot be read, of which no letter can be made, are a cause of their own."""
    try:
        cause = json.loads(body).get("causation")
        if cause:
            return cause["source"], cause["id"]
    except (ValueError, AttributeError, KeyError, TypeError):
        return (row,)
    return (key, time) if subject else (row,)
