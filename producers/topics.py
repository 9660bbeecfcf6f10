"""Which names a Kafka topic can have. Which topics there are is up to the directory."""

import re

_LEGAL = re.compile(r"[A-Za-z0-9._-]{1,249}")


def is_legal(topic: str) -> bool:
    """Whether Kafka could have a topic of this name."""
    return _LEGAL.fullmatch(topic) is not None and topic not in (".", "..")


def illegal(topic: str) -> str:
    """What to say about a name that it could not have."""
    return f"{topic!r} is not a valid topic name: use up to 249 letters, digits, '.', '_' and '-' in the directory"
