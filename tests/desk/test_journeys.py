"""From end to end on a real Kafka and both databases: a police message, the page of a duty officer, an answer in a
form, the casework topic, and what the hub does then."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import orjson
import pytest
from aiokafka import AIOKafkaProducer
from desks import served, styles
from playwright.async_api import Browser, expect

from desk import news
from desk.desk import Desk
from desk.options import DeskOptions
from desk.people import DeskUser, Grant
from homeward import clock
from homeward.desk.downloads import PeriodFiles
from homeward.desk.letters import MailLetters
from homeward.desk.outcomes import KafkaOutcomes, desk_kafka
from homeward.desk.rehearsal import IntakeRehearsal
from homeward.wordings import PackWordings
from producers.kafka_link import TopicShape
from routing.ledger_words import recorded_id
from schemas.topics import casework_outcomes, police_notifications, register_children
from tests.hub.hubs import Running, running

AUTHORITY = "mfh-borough"
OFFICER = DeskUser("d.officer", "D. Officer", (Grant(AUTHORITY),), local=True)
PATIENCE = 60_000  # milliseconds for something to appear


def desk_on(hub: Running, outcomes: KafkaOutcomes) -> Desk:
    packs = hub.parts.packs
    options = DeskOptions(local_user=OFFICER, requests=10_000)
    letters, rehearsal = MailLetters(PackWordings(packs, options.url)), IntakeRehearsal(hub.parts.intake)
    return Desk(options, hub.parts.store, packs, letters, outcomes, PeriodFiles(packs), rehearsal, clock.now, styles())


async def publish(producer: AIOKafkaProducer, force: str, incident: str) -> None:
    now = clock.now().isoformat()
    person = {"identifiers": [{"system": "compact", "value": f"K-{incident}"}]}
    data = {
        "force": force, "incident": incident, "child": person,
        "responsible_authority": AUTHORITY, "classification": "missing", "reported_at": now, "risk": "high",
    }  # fmt: skip
    event = {
        "specversion": "1.0", "id": str(uuid4()), "source": f"/police/{force}", "type": "police.missing", "time": now,
        "datacontenttype": "application/json", "data": data,
    }  # fmt: skip
    await producer.send_and_wait(police_notifications(force), orjson.dumps(event), key=incident.encode())


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_a_police_message_appears_is_answered_and_its_task_is_over(
    kafka: str,
    chromium: Browser,
    tmp_path: Path,
    postgres: Callable[[], str],
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(news, "_EVERY", 0.5)
    database = postgres() if kind == "postgres" else f"sqlite+aiosqlite:///{tmp_path}/hub.db"
    force, incident = f"D{uuid4().hex[:6]}".upper(), f"{kind[:2].upper()}-0101"
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        topics = (police_notifications(force), casework_outcomes(AUTHORITY), register_children(AUTHORITY))
        for topic in topics:  # they are there before the hub subscribes
            await producer.partitions_for(topic)
        async with running(kafka, database, force, AUTHORITY, register=True) as hub:
            outcomes = KafkaOutcomes(desk_kafka(hub.parts.settings, TopicShape()))
            async with served(desk_on(hub, outcomes)) as address:
                page = await chromium.new_page()
                await page.goto(f"{address}/now")
                await expect(page.locator("main")).to_contain_text("Nobody is reported missing")
                await publish(producer, force, incident)
                await page.get_by_role("button", name="Show").click(timeout=PATIENCE)
                await page.get_by_role("link", name=incident).first.click()
                await expect(page.locator("h1")).to_contain_text("missing")
                await page.locator(".desk-card h3 a").first.click()
                title = await page.locator("h1").inner_text()
                await page.locator("main ul.govuk-list a").first.click()
                for group in await page.locator("fieldset").all():
                    await group.locator("input[type=radio]").first.check()
                for area in await page.locator("textarea").all():
                    await area.fill("seen by the duty officer")
                await page.get_by_role("button", name="Send answer").click()
                await expect(page.locator("h1")).to_have_text("Taken in", timeout=PATIENCE)
                answer = page.url.rpartition("/")[2]
                await page.goto(f"{address}/todo?whose=roles")
                assert title not in await page.locator("main").inner_text()
                await page.close()
            await outcomes.stop()
            await hub.parts.relay.drain()
            async with hub.parts.store.reading() as tx:
                sent = [d for d in await tx.outbox_after(0, 1000) if d.row.destination.startswith("topic/")]
                reports = [line for line in await tx.ledger_after(0, 1000) if line.kind == "report"]
            assert {d.state for d in sent} == {"accepted"}
            assert recorded_id(f"/desk/{AUTHORITY}", answer) in {line.causation for line in reports}
