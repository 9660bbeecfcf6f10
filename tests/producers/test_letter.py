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

from homeward.wordings import PackWordings
from producers.mime import UnwritableError, compose
from routing.message_types import MESSAGE_TYPES
from schemas.delivery import Outgoing
from schemas.outbound import OUTBOUND
from tests.shipped import shipped_packs

WORDS = PackWordings(shipped_packs())
WORDED = [(type_, kind) for type_, known in MESSAGE_TYPES.items() for kind in (None, *known.kinds)]
NAMES = {"given_name": "Robin", "family_name": "Ashdown", "date_of_birth": "2011-09-01"}


def read(*items: Outgoing) -> EmailMessage:
    content = compose(items, "homeward@homeward.example", "homeward.example", WORDS)
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def text(item: Outgoing, kind: str = "plain") -> str:
    body = read(item).get_body((kind,))
    assert body is not None
    content: str = body.get_content()
    return content


def test_a_busy_reader_finds_who_does_what_by_when_and_why() -> None:
    told = text(mail()).splitlines()
    assert told[0] == (
        "Allocated social worker: arrange a return interview and record what became of it by 07:10. "
        "It must be held by then."
    )
    for line in (
        "Record: Mosaic M-31.",
        "Last seen: 18:30 Thu 16 Jul",
        "Found: 06:50 Fri 17 Jul",
        "OFFICIAL-SENSITIVE",
    ):
        assert line in told, told
    why = next(line for line in told if line.startswith("Why: "))
    assert "(guidance 3.4)" in why
    assert why.endswith("Told too: Children Missing Officer.")


def test_what_is_known_of_the_episode_is_told_in_sentences() -> None:
    situation = {
        "classification": "absent", "risk": "low", "missing_since": "2026-07-16T20:00:00Z", "missing_from": "school",
        "last_seen_at": "2026-07-16T17:30:00Z", "age": 9, "plan": "child_protection", "episodes_in_90_days": 12,
    }  # fmt: skip
    told = text(mail(situation=situation)).splitlines()
    assert "A child of 9, on a child protection plan, absent from school since 21:00 Thu 16 Jul." in told
    assert "Police risk: low. Last seen 18:30. 12th time in 90 days." in told
    back = {**situation, "returned_at": "2026-07-17T06:10:00Z", "found_at": "2026-07-17T05:50:00Z"}
    assert "A child of 9, on a child protection plan, back 07:10 Fri 17 Jul. 12th time in 90 days." in text(
        mail(situation=back, due=None)
    )


def test_what_was_told_as_known_is_not_told_again_as_a_field() -> None:
    told = text(mail(situation={"last_seen_at": "2026-07-16T17:30:00Z"}))
    assert told.count("18:30") == 1


def test_the_figures_of_a_period_are_told_group_by_group() -> None:
    episodes, interviews = {"started": 9, "missing_at_end": 0}, {"done_within_72_hours": 3}
    meetings = {"requested": 5, "by_kind": [{"kind": "mam", "requested": 5, "held": 0}]}
    figures = {"episodes": episodes, "interviews": interviews, "meetings": meetings}
    item = mail(type="report.data", period="2026-05", figures=figures, due=None)
    told = text(item).splitlines()
    assert "Episodes: started 9; missing at end 0" in told
    assert "Interviews: done within 72 hours 3" in told
    assert "Meetings: requested 5; by kind: MAM (requested 5, held 0)" in told
    assert read(item)["Subject"].startswith("Figures for May 2026 - ")
    quarter = mail(type="report.data", period="2026-01/2026-03", incident=None)
    assert read(quarter)["Subject"] == "Figures for January to March 2026"


def test_a_role_is_called_by_its_title() -> None:
    told = text(mail(contact={"role": "children_missing_officer", "person": None}))
    assert "Whom to ask: Children Missing Officer" in told.splitlines()


def test_both_parts_say_the_same() -> None:
    def bare(told: str) -> str:
        return re.sub(r"\W+", "", re.sub(r"<[^>]*>", " ", told)).lower()

    item = mail(name="Return form", form="I-17", kind="first_offer", target="2026-07-19T06:10:00Z")
    html = text(item, "html")
    for line in text(item).splitlines():
        assert bare(line.removesuffix(":")) in bare(html.partition("<body")[2].replace("&#39;", "'")), line


def test_no_link_no_image_nothing_from_elsewhere() -> None:
    html = text(mail(answers=[{"type": "rhi.outcome"}]), "html")
    assert not re.search(r"https?:|<a |<img|<script|url\(", html)


def test_each_instant_is_told_in_full_once_and_by_its_day_in_london() -> None:
    assert read(mail(due="2026-07-20T23:30:00Z"))["Subject"].startswith(
        "Arrange a return interview by 00:30 Tue 21 Jul - "
    )
    assert "by 00:30. " in text(mail(due="2026-07-20T23:30:00Z"))
    assert "by 09:00 Fri 1 Jan 2027 - " in read(mail(due="2027-01-01T09:00:00Z"))["Subject"]
    assert "by 00:00 Tue 21 Jul (Monday night) - " in read(mail(due="2026-07-20T23:00:00Z"))["Subject"]


