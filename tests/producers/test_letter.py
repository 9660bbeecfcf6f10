"""What an e-mail says, and what it must never say."""

import json
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from outgoing_examples import mail

from homeward.wordings import words_of
from producers.mime import UnwritableError, compose
from routing.message_types import MESSAGE_TYPES
from schemas.delivery import Outgoing
from schemas.outbound import OUTBOUND

WORDED = [(type_, kind) for type_, known in MESSAGE_TYPES.items() for kind in (None, *known.kinds)]
NAMES = {"given_name": "Robin", "family_name": "Ashdown", "date_of_birth": "2011-09-01"}


def read(item: Outgoing) -> EmailMessage:
    message = message_from_bytes(
        compose(item, "homeward@homeward.example", "homeward.example", words_of), policy=policy.default
    )
    assert isinstance(message, EmailMessage)
    return message


def text(item: Outgoing, kind: str = "plain") -> str:
    body = read(item).get_body((kind,))
    assert body is not None
    content: str = body.get_content()
    return content


def test_a_busy_reader_finds_what_by_when_and_why() -> None:
    told = text(mail())
    for line in (
        "ARRANGE A RETURN HOME INTERVIEW",
        "Monday 20 July 2026, 07:10 BST (06:10 UTC)",
        "The interview must be held by the deadline above.",
        "Police reference: XX-2026-0417",
        "Child's record: Mosaic M-31",
        "Last seen: Thursday 16 July 2026, 18:30 BST (17:30 UTC)",
        "Children missing officer",
        "Nottinghamshire procedure, version 6.5, clauses NOTTS-12, NOTTS-25",
        "OFFICIAL-SENSITIVE",
    ):
        assert line in told, told


def test_the_figures_of_a_period_are_told_group_by_group() -> None:
    episodes, interviews = {"started": 9, "missing_at_end": 0}, {"done_within_72_hours": 3}
    told = text(mail(type="report.data", period="2026-05", figures={"episodes": episodes, "interviews": interviews}))
    for line in ("Period: 2026-05", "Episodes: started: 9; missing at end: 0", "Interviews: done within 72 hours: 3"):
        assert line in told, told


def test_both_parts_say_the_same() -> None:
    def bare(told: str) -> str:
        return re.sub(r"\W+", "", re.sub(r"<[^>]*>", " ", told)).lower()

    item = mail(name="Return form", form="I-17", kind="first_offer", target="2026-07-19T06:10:00Z")
    html = text(item, "html")
    for line in text(item).splitlines():
        assert bare(line.removesuffix(":")) in bare(html.partition("<body")[2].replace("&#39;", "'")), line


def test_no_link_no_image_nothing_from_elsewhere() -> None:
    html = text(mail(), "html")
    assert not re.search(r"https?:|<a |<img|<script|url\(", html)


def test_the_day_in_utc_is_named_where_it_differs() -> None:
    assert "Tuesday 21 July 2026, 00:30 BST (Monday 23:30 UTC)" in text(mail(due="2026-07-20T23:30:00Z"))
    assert "Friday 1 January 2027, 09:00 GMT (09:00 UTC)" in text(mail(due="2027-01-01T09:00:00Z"))


def test_title_form_and_kind_are_given() -> None:
    told = text(mail(type="task.create", kind="child_in_need_72h", name="CS Missing Child Screening", form="I-17"))
    for line in ("Child in need 72 h", "“CS Missing Child Screening”", "Form: I-17"):
        assert line in told


def test_a_correction_and_a_late_start_are_said_to_be_so() -> None:
    told = text(mail(late_on_arrival=True, replaces="m-0", due_basis="local"))
    for words in ("already overdue", "replaces an earlier message", "authority's own setting"):
        assert words in told


def test_an_unknown_field_is_told_and_an_unknown_type_has_words() -> None:
    told = text(mail(type="visit.request", safe_and_well={"done": True, "by": "an officer"}, note="two\nlines"))
    for line in ("VISIT REQUEST", "Safe and well: done: yes; by: an officer", "Note: two"):
        assert line in told


