"""Topics that are left to change data capture: nothing is sent, and each row says so."""

import pytest
from outgoing_examples import mail

from homeward.channels import channels
from homeward.settings import Settings, SettingsError, load_settings
from homeward.wordings import PackWordings
from producers.captured import LeftToCapture
from producers.kafka import KafkaSender
from schemas.delivery import Verdict

POSTGRES = "postgresql+asyncpg://hub@db.test/homeward"


class Slot:
    """What reads the outbox, with this fault."""

    def __init__(self, fault: str | None = None) -> None:
        self.trouble, self.closed = fault, False

    async def fault(self) -> str | None:
        return self.trouble

    async def close(self) -> None:
        self.closed = True


async def test_a_row_is_booked_as_left_to_it() -> None:
    slot = Slot()
    sender = LeftToCapture(slot)
    await sender.start()
    (receipt,) = await sender.send([mail()])
    await sender.stop()
    assert (receipt.verdict, receipt.detail) == (Verdict.SENT, "left to change data capture")
    assert slot.closed


async def test_a_row_that_nobody_would_read_waits() -> None:
    sender = LeftToCapture(Slot("there is no slot"))
    (receipt,) = await sender.send([mail()])
    assert (receipt.verdict, receipt.detail) == (Verdict.AWAY, "there is no slot")


def test_it_is_chosen_by_a_setting_alone_and_reads_no_sqlite(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(channels()["topic"].make(Settings(), PackWordings(), None), KafkaSender)
    chosen = Settings(topics_by="capture", database_url=POSTGRES)
    assert isinstance(channels()["topic"].make(chosen, PackWordings(), None), LeftToCapture)
    monkeypatch.setenv("HOMEWARD_TOPICS_BY", "capture")
    with pytest.raises(SettingsError, match="HOMEWARD_DATABASE_URL"):
        load_settings()