def test_the_hour_that_comes_twice_says_which_it_is() -> None:
    assert "by 01:30 BST Sun 25 Oct - " in read(mail(due="2026-10-25T00:30:00Z"))["Subject"]
    assert "by 01:30 GMT Sun 25 Oct - " in read(mail(due="2026-10-25T01:30:00Z"))["Subject"]
    assert "by 02:30 Sun 25 Oct - " in read(mail(due="2026-10-25T02:30:00Z"))["Subject"]


def test_an_aim_stands_before_the_limit() -> None:
    told = text(mail(target="2026-07-17T16:00:00Z"))
    assert "; aim for 17:00 Fri 17 Jul, at the latest 07:10. It must" in told


def test_what_it_is_called_where_it_is_entered_is_told() -> None:
    told = text(mail(type="task.create", kind="child_in_need_72h", name="CS Missing Child Screening", form="I-17"))
    assert "Called there: “CS Missing Child Screening”, form I-17" in told


def test_a_correction_and_a_late_start_are_said_to_be_so() -> None:
    told = text(mail(late_on_arrival=True, replaces="m-0", due_basis="local"))
    for words in (
        "It was overdue when we first heard of it.",
        "This replaces what we sent before.",
        "(set by this council)",
    ):
        assert words in told


def test_an_unknown_field_is_told_and_an_unknown_type_has_words() -> None:
    told = text(mail(type="visit.request", safe_and_well={"done": True, "by": "an officer"}, note="two\nlines"))
    for line in ("visit request", "Safe and well: done: yes; by: an officer", "Note: two"):
        assert line in told


def test_a_limit_that_binds_the_hub_is_not_shown_as_the_readers() -> None:
    item = mail(type="senior.alert", kind="update_72h", due="2026-07-20T06:10:00Z", details=None)
    assert "07:10" not in text(item)
    assert "07:10" not in read(item)["Subject"]


def test_the_subject_says_the_act_its_limit_and_the_reference_only() -> None:
    subject = read(mail(child={"identifiers": [{"system": "mosaic", "value": "M-31"}], **NAMES}))["Subject"]
    assert subject == "Arrange a return interview by 07:10 Mon 20 Jul - XX-2026-0417"
    decide = mail(type="task.create", kind="judge_vulnerability")
    assert read(decide)["Subject"] == "Decide by 07:10 Mon 20 Jul: is the child vulnerable? - XX-2026-0417"
    seen = mail(type="senior.alert", kind="absence_24h", acknowledge_by="2026-07-17T10:00:00Z")
    assert read(seen)["Subject"].startswith("Confirm by 11:00 Fri 17 Jul: know: 24 h missing")


def test_the_protective_marking_comes_last() -> None:
    assert text(mail()).rstrip().splitlines()[-1] == "OFFICIAL-SENSITIVE"


def test_no_part_names_the_child() -> None:
    item = mail(child={"identifiers": [{"system": "mosaic", "value": "M-31"}], **NAMES})
    for part in ("plain", "html"):
        assert not [name for name in NAMES.values() if name in text(item, part)]


@pytest.mark.parametrize("incident", ["Robin Ashdown", "Robin", "Robin Ashdown 0417", "a" * 50 + "1", None])
def test_a_reference_that_could_be_a_name_stays_out_of_the_subject(incident: Any) -> None:
    assert read(mail(incident=incident, due=None))["Subject"] == "Arrange a return interview"


@pytest.mark.parametrize(("type_", "kind"), WORDED)
def test_every_type_has_its_words_and_no_subject_names_the_child(type_: str, kind: str | None) -> None:
    item = mail(type=type_, kind=kind, child={"identifiers": [{"system": "mosaic", "value": "M-31"}], **NAMES})
    subject = read(item)["Subject"]
    assert "{" not in subject + text(item)
    assert subject.removesuffix(" - XX-2026-0417")
    for personal in ("Robin", "Ashdown", "2011", "M-31", "sw1"):
        assert personal not in subject


def test_every_kind_of_every_pack_makes_a_letter_that_leads_with_an_act() -> None:
    for authority, versions in shipped_packs().all().items():
        for type_, kinds in versions[-1].kinds.items():
            for kind, told in kinds.items():
                rules = (rule for rule in versions[-1].rules if (rule.send, rule.kind) == (type_, kind))
                cited = [clause for rule in rules for clause in rule.clauses]
                pack = {"version": versions[-1].version}
                item = mail(type=type_, kind=kind, authority=authority, pack=pack, clauses=cited, due=None)
                assert read(item)["Subject"] == f"{told.title} - XX-2026-0417"
                assert text(item).splitlines()[0].startswith("Allocated social worker: ")


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
        read(mail(**{attribute: EVIL}))


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


def test_what_waited_too_long_says_when_it_was_written() -> None:
    held_up = read(mail(late=True))
    assert held_up["X-Homeward-Late"] == "true"
    assert "This e-mail was held up: it was written at" in text(mail(late=True))
    assert read(mail())["X-Homeward-Late"] is None
    assert "held up" not in text(mail())


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
    content = compose([mail(body=json.dumps(data).encode())], "homeward@homeward.example", "homeward.example", WORDS)
    assert content.isascii()
    assert content.endswith(b"\r\n")
    assert max(map(len, content.splitlines())) <= 998
    assert b"\r" not in content.replace(b"\r\n", b"")
    assert read(mail(body=json.dumps(data).encode())).is_multipart()
