"""Topics that are left to change data capture: nothing is sent, and each row says so."""

import pytest
from outgoing_examples import mail

from homeward.channels import channels
from homeward.settings import Settings, SettingsError, load_settings
from homeward.wordings import PackWordings
from producers.kafka import KafkaSender
from schemas.delivery import Verdict

POSTGRES = "postgresql+asyncpg://hub@db.test/homeward"


async def test_a_row_is_booked_as_left_to_it() -> None:
    settings = Settings(topics_by="capture", database_url=POSTGRES)
    sender = channels()["topic"].make(settings, PackWordings(), None)
    assert sender is not None
    await sender.start()
    (receipt,) = await sender.send([mail()])
    await sender.stop()
    assert (receipt.verdict, receipt.detail) == (Verdict.SENT, "left to change data capture")


def test_it_is_chosen_by_a_setting_alone_and_reads_no_sqlite(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(channels()["topic"].make(Settings(), PackWordings(), None), KafkaSender)
    monkeypatch.setenv("HOMEWARD_TOPICS_BY", "capture")
    with pytest.raises(SettingsError, match="HOMEWARD_DATABASE_URL"):
        load_settings()
