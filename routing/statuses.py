"""The case system's words for missing and absent: a decision table of the pack, read for now and for the history."""

from dataclasses import replace
from typing import Any

from routing.pack import Pack
from routing.situation import Situation
from routing.testing import holds

_CARRIERS = ("episode.open", "episode.update")


def in_words(type_: str, s: Situation, pack: Pack) -> dict[str, Any]:
    """`status` and `status_history` of a message of that type, where the pack has words for them. The history says of
    each line what the word for it would be, by where the child lives now."""
    if type_ not in _CARRIERS or not pack.statuses:
        return {}
    lines = s.episode.lines
    words = [_word(replace(s, episode=replace(s.episode, lines=lines[: n + 1])), pack) for n in range(len(lines))]
    found: dict[str, Any] = {"status": words[-1] if words else None}
    if type_ == "episode.update" and all(words):
        found["status_history"] = [{"status": w, "since": x.since} for w, x in zip(words, lines, strict=True)]
    return found


def _word(s: Situation, pack: Pack) -> str | None:
    return next((row.word for row in pack.statuses if holds(row.tests, s, pack) is not None), None)
