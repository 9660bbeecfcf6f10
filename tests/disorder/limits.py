"""Whoever was asked for an interview hears of its limit, whatever has changed hands since."""

from collections.abc import Iterator

from tests.disorder.reading import Read


def not_told_of_a_limit(read: Read) -> Iterator[str]:
    """Whoever was asked for an interview hears that its limit has moved or passed, whatever has changed hands since
    (T-5, T-8, AMB-183)."""
    asked: dict[str, set[str]] = {}
    dues: dict[str, str | None] = {}
    for message in read.said:
        episode, to = message["episode"], {str((r["role"], r["person"])) for r in message["to"]}
        match message["type"]:
            case "rhi.request":
                before = asked.setdefault(episode, set())
                moved = message["replaces"] and message["due"] != dues.get(episode)
                if moved and before - to:
                    yield f"asked and not told of {message['due']}: {sorted(before - to)} of {message['incident']}"
                before |= to
                dues[episode] = message["due"]
            case "rhi.withdrawn":
                asked.pop(episode, None)
            case "rhi.breach" if asked.get(episode, set()) - to:
                yield f"asked and not told of the breach: {sorted(asked[episode] - to)} of {message['incident']}"
