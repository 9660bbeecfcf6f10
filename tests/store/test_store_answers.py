"""What people answered on the desk and Kafka does not have yet: all of it is read, a part at a time, and counted."""

from datetime import datetime

from store_examples import NOON, SECOND

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
