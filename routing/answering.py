"""Which reports answer what a message asks: derived from what fulfils its type, from what its rule says settles it, and
from the pack's vocabulary, which says what each word means."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import get_args

from episodes.events import Change
from routing.closed_lists import DECISIONS, MEANINGS, InterviewResult
from routing.message_types import MESSAGE_TYPES, TASK
from routing.messages import Answer, AnswerWord
from routing.pack import Pack, Rule

RELEASE = "release"
"""What the notice of a request on hold is answered by: the task of the pack that releases it."""
_NEVER_A_PERSONS = ("withdrawn",)  # of an interview: the hub itself withdraws it
_OF_DECISIONS = {"screening": "screening.decision", "rag": "rag.set", "threshold": "threshold.decision"}
_THRESHOLD = {"met": "true", "not_met": "false"}  # the report says it with a truth value
_BARE = {
    Change.MATCHED: "match.decision",
    Change.CLOCK_OVERRIDE: "clock.override",
    Change.ACKNOWLEDGED: "message.acknowledged",
}


def answers_to(rule: Rule, pack: Pack) -> tuple[Answer, ...]:
    """The reports that answer a message of this rule; none where it asks nothing."""
    return answers_of(rule.send, rule.kind, rule.settled_by, pack)


def answers_of(type_: str, kind: str | None, settled_by: tuple[str, ...], pack: Pack) -> tuple[Answer, ...]:
    """The same for a type and kind; `settled_by` are the events that its rule names."""
    key = (answers_of, type_, kind, settled_by)
    answers: tuple[Answer, ...] | None = pack.memo.get(key)
    if answers is None:
        answers = pack.memo[key] = _worked_out(type_, kind, settled_by, pack)
    return answers


def _worked_out(type_: str, kind: str | None, settled_by: Iterable[str], pack: Pack) -> tuple[Answer, ...]:
    known = MESSAGE_TYPES[type_]
    declared = pack.kinds.get(type_, {}).get(kind or "")
    settled = [*settled_by]
    if _by_decision(settled):
        settled = [p for p in settled if not p.startswith(Change.INTERVIEW)]  # it makes the question moot, no more
    if known.asks_for == "meeting":
        settled = [p for p in settled if not p.startswith(f"{Change.MEETING}.")]  # nor is another meeting an answer
    patterns = [*settled, *(declared.answered_by if declared else ()), *known.words_of(kind).answered_by]
    for change, results in known.fulfilled_by.items():
        patterns += [f"{change}.{result}" for result in results or ((kind,) if kind else ())]
    if known.asks_for == "meeting" and kind and pack.words.meetings.get(kind) and not _by_decision(settled):
        patterns.append(f"{Change.DECIDED}.meeting.{kind}")
    found: dict[tuple[str, str | None], dict[str, AnswerWord]] = {}
    for answer in (a for pattern in patterns for a in reports_that_bring(pattern, pack)):
        words = found.setdefault((answer.type, answer.kind), {})
        words |= {word.word: word for word in answer.words}
    return tuple(Answer(of, about, tuple(words.values())) for (of, about), words in found.items())


def _by_decision(settled: Iterable[str]) -> bool:
    return any(pattern.startswith(f"{Change.DECIDED}.") for pattern in settled)


def reports_that_bring(pattern: str, pack: Pack) -> Iterator[Answer]:
    """The report by which a person brings about an event; nothing where only police or clocks do."""
    if pattern == RELEASE:
        if pack.release:
            yield from reports_that_bring(f"{Change.TASK_COMPLETED}.{pack.release.task}", pack)
        return
    change, _, rest = pattern.partition(".")
    match change:
        case Change.DECIDED:
            yield from _decision(rest, pack)
        case Change.INTERVIEW:
            results = [rest] if rest else [r for r in get_args(InterviewResult) if r not in _NEVER_A_PERSONS]
            if rest not in _NEVER_A_PERSONS:
                yield Answer("rhi.outcome", None, _words(results, "interview", MEANINGS))
        case Change.MEETING if rest in pack.words.meetings:
            yield Answer("meeting.held", rest)
        case Change.TASK_COMPLETED if rest:
            task = pack.kinds.get(TASK, {}).get(rest)
            means = {f"outcome.{word}": told for word, told in task.meanings.items()} if task else {}
            yield Answer("task.completed", rest, _words(task.outcomes if task else (), "outcome", means))
        case Change.DOCUMENT if rest in pack.words.documents:
            yield Answer("document.updated", rest)
        case Change.DISAGREEMENT if rest:
            yield Answer(f"disagreement.{rest}")
        case Change.SERVICE_OPENED if rest:
            yield Answer("case.opened", rest)
        case _ if change in _BARE:
            yield Answer(_BARE[Change(change)])


def _decision(rest: str, pack: Pack) -> Iterator[Answer]:
    """The answer that is a decision; `rest` is its kind, and maybe one value alone."""
    own = {f"meeting.{kind}": values for kind, values in pack.words.meetings.items()} | dict(pack.words.decisions)
    kind, values = next(
        (kind, [rest.removeprefix(f"{kind}.")] if rest != kind else [*values])
        for kind, values in ({**own, **DECISIONS}).items()
        if rest == kind or rest.startswith(f"{kind}.")
    )
    if kind in DECISIONS:
        if kind in _OF_DECISIONS:
            words = _words(values, f"decisions.{kind}", MEANINGS)
            yield Answer(_OF_DECISIONS[kind], None, _as_reported(kind, words))
    elif kind.startswith("meeting."):
        meeting = kind.removeprefix("meeting.")
        yield Answer("meeting.decision", meeting, _words(values, f"meetings.{meeting}", pack.means))
    else:
        yield Answer("manager.decision", kind, _words(values, f"decisions.{kind}", pack.means))


def _as_reported(kind: str, words: tuple[AnswerWord, ...]) -> tuple[AnswerWord, ...]:
    if kind != "threshold":
        return words
    return tuple(AnswerWord(_THRESHOLD[word.word], word.means) for word in words)


def _words(words: Collection[str], place: str, means: Mapping[str, str]) -> tuple[AnswerWord, ...]:
    return tuple(AnswerWord(word, means.get(f"{place}.{word}", word.replace("_", " "))) for word in words)