def test_the_subject_says_type_deadline_reference_and_authority_only() -> None:
    subject = read(mail(child={"identifiers": [{"system": "mosaic", "value": "M-31"}], **NAMES}))["Subject"]
    assert subject == "Arrange a return home interview - due Mon 20 Jul 07:10 - XX-2026-0417 - Nottinghamshire"
    assert read(mail(urgency="immediate", type="notify.missing", due=None))["Subject"].startswith(
        "IMMEDIATE: Child rep"
    )


@pytest.mark.parametrize("incident", ["Robin Ashdown", "Robin", "Robin Ashdown 0417", "a" * 50 + "1", None])
def test_a_reference_that_could_be_a_name_stays_out_of_the_subject(incident: Any) -> None:
    assert read(mail(incident=incident, due=None))["Subject"] == "Arrange a return home interview - Nottinghamshire"


@pytest.mark.parametrize(("type_", "kind"), WORDED)
def test_every_type_has_its_words_and_no_subject_names_the_child(type_: str, kind: str | None) -> None:
    say = words_of(type_, kind)
    assert say is not None
    item = mail(type=type_, kind=kind, child={"identifiers": [{"system": "mosaic", "value": "M-31"}], **NAMES})
    message = read(item)
    assert message["Subject"].startswith(say.title)
    for personal in ("Robin", "Ashdown", "2011", "M-31", "sw1"):
        assert personal not in message["Subject"]
    assert say.happened in text(item)


def test_every_type_of_the_contract_has_words() -> None:
    assert set(OUTBOUND) == set(MESSAGE_TYPES)


EVIL = "XX-1\r\nBcc: thief@elsewhere.example\n\n<script>alert(1)</script>\u2028\x00\x85"


@pytest.mark.parametrize("field", ["incident", "authority", "handling", "kind", "name", "form", "circumstances", "due"])
def test_no_field_can_add_a_header_or_a_tag(field: str) -> None:
    message = read(mail(**{field: EVIL}))
    assert message["Bcc"] is None
    assert message["Subject"].isprintable()
    for part in ("plain", "html"):
        assert "\x00" not in text(mail(**{field: EVIL}), part)
    assert "<script>" not in text(mail(**{field: EVIL}), "html")


@pytest.mark.parametrize("attribute", ["message", "type"])
def test_an_attribute_with_a_line_break_is_refused(attribute: str) -> None:
    with pytest.raises(UnwritableError, match="line break"):
        compose(mail(**{attribute: EVIL}), "homeward@homeward.example", "homeward.example", words_of)


@pytest.mark.parametrize("role", [EVIL, "a\rb", 'x" <c@d.example>'])
def test_a_role_cannot_add_a_recipient(role: str) -> None:
    assert [address.addr_spec for address in read(mail(role=role))["To"].addresses] == ["duty@children.example"]


def test_the_headers_let_a_machine_sort_and_thread() -> None:
    first, again, other = read(mail()), read(mail()), read(mail(row="row-2"))
    assert first["Message-ID"] == again["Message-ID"] != other["Message-ID"]
    assert first["Message-ID"].endswith("@homeward.example>")
    assert first["References"] == other["References"]
    assert first["X-Homeward-Message"] == mail().message
    assert first["X-Homeward-Type"] == "rhi.request"
    assert first["X-Homeward-Clauses"] == "NOTTS-12, NOTTS-25"
    assert first["Date"] == "Fri, 17 Jul 2026 06:20:00 +0000"
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["X-Homeward-Overtakes"] is None
    assert read(mail(overtakes=True))["X-Homeward-Overtakes"] == "true"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
fields = st.sampled_from(
    ("authority", "pack", "incident", "child", "clauses", "to", "urgency", "handling", "kind", "due", "details", "x")
)


@given(st.dictionaries(fields, anything, max_size=6))
def test_whatever_the_data_an_email_comes_of_it(data: dict[str, Any]) -> None:
    content = compose(mail(body=json.dumps(data).encode()), "homeward@homeward.example", "homeward.example", words_of)
    assert content.isascii()
    assert content.endswith(b"\r\n")
    assert max(map(len, content.splitlines())) <= 998
    assert b"\r" not in content.replace(b"\r\n", b"")
    assert read(mail(body=json.dumps(data).encode())).is_multipart()
