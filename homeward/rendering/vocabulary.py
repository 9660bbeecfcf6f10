"""The words of one authority that reports to the hub and messages from it may use, each with what it means: as data for
those who build against the contract, and as lines for people."""

from collections.abc import Iterator, Mapping
from typing import Any

from homeward.rendering.english import spaced
from routing.answering import reports_that_bring
from routing.closed_lists import DECISIONS
from routing.message_types import TASK
from routing.messages import Answer
from routing.pack import Pack

LISTS = (
    *("concerns", "end_reasons", "statuses", "contents", "sections", "disagreements", "placements", "meeting_types"),
    *("professionals", "systems"),
)
"""The lists of a pack whose words stand in fields of reports and messages, besides the kinds of reports."""
_WIDTH = 28


def vocabulary(pack: Pack) -> dict[str, Any]:
    """`reports`: by type and kind ("" where the type has none), what the kind is and the words that it may use;
    `messages`: by type, the kinds with their acts; `lists`: words by list; `roles`: keys with their titles."""
    reports: dict[str, dict[str, Any]] = {}
    for answer in _reports(pack):
        told = {"means": _means(answer, pack), "words": {word.word: word.means for word in answer.words}}
        reports.setdefault(answer.type, {})[answer.kind or ""] = told
    lists = {name: _words(name, pack) for name in LISTS}
    return {
        "authority": pack.authority,
        "version": pack.version,
        "reports": reports,
        "messages": {type_: {kind: told.title for kind, told in kinds.items()} for type_, kinds in pack.kinds.items()},
        "lists": {name: words for name, words in lists.items() if words},
        "roles": {name: role.name for name, role in pack.roles.items()},
    }


def vocabulary_lines(pack: Pack) -> Iterator[str]:
    """The same for people, report by report."""
    told = vocabulary(pack)
    yield f"{pack.title}, version {pack.version}"
    for type_, kinds in told["reports"].items():
        yield from ("", type_)
        for kind, meaning in kinds.items():
            if kind:
                yield _line(kind, meaning["means"], 2)
            yield from (_line(word, means, 4) for word, means in meaning["words"].items())
    for name, words in (*told["lists"].items(), ("roles", told["roles"])):
        yield from ("", spaced(name))
        yield from (_line(word, means, 2) for word, means in words.items())


def _line(word: str, means: str, indent: int) -> str:
    return f"{' ' * indent}{word.ljust(_WIDTH - indent)}  {means}".rstrip()


def _reports(pack: Pack) -> Iterator[Answer]:
    """Every report with words of the pack, each once, whatever asks for it."""
    words = pack.words
    patterns = [f"decided.{kind}" for kind in (*DECISIONS, *words.decisions)]
    patterns += [f"decided.meeting.{kind}" for kind, values in words.meetings.items() if values]
    patterns += [f"meeting.{kind}" for kind in words.meetings]
    patterns += [f"document.{kind}" for kind in words.documents]
    patterns += [f"task_completed.{kind}" for kind in pack.kinds.get(TASK, {})]
    patterns += [f"service_opened.{kind}" for kind in words.services]
    for pattern in patterns:
        yield from reports_that_bring(pattern, pack)
    yield from reports_that_bring("interview", pack)


def _means(answer: Answer, pack: Pack) -> str:
    """What a kind of report is called; of a type without kinds nothing."""
    kind = answer.kind
    if kind is None:
        return ""
    if answer.type == "task.completed":
        return pack.kinds[TASK][kind].title
    place = {"document.updated": "documents", "case.opened": "services"}.get(answer.type, "names")
    return pack.means.get(f"{place}.{kind}", spaced(kind))


def _words(name: str, pack: Pack) -> dict[str, str]:
    words = getattr(pack.words, name)
    place = "names" if isinstance(words, Mapping) else name
    return {word: pack.means.get(f"{place}.{word}", spaced(word)) for word in words}
