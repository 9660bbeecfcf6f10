"""What people answered on the desk and Kafka does not have yet: all of it is read, a part at a time, and counted."""

from dataclasses import replace
from datetime import datetime

from store_examples import HOUR, NOON, SECOND

from store import AnswerRow, Store


def answer(id: str, at: datetime) -> AnswerRow:
    return AnswerRow(id, "n", "o.kaur", "task.completed", "e1", "m1", "done", "t", at, event=b"{}")


async def test_what_is_unsent_is_read_in_parts_oldest_first_and_each_once(store: Store) -> None:
    rows = [*(answer(id_, NOON) for id_ in "bac"), answer("0", NOON + SECOND), answer("z", NOON - SECOND)]
    async with store.transaction() as tx:
        assert await tx.count_unsent_answers() == (0, None)
        for row in rows:
            await tx.keep_answer(row)
        await tx.answer_sent("c", NOON)
    read: list[str] = []
    async with store.reading() as tx:
        part = await tx.unsent_answers(2)
        while part:
            read += [row.id for row in part]
            part = await tx.unsent_answers(2, part[-1])
        assert read == ["z", "a", "b", "0"]
        assert await tx.count_unsent_answers() == (4, NOON - SECOND)


async def test_what_is_unsent_in_one_lane_is_read_without_what_waits_elsewhere(store: Store) -> None:
    sent, first, second = (answer(id_, NOON) for id_ in "abc")
    of_message = replace(answer("m", NOON), episode=None)
    alone = replace(answer("i", NOON), episode=None, message=None)
    elsewhere = replace(answer("e", NOON), topic="other")
    nameless = replace(answer("n", NOON), episode="", message="")
    async with store.transaction() as tx:
        for row in (sent, first, second, of_message, alone, elsewhere, nameless):
            await tx.keep_answer(row)
        await tx.answer_sent("a", NOON)
    async with store.reading() as tx:
        assert await tx.unsent_answers(9, lane=sent.lane) == [first, second]
        assert await tx.unsent_answers(9, first, sent.lane) == [second]
        for row in (of_message, alone, elsewhere, nameless):
            assert await tx.unsent_answers(9, lane=row.lane) == [row]


async def test_what_is_unsent_is_counted_by_topic(store: Store) -> None:
    async with store.transaction() as tx:
        for row in (answer("a", NOON), answer("b", NOON - SECOND), replace(answer("c", NOON - HOUR), topic="other")):
            await tx.keep_answer(row)
        await tx.keep_answer(replace(answer("d", NOON), topic="done"))
        await tx.answer_sent("d", NOON)
    async with store.reading() as tx:
        assert await tx.unsent_topics() == [("other", 1, NOON - HOUR), ("t", 2, NOON - SECOND)]
