"""Packs in plain English: every word that a pack may use has a phrase, and every clause is told."""

import re
from html.parser import HTMLParser

import pytest
from small_packs import BODY, FILE, HEAD, with_limits

from episodes.events import Change
from homeward.library import proofs
from homeward.rendering.acts import ACTS
from homeward.rendering.clauses import manual
from homeward.rendering.conditions import DENIED, PHRASES, phrase
from homeward.rendering.data import lines, pack_data
from homeward.rendering.english import as_sentence, listed, with_article
from homeward.rendering.events import HAPPENED
from homeward.rendering.page import pack_page
from homeward.rendering.plain import PLAIN
from homeward.rendering.rules import rule_sentences
from homeward.rendering.text import text
from homeward.rendering.wording import PackWording
from routing.conditions import CONDITIONS
from routing.loading import load_pack
from routing.loading_rules import ANCHORS
from routing.pack import Pack
from schemas.outbound import OUTBOUND
from tests.shipped import shipped_packs

PACKS = [pack for versions in shipped_packs().all().values() for pack in versions]
OF_EACH = pytest.mark.parametrize("pack", PACKS, ids=lambda p: p.authority)


# ---- every word has a phrase


def test_every_condition_has_a_phrase_and_no_phrase_is_left_over() -> None:
    assert {*PHRASES, *PLAIN} == {*CONDITIONS}
    assert not PHRASES.keys() & PLAIN.keys()


def test_every_condition_that_can_be_denied_has_a_phrase_for_that() -> None:
    deniable = {name for name, known in CONDITIONS.items() if not known.required}
    assert {*PLAIN, *DENIED} == deniable


def test_every_event_and_every_message_has_a_phrase() -> None:
    assert {*HAPPENED} == {*Change}
    assert {*ACTS} == {*OUTBOUND}


def worded(rules: str) -> list[str]:
    """The sentences of the first rule of a small pack."""
    pack = load_pack(with_limits(HEAD + BODY + rules), FILE)
    says = rule_sentences([pack.rules[0]], PackWording(pack))
    return [line for node in (*says.says, *says.notes) for line in lines(node)]


def ruled(*keys: str) -> list[str]:
    rule = '[[rules]]\nid = "r"\ntitle = "Say it"\nto = ["officer"]\nclauses = ["T-1", "T-2"]\n'
    return worded(rule + "\n".join(keys))


@pytest.mark.parametrize("anchor", [a for a in ANCHORS if a not in ("receipt", "event")])
def test_every_anchor_has_a_phrase(anchor: str) -> None:
    sent = dict.fromkeys(("first_sent", "told_first"), 'of = "notify.info", ')
    of = {"last_held": 'of = "mam", ', "document": 'of = "plan", ', **sent}.get(anchor, "")
    keys = f'at = {{from = "{anchor}", {of}within = "3d"}}'
    [says] = ruled('send = "notify.info"', keys)
    assert says.startswith("3 days after t")


