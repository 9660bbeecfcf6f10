"""What a sender calls a message or an incident stands in no line of the ledger; it is told while contents are kept."""

from pathlib import Path

from hub_in_memory import POLICE, hub
from lives import KIM, NHS, everything_arrives, hub_on, person_of
from sqlalchemy import text
from wire_messages import found, missing

from homeward.explaining import explained
from homeward.keeping.erasing import forget_children
from homeward.rehearsal.history import read_reports
from intake.records import RawRecord
from schemas.cloudevents import binary, read
from store import Store
from tests.shipped import shipped_packs

WORDS = ("Quillfeather-77", "Zephyrine-is-missing")


async def _ledger(store: Store) -> str:
    async with store.connection() as connection:
        return str((await connection.execute(text("SELECT * FROM ledger"))).all())


async def test_the_ledger_holds_no_word_that_a_sender_chose(tmp_path: Path) -> None:
    async with hub_on(f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}", tmp_path / "keys.db") as hub_:
        await hub_.take(found(5, WORDS[1], child=KIM, id_="early"))
        await hub_.take(missing(0, WORDS[1], WORDS[0], child=KIM))
        await everything_arrives(hub_.store, hub_.clock.now())
        told = await _ledger(hub_.store)
        assert [word for word in WORDS if word in told] == []
        kim = await person_of(hub_.store, NHS)
        async with hub_.store.reading() as tx:
            (episode,) = (await tx.traces_of(kim)).episodes
        why = await explained(hub_.store, episode, shipped_packs())
        assert why is not None
        assert f"report {WORDS[0]} from /police/XX changed the episode" in {step["what"] for step in why.steps}
        await forget_children(hub_.store, [kim], "dpo1", "", hub_.clock.now())
        async with hub_.store.connection() as connection:
            assert WORDS[0] not in str((await connection.execute(text("SELECT * FROM inbox"))).all())
        why = await explained(hub_.store, episode, shipped_packs())
        assert why is not None
        assert WORDS[0] not in str(why.steps)


async def test_a_message_whose_name_stood_in_its_headers_is_rehearsed_under_its_name() -> None:
    async with hub() as h:
        headers, value = binary(read((), missing(0, child=KIM, id_=WORDS[0])))
        await h.intake.process_batch([RawRecord(POLICE, 0, 1, value, h.clock.now(), headers=tuple(headers))])
        (record,) = (await read_reports(h.store, lambda _: None)).records
        assert dict(record.headers)["ce_id"] == WORDS[0].encode()
