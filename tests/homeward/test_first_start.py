"""The first start of `homeward run --embedded`, as a newcomer sees it: one address, no error, e-mails as files."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from homeward.embedded.probe import free_port, is_free

pytestmark = pytest.mark.kafka
ROOT = Path(__file__).parents[2]
PATIENCE = 90.0  # seconds until the test gives up
REPORT = {
    "force": "zx", "incident": "FIRST-1", "reported_at": "2026-03-02T21:10:00Z", "classification": "missing",
    "host_authority": "nottinghamshire", "child": {"identifiers": [{"system": "compact", "value": "K-1"}]},
}  # fmt: skip


async def ready(port: int) -> tuple[int, dict[str, object]]:
    """The status of /ready and what it says, as soon as anything answers."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                # Nobody says when the port opens; to knock without a pause would take the processor from the hub.
                await asyncio.sleep(0.05)
                continue
            writer.write(b"GET /ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
            writer.close()
            return int(head.split()[1]), json.loads(body)


async def test_it_answers_that_it_starts_before_kafka_does_and_then_for_itself(tmp_path: Path) -> None:
    port = free_port(())
    hub = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "from homeward.cli import main; main()", "run", "--embedded", cwd=ROOT,
        env=os.environ | {"HOMEWARD_DATA": str(tmp_path), "HOMEWARD_HEALTH_PORT": str(port)},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        first = await ready(port)
        assert first == (503, {"ready": False, "checks": {}, "faults": {"hub": "starting"}, "since": {}})
        async with asyncio.timeout(PATIENCE):
            assert hub.stdout is not None
            assert (await hub.stdout.readline()).startswith(b"Homeward is running")
        _, state = await ready(port)
        assert state["checks"].keys() >= {"database", "consumers", "rights"}  # type: ignore[attr-defined]
    finally:
        hub.terminate()
        await hub.communicate()


async def test_it_says_where_to_publish_and_where_the_emails_are(tmp_path: Path) -> None:
    usual = is_free(9092)
    hub = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "from homeward.cli import main; main()", "run", "--embedded",
        cwd=ROOT, env=os.environ | {"HOMEWARD_DATA": str(tmp_path)},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(PATIENCE):
            assert hub.stdout is not None
            said = [(await hub.stdout.readline()).decode() for _ in range(3)]
            address = said[0].rpartition(" ")[2].strip()
            assert said[2].startswith(f"E-mails are written to {tmp_path / 'mail'} and sent to nobody")
            assert address == "127.0.0.1:9092" or not usual
            await _publish(address)
            assert await _first_word(address)
            assert await _doctor(tmp_path) == set()
            # What has been promised until then still leaves.
            hub.send_signal(signal.SIGTERM)
            _, log = await hub.communicate()
    finally:
        if hub.returncode is None:
            hub.kill()
            await hub.communicate()
    assert hub.returncode == 0
    letters = [*(tmp_path / "mail").glob("*.eml")]
    assert letters
    assert all(letter.stat().st_mode & 0o077 == 0 for letter in letters)
    assert b"ERROR" not in log


async def _doctor(data: Path) -> set[tuple[str, str]]:
    """What the doctor calls a fault beside it."""
    doctor = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "from homeward.cli import main; main()", "doctor", "--json", cwd=ROOT,
        env=os.environ | {"HOMEWARD_DATA": str(data)}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await doctor.communicate()
    found = json.loads(said)["findings"]
    mail = [each["says"] for each in found if each["check"] == "mail"]
    assert f"e-mails are written to {data / 'mail'} and sent to nobody" in mail
    return {(each["check"], each["says"]) for each in found if each["severity"] == "fault"}


async def _publish(address: str) -> None:
    event = {
        "specversion": "1.0", "id": "first-1", "source": "/police/zx", "type": "police.missing",
        "time": REPORT["reported_at"], "datacontenttype": "application/json", "data": REPORT,
    }  # fmt: skip
    async with AIOKafkaProducer(bootstrap_servers=address) as producer:
        await producer.send_and_wait("police.zx.notifications.v1", json.dumps(event).encode(), key=b"zx/FIRST-1")


async def _first_word(address: str) -> str:
    """The type of the first message that the hub sends to anybody of the authority."""
    async with AIOKafkaConsumer(
        bootstrap_servers=address, auto_offset_reset="earliest", metadata_max_age_ms=500
    ) as heard:
        heard.subscribe(pattern=r"nottinghamshire\..*")
        return dict((await heard.getone()).headers)["ce_type"].decode()
