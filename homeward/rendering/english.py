"""Small words of English: lists, lengths of time, days, articles. Nothing here knows a pack."""

import re
from collections.abc import Iterable
from datetime import date

from routing.periods import Period, Unit

_UNITS: dict[Unit, str] = {
    "min": "minute", "h": "hour", "d": "day", "w": "week", "mo": "month", "wd": "working day", "wh": "working hour",
}  # fmt: skip
_TIMES = {1: "once", 2: "twice"}
_OF = (" of ", " for ", " within ", " who ", " whom ", " other than ", " (")
# What somebody with a title is: a title with one of these words takes an article, whatever its capitals.
_TITLES = frozenset({
    "administrator", "adviser", "agency", "authority", "bso", "carer", "chair", "co-ordinator", "coordinator", "dci",
    "director", "exec", "exec.", "executive", "family", "force", "group", "head", "hub", "inbox", "inspector", "iro",
    "lead", "manager", "mash", "office", "officer", "operator", "panel", "person", "placement", "police",
    "professional", "reviewer", "school", "service", "sub-group", "subgroup", "supervisor", "sw", "teacher", "team",
    "tray", "unit", "worker",
})  # fmt: skip


def listed(words: Iterable[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`; each word once."""
    *head, tail = [*dict.fromkeys(words)] or [""]
    return f"{', '.join(head)} {last} {tail}" if head else tail


_SUBJECT_AND_VERB = re.compile(r"(it|(?:the|an?) [a-z]+(?: [a-z]+| “[^”]*”)?) (is|was|has) (?!been )")
_OF_SEVERAL = re.compile(r" and |, | or (the|an?) ")


def denied(clause: str) -> str:
    """The opposite of a clause: `the child is not in care`; of several, or one of another shape, in so many words."""
    several = _OF_SEVERAL.search(re.sub("“[^”]*”", "", clause))
    found = None if several else _SUBJECT_AND_VERB.match(clause)
    if found is None:
        return f"it is not the case that {clause}"
    subject, verb = found.groups()
    rest = clause[found.end() :]
    if verb == "has":  # to have something, not to have done it
        return f"{subject} does not have {rest}" if rest.startswith(("a ", "an ")) else f"{subject} has not {rest}"
    return f"{subject} {verb} not {rest}"


def length(period: Period) -> str:
    """`72 hours`, `1 working day`, `the same working day`."""
    if period.unit == "same_working_day":
        return "the same working day"
    unit = _UNITS[period.unit]
    return f"{period.length} {unit}{'' if period.length == 1 else 's'}"


def times(count: int) -> str:
    """`once`, `twice`, `3 times`."""
    return _TIMES.get(count, f"{count} times")


def many(count: int, word: str) -> str:
    """`1 rule`, `2 rules`."""
    return f"{count} {word}{'' if count == 1 else 's'}"


def day(at: date) -> str:
    """`1 January 2015`."""
    return f"{at.day} {at:%B %Y}"


def spaced(word: str) -> str:
    """A word of a pack as it is read: `strategy_meeting` → `strategy meeting`."""
    return word.replace("_", " ")


def named(authority: str) -> str:
    """The key of an authority as a name: `quick-guide` → `Quick Guide`."""
    return spaced(authority.replace("-", " ")).title()


def quoted(text: str) -> str:
    return f"“{text}”"


def with_article(title: str) -> str:
    """A role as it stands in a sentence: `the allocated social worker`, but `Mosaic` and `parents`."""
    first, head = title.split()[0], title
    for word in _OF:
        head = head.split(word)[0]
    known = {*head.lower().split(), title.lower().split()[-1]}
    named_for = first.endswith(("'s", "’s")) and not first.lower().startswith("children")
    if named_for or first.lower() in ("the", "a", "an", "another", "somebody", "whoever", "those"):
        return title
    return f"the {title}" if known & _TITLES else title


def as_sentence(text: str) -> str:
    """With a capital at its beginning and a full stop at its end."""
    text = text.strip()
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?', ':')) else '.'}"