# ---- how it reads


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        (
            ['send = "rhi.request"', 'on = ["found"]', 'due = {from = "return", within = "72h"}'],
            "When the child is found, Homeward asks the duty officer for a return interview, due within 72 hours of "
            "the return.",
        ),
        (
            ['send = "senior.alert"', 'at = {from = "start", within = "2d"}', "when = {still_missing = true}"],
            "2 days after the start of the episode, if the child is still missing, Homeward alerts the duty officer.",
        ),
        (
            ['send = "rhi.breach"', 'over = {from = "return", within = "1wd"}', 'unless = {interview = "completed"}'],
            "Once more than 1 working day has passed since the return, unless the interview was held, Homeward tells "
            "the duty officer that the return interview is late.",
        ),
        (
            ['send = "senior.alert"', 'before = {from = "start", within = "24h", lead = "1h"}'],
            "1 hour before 24 hours have passed since the start of the episode, Homeward alerts the duty officer.",
        ),
        (
            ['send = "notify.info"', 'at = {from = "eighteenth_birthday"}'],
            "On the child's 18th birthday, Homeward lets the duty officer know.",
        ),
        (
            ['send = "notify.missing"', 'when = {back = false, open_to = ["social_care", "early_help"]}'],
            "As soon as the child is not back and the case is open to social care or early help, Homeward tells the "
            "duty officer that the child is missing.",
        ),
        (
            ['send = "task.create"', 'on = ["decided.judgement.go"]', 'once = "event"', 'name = "Form 7"'],
            "Each time somebody decides that “judgement” is “go”, Homeward gives the duty officer the task “Form 7”.",
        ),
    ],
)
def test_a_rule_is_one_sentence(keys: list[str], says: str) -> None:
    assert ruled(*keys) == [says]


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        (
            ["when = {still_missing = true, looked_after = true}"],
            "As soon as the child is looked after and the child is still missing, Homeward lets the duty officer know.",
        ),
        (["when = {still_missing = true}"], "As soon as the child is missing, Homeward lets the duty officer know."),
        (
            ['on = ["found"]', 'when = {event = ["found", "opened"]}'],
            "When the child is found, Homeward lets the duty officer know.",
        ),
        (
            ['on = ["found", "opened"]', 'when = {event = "found"}'],
            "When the child is found or an episode opens, if this is because the child is found, Homeward lets the "
            "duty officer know.",
        ),
        (
            ['on = ["found"]', 'name = "Form 7"'],
            "When the child is found, Homeward lets the duty officer know (“Form 7”).",
        ),
    ],
)
def test_nothing_is_said_that_goes_without_saying(keys: list[str], says: str) -> None:
    assert ruled('send = "notify.info"', *keys) == [says]


def test_many_conditions_stand_in_a_list() -> None:
    when = 'when = {still_missing = true, looked_after = true, plan = "child_protection", risk = "high", linked = true}'
    unless = "unless = {meets = [{when = {another_open = true}}, {when = {back = true, linked = false}}]}"
    assert ruled('send = "notify.found"', 'on = ["opened"]', when, unless) == [
        "When an episode opens, Homeward tells the duty officer that the child is found, if all of this holds:",
        "  the child is still missing",
        "  the child is looked after",
        "  the child has a child protection plan",
        "  the police grade the risk as high",
        "  episodes of relatives are linked to this one",
        "But not if any of this holds:",
        "  the child is missing in another episode too",
        "  the child is back and no episodes of relatives are linked to this one",
    ]


def test_what_a_message_does_besides_is_told() -> None:
    says = ruled('send = "exception.raise"', 'on = ["clock_override"]', "rejects = true", 'classifies = "missing"')
    assert says[1:] == [
        "The report is not taken as a fact.",
        "From then on the child counts as missing, until a person says otherwise.",
    ]


def test_a_pack_says_whom_it_is_about_and_which_rules_go_beyond() -> None:
    scope = '[limits]\nadult = {number = 18, clause = "HUB", since = 2020-01-01}\n'
    scope += '[scope]\nunless = {age_at_missing = {at_least = "adult"}}\n'
    rule = '[[rules]]\nid = "r"\ntitle = "Say it"\non = ["opened"]\nsend = "notify.info"\nto = ["officer"]\n'
    pack = load_pack(HEAD + scope + BODY + rule + 'beyond_scope = true\nclauses = ["T-1", "T-2"]\n', FILE)
    shown = " ".join(" ".join(text(manual(pack, {}), 80)).split())
    assert "It applies to every child unless the child was 18 or older when they went missing." in shown
    assert "This is done for somebody beyond the scope of the procedure too." in shown


def test_several_criteria_must_all_be_met_and_one_is_too_many() -> None:
    both = "{meets = [[{when = {back = true}}], [{when = {linked = true}}]]}"
    assert ruled('send = "notify.info"', 'on = ["opened"]', f"when = {both}", f"unless = {both}") == [
        "When an episode opens, if the child is back and episodes of relatives are linked to this one, unless the "
        "child is back or episodes of relatives are linked to this one, Homeward lets the duty officer know."
    ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"at_most": 1}, "the child is missing for the first time"),
        ({"at_least": 2}, "the child has been missing at least twice"),
        ({"at_least": 2, "at_most": 4}, "the child has been missing 2 to 4 times"),
    ],
)
def test_a_count_is_told_as_people_say_it(arguments: dict[str, int], says: str) -> None:
    assert phrase("occasions", arguments, True, PackWording(PACKS[0])) == says


