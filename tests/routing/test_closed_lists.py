"""The closed lists that packs are held against are those of the contract, which the core may not read."""

from typing import Any, get_args

import pytest

from routing import closed_lists
from schemas.inbound import INBOUND
from schemas.outbound.message import Channel

OF_THE_CONTRACT = [
    ("police.missing", "missing_from", closed_lists.MissingFrom, ()),
    ("police.missing", "care_type", closed_lists.CareType, ()),
    ("police.missing", "risk", closed_lists.Grade, ("absent", "ungraded")),
    ("case.context", "legal_status", closed_lists.LegalStatus, ()),
    ("case.context", "plan", closed_lists.Plan, ()),
    ("case.context", "leaving_care", closed_lists.LeavingCare, ()),
    ("worker.missing_report", "parent_reports", closed_lists.ParentReports, ("not_stated",)),
    ("worker.missing_report", "parent_consents", closed_lists.ParentConsents, ("not_stated",)),
    ("rhi.outcome", "result", closed_lists.InterviewResult, ()),
    ("rhi.outcome", "result", closed_lists.InterviewStanding, ("none", "requested")),
    ("rhi.outcome", "concern", closed_lists.ConcernGrade, ()),
    ("rag.set", "value", closed_lists.Rating, ()),
]


def words(annotation: Any) -> set[str]:
    """The words of a Literal, however it is wrapped."""
    inner = get_args(annotation)
    return {word for arg in inner for word in (words(arg) if get_args(arg) else {arg} if isinstance(arg, str) else ())}


@pytest.mark.parametrize(("report", "field", "list_", "besides"), OF_THE_CONTRACT)
def test_a_list_is_that_of_the_contract(report: str, field: str, list_: Any, besides: tuple[str, ...]) -> None:
    """`besides`: what the core alone says, of something that nobody has told or that has not happened yet."""
    model = next(m for name, m in INBOUND.items() if name == report)
    told = next(f for name, f in model.model_fields.items() if field in (name, f.alias))
    assert {*get_args(list_)} == words(told.annotation) | {*besides}
    assert words(told.annotation)


def test_the_channels_are_those_of_the_contract() -> None:
    assert {*get_args(closed_lists.Channel)} == {*get_args(Channel)}


def test_the_times_of_a_report_are_fields_of_it() -> None:
    assert {*get_args(closed_lists.ReportTime)} <= INBOUND["police.missing"].model_fields.keys()


def test_the_ratings_that_a_person_may_give_are_one_list() -> None:
    assert (
        {*closed_lists.DECISIONS["rag"]}
        == {*closed_lists.DECISIONS["rag_proposed"]}
        == {*get_args(closed_lists.Rating)}
    )
