"""Scores: the same both ways, never lower for better agreement, a reason for each field and no value in any."""

from dataclasses import replace
from datetime import date

from children import HOME, ROBIN, other
from hypothesis import given
from hypothesis import strategies as st

from enrichment.matching import Address, Described, Score, prepare, score, shipped_model
from enrichment.matching.levels import FIELDS, LEVELS, MISSING, said

words = (
    st.none() | st.text(max_size=20) | st.sampled_from(["Robina", "Robin", "Ashdown", "Ashdown-Quill", "Muhammad Ali"])
)
children = st.builds(
    Described,
    forename=words, surname=words, known_as=words,
    aliases=st.lists(st.text(max_size=12), max_size=2).map(tuple),
    date_of_birth=st.none() | st.dates(),
    born_between=st.none() | st.tuples(st.dates(), st.dates()),
    gender=words | st.sampled_from(["male", "F", "girl"]),
    addresses=st.lists(st.builds(Address, words, words | st.just("ZZ1 2AB")), max_size=2).map(tuple),
    identifiers=st.frozensets(st.tuples(st.sampled_from("ab"), st.sampled_from("12")), max_size=2),
)  # fmt: skip


def of(one: Described, another: Described) -> Score:
    return score(prepare(one), prepare(another), shipped_model())


@given(children, children)
def test_whatever_is_said_compares_and_agrees_alike_both_ways(one: Described, another: Described) -> None:
    there, back = of(one, another), of(another, one)
    assert there.compared[: len(FIELDS)] == back.compared[: len(FIELDS)]
    assert 0 <= there.probability <= 1
    assert [r.level for r in there.reasons] == [w for w in there.compared[: len(FIELDS)] if w != MISSING]


@given(children, children)
def test_the_weight_is_the_sum_of_its_reasons(one: Described, another: Described) -> None:
    found = of(one, another)
    assert abs(found.weight - sum(reason.weight for reason in found.reasons)) < 1e-9


@given(children, children)
def test_a_shared_number_never_lowers_a_score(one: Described, another: Described) -> None:
    number = frozenset({("nhs", "1")})
    shared = of(replace(one, identifiers=number), replace(another, identifiers=number))
    apart = of(replace(one, identifiers=number), replace(another, identifiers=frozenset({("nhs", "2")})))
    neither = of(replace(one, identifiers=frozenset()), replace(another, identifiers=frozenset()))
    assert shared.weight > neither.weight > apart.weight


def test_each_step_away_weighs_less() -> None:
    births = [date(2011, 9, 23), date(2011, 9, 28), date(2011, 9, 4), date(2014, 12, 5)]
    weights = [of(ROBIN, other(date_of_birth=born)).weight for born in births]
    assert weights == sorted(weights, reverse=True)
    homes = [HOME, Address("14 Larch Road", "ZZ1 2AB"), Address("3 Mill Lane", "ZZ1 2XY")]
    weights = [of(ROBIN, other(addresses=(home,))).weight for home in homes]
    assert weights == sorted(weights, reverse=True)


def test_a_rare_name_says_more_than_a_common_one() -> None:
    common = of(Described(forename="Olivia"), Described(forename="Olivia")).weight
    rare = of(Described(forename="Quilla"), Described(forename="Quilla")).weight
    assert rare > common + 3


def test_exchanged_names_count_as_much_as_the_part_that_is_shared() -> None:
    held = Described(forename="Muhammad Hassan", surname="Khatun-Khan")
    told = of(Described(forename="Khan", surname="Muhammad Abdullah"), held)
    assert told.compared.forename == "exchanged"
    assert (told.compared.shared_forename, told.compared.shared_surname) == ("muhammad", "khan")
    assert of(Described(forename="Khan", surname="Edda"), held).compared.forename != "exchanged"


def test_what_is_missing_weighs_nothing() -> None:
    assert of(Described(), ROBIN).weight == 0
    assert of(Described(), ROBIN).reasons == ()


def test_reasons_say_how_far_and_never_what() -> None:
    told = other(forename="Robnia", date_of_birth=date(2011, 9, 28))
    lines = [str(reason) for reason in of(told, ROBIN).reasons]
    assert [line.split(",")[0] for line in lines] == [
        "forename: spelt nearly the same",
        "surname: the same",
        "date of birth: one digit different",
        "address: the same house and postcode",
        "gender: the same",
    ]
    text = " ".join(lines).casefold()
    assert not any(value in text for value in ("robin", "robnia", "ashdown", "larch", "zz1", "2011", "female"))


def test_every_level_can_be_said() -> None:
    sentences = [said(field, level) for field, levels in LEVELS.items() for level in levels]
    assert len(set(sentences)) == len(sentences)