@pytest.mark.parametrize(
    ("title", "says"),
    [
        ("allocated social worker", "the allocated social worker"),
        ("Service Director", "the Service Director"),
        ("Director of Children's Social Care", "the Director of Children's Social Care"),
        ("MASH", "the MASH"),
        ("Service Manager Safeguarding Children (Strategic)", "the Service Manager Safeguarding Children (Strategic)"),
        ("Out of Hours Emergency Social Work Team", "the Out of Hours Emergency Social Work Team"),
        ("Chief Exec.", "the Chief Exec."),
        ("Mosaic", "Mosaic"),
        ("parents", "parents"),
        ("Children's Social Care", "Children's Social Care"),
        ("Barnardo's Missing Children Support Service", "Barnardo's Missing Children Support Service"),
        ("the reporting police force", "the reporting police force"),
    ],
)
def test_a_role_takes_an_article_where_people_would_say_one(title: str, says: str) -> None:
    assert with_article(title) == says


def test_words_are_listed_and_sentences_end() -> None:
    assert [listed(words) for words in ("", "a", "ab", "abbc")] == ["", "a", "a and b", "a, b and c"]
    assert as_sentence("the end") == "The end."


# ---- every pack


@OF_EACH
def test_a_pack_is_told_clause_by_clause_in_eighty_columns(pack: Pack) -> None:
    printed = [*text(manual(pack, proofs(pack.authority)), 80)]
    assert max(map(len, printed)) <= 80
    whole = "\n".join(printed)
    assert [c for c in pack.clauses if not re.search(rf"^  {c}  ", whole, re.MULTILINE)] == []
    assert [r.id for r in pack.rules if not re.search(rf"\brule\s+{r.family or r.id}\b", whole)] == []
    assert whole.count("Left to people:") == len(pack.not_automated)


@OF_EACH
def test_each_rule_is_told_in_full_once(pack: Pack) -> None:
    shown = manual(pack, {})
    does = [d for section in shown.sections for kept in section.clauses for d in kept.does] + [*shown.beyond]
    full = [d.rule.id for d in does if d.elsewhere is None]
    periodic = [p.id for p in pack.periodic for _ in p.clauses]
    assert sorted(full) == sorted([*{r.family or r.id for r in pack.rules}, *periodic])


@OF_EACH
def test_no_code_word_of_a_pack_stands_in_its_sentences(pack: Pack) -> None:
    rows = pack_data(pack, {})["rules"]
    quoted = re.compile(r"“[^”]*”")
    told_so = {line for row in rows for line in row["says"]}
    assert [line for line in told_so if re.search(r"\w_\w|\bNone\b|\{", quoted.sub("", line))] == []


class _Reader(HTMLParser):
    """The ids, links, headings and outside addresses of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []
        self.headings: list[int] = []
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        self.ids += [held["id"] or ""] if "id" in held else []
        self.links += [held["href"] or ""] if tag == "a" else []
        self.outside += [str(v) for k, v in attrs if k in ("src", "href") and not str(v).startswith("#")]
        self.headings += [int(tag[1])] if re.fullmatch("h[1-6]", tag) else []
        if tag not in ("meta", "br", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, tag


@OF_EACH
def test_the_page_needs_nothing_from_elsewhere_and_its_links_lead_somewhere(pack: Pack) -> None:
    html = pack_page(manual(pack, proofs(pack.authority)))
    reader = _Reader()
    reader.feed(html)
    assert reader.outside == []
    assert reader.open == []
    assert len({*reader.ids}) == len(reader.ids)
    assert {link.removeprefix("#") for link in reader.links} <= {*reader.ids}
    assert pack.clauses.keys() <= {*reader.ids}
    assert all(after <= before + 1 for before, after in zip(reader.headings, reader.headings[1:], strict=False))
    assert "<script" not in html


def test_a_page_shows_text_as_text() -> None:
    sharp = BODY.replace('"Something is to be done."', '"Something <b>is</b> to be done & soon."')
    rules = '[[rules]]\nid = "r"\ntitle = "Say it"\non = ["opened"]\nsend = "notify.info"\nto = ["officer"]\n'
    pack = load_pack(HEAD + sharp + rules + 'clauses = ["T-1", "T-2"]\n', FILE)
    assert "Something &lt;b&gt;is&lt;/b&gt; to be done &amp; soon." in pack_page(manual(pack, {}))
