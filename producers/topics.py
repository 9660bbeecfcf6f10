"""Which names a Kafka topic can have. Which topics there are is the directory's affair."""

import re

_LEGAL = re.compile(r"[A-Za-z0-9._-]{1,249}")


def is_legal(topic: str) -> bool:
    """Whether Kafka could have a topic of this name."""
    return _LEGAL.fullmatch(topic) is not None and topic not in (".", "..")


def illegal(topic: str) -> str:
    """What to say of a name that it could not have."""
    return f"{topic!r} is no legal topic name: mend the directory (letters, digits, '.', '_' and '-', at most 249)"
