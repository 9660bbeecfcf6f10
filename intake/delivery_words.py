"""A delivery in the words of whoever is told that it has not arrived. No person is named in them."""

from routing.pack import Pack
from routing.pack_words import title_of
from store.arriving import Unarrived

_CHANNELS = {"mail": "e-mail", "topic": "Kafka"}


def message_in_words(row: Unarrived, pack: Pack) -> str:
    """What the message asks or tells, and its id."""
    return f"“{title_of(row.type, row.kind, pack.kinds)}” ({row.message_id})"


def reader_in_words(channel: str, destination: str | None, pack: Pack) -> str:
    """Whom it was for and by which way; None stands for every destination of the channel."""
    by = _CHANNELS.get(channel, channel)
    if destination is None:
        return f"anybody by {by}"
    kind, _, where = destination.partition("/")
    if kind == "topic":
        return f"the topic {where}"
    role = pack.roles.get(where.partition("?")[0].split("/")[1])
    return f"the {role.name} by {by}" if role else destination
