"""Courses of reports as nobody would expect them: any report, in any order, over any hours, in the words of a pack."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st

from homeward.scenarios.filling import line
from routing.pack import Pack
from tests.shipped import shipped_packs

BEGIN = datetime(2026, 3, 26, 9, 30, tzinfo=UTC)  # a Thursday before the clocks go forward
Row = dict[str, Any]


def _at(hours: float) -> datetime:
    return BEGIN + timedelta(hours=hours)


moments = st.integers(-120, 400).map(_at)
maybe_moments = st.none() | moments
incidents = st.sampled_from(["P-1", "P-1", "P-1", "P-2"])
maybe_bool = st.sampled_from([None, True, False])


def _rows(type_: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Row]:
    """Reports of one type; a field that is None is left out."""
    drawn = st.fixed_dictionaries(fields)
    return drawn.map(lambda row: {"type": type_, **{k: v for k, v in row.items() if v is not None}})


def _police() -> st.SearchStrategy[Row]:
    revision, classes = st.none() | st.integers(1, 3), st.sampled_from(["missing", "missing", "absent"])
    found = _rows(
        "police.found",
        incident=incidents,
        returned_at=moments,
        found_at=maybe_moments,
        contact_made=st.sampled_from([None, None, False]),
        revision=revision,
    )
    return st.one_of(
        _rows(
            "police.missing",
            incident=incidents,
            reported_at=maybe_moments,
            last_seen_at=maybe_moments,
            found_at=st.sampled_from([None, None, BEGIN]),
            classification=classes,
            revision=revision,
            vulnerable=maybe_bool,
            child_protection_concern=maybe_bool,
        ),
        found,
        _rows("police.status_change", incident=incidents, to=classes, changed_at=maybe_moments),
        _rows("police.investigation_ended", incident=incidents),
        _rows("police.retracted", incident=incidents),
        _rows("worker.found_report", incident=incidents, found_at=moments, by=st.just("parents")),
        _rows(
            "worker.missing_report",
            by=st.sampled_from(["parents", "worker=w1", "worker=w2"]),
            classification=st.sampled_from([None, None, "absent", "missing"]),
            reported_to_police=maybe_bool,
            parent_reports=st.sampled_from([None, "willing", "unsure", "unable", "refused"]),
            parent_consents=st.sampled_from([None, "given", "refused"]),
        ),
    )


def _register(pack: Pack) -> st.SearchStrategy[Row]:
    service = st.sampled_from(pack.words.services or ("none",))
    services = st.lists(st.fixed_dictionaries({"service": service, "worker": st.sampled_from(["w1", ""])}), max_size=2)
    plans = st.sampled_from(["none", "child_in_need", "child_protection", "looked_after"])
    return st.one_of(
        _rows("case.context", services=services, plan=plans, vulnerable=maybe_bool),
        _rows("case.opened", service=service, worker=st.sampled_from([None, "w2"])),
        _rows("case.closed", service=service),
        *([_rows("document.updated", kind=st.sampled_from(pack.words.documents))] if pack.words.documents else []),
    )


def _decisions(kind: str, type_: str, words: Mapping[str, tuple[str, ...]], by: Any) -> list[st.SearchStrategy[Row]]:
    reason = st.sampled_from([None, "because"])
    return [
        _rows(type_, **{kind: st.just(word), "decision": st.sampled_from(values), "by": by, "reason": reason},
              incident=incidents)
        for word, values in words.items()
        if values
    ]  # fmt: skip


def _casework(pack: Pack) -> st.SearchStrategy[Row]:
    by = st.sampled_from(sorted(pack.roles))
    results = ("assigned", "offered", "completed", "refused", "not_offered", "withdrawn")
    meeting = st.sampled_from(sorted(pack.words.meetings) or ["none"])
    return st.one_of(
        _rows("rhi.outcome", incident=incidents, result=st.sampled_from(results), interviewer=by),
        _rows("meeting.held", incident=incidents, kind=meeting, held_at=maybe_moments),
        _rows("clock.override", incident=incidents, value=maybe_moments, reason=st.just("because"), by=by),
        _rows("rag.set", incident=incidents, value=st.sampled_from(["RED", "AMBER", "GREEN"]), confirmed=maybe_bool),
        _rows("threshold.decision", incident=incidents, by=by, met=st.booleans()),
        _rows("screening.decision", incident=incidents, by=by, rhi=st.sampled_from(["required", "not_required"])),
        _rows("disagreement.raised", incident=incidents, about=st.just("interview")),
        _rows("disagreement.unresolved", incident=incidents, step=st.integers(1, 3)),
        *_decisions("kind", "manager.decision", pack.words.decisions, by),
        *_decisions("kind", "meeting.decision", pack.words.meetings, by),
    )


@cache
def courses(authority: str) -> st.SearchStrategy[list[Row]]:
    """Reports in the words of its newest pack, with the hours at which they are received, a missing report among them,
    in order of receipt."""
    pack = shipped_packs().newest(authority)
    row = st.tuples(st.integers(0, 300), st.one_of(_police(), _police(), _register(pack), _casework(pack)))
    first = st.tuples(st.integers(0, 60), st.just({"type": "police.missing"}))
    return st.builds(lambda one, more: _timed([one, *more]), first, st.lists(row, max_size=10))


def _timed(rows: list[tuple[int, Row]]) -> list[Row]:
    return [_possible({"at": _at(hours), **row}) for hours, row in sorted(rows, key=lambda r: r[0])]


def _possible(row: Row) -> Row:
    """Nobody sets a clock to what has not been yet: such a report is not taken in."""
    return row | {"value": min(row["value"], row["at"])} if row["type"] == "clock.override" and "value" in row else row


def told(pack: Pack, rows: list[Row]) -> list[bytes]:
    return [line(pack.authority, "course", n, row) for n, row in enumerate(rows, 1)]
