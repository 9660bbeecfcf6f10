"""Where the settings name a collector, it gets the spans; where they do not, there are none. From the record to the
send each span points to what it came from."""

import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from aiokafka import ConsumerRecord
from hub_in_memory import POLICE, hub
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from traced import traced
from wire_messages import missing

from consumers.subscriber import Subscriber
from homeward.settings import Settings, SettingsError
from homeward.traces import tracing
from homeward.wiring import Parts
from producers.fakes import MemoryKafkaSender, MemoryMailSender
from schemas.tracing import root_span
from tests.shipped import shipped_directories, shipped_packs

SENDERS = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def collector() -> Iterator[tuple[str, list[ExportTraceServiceRequest]]]:
    """Its address, and what it gets."""
    got: list[ExportTraceServiceRequest] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """It says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Collector)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1/traces", got
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_collector_has_every_span_when_the_hub_has_ended(
    collector: tuple[str, list[ExportTraceServiceRequest]],
) -> None:
    address, got = collector
    with tracing(Settings(traces=address)), root_span("take in", records=1):
        pass
    (of_process,) = got[0].resource_spans
    service = {each.key: each.value.string_value for each in of_process.resource.attributes}["service.name"]
    assert (service, [each.name for each in of_process.scope_spans[0].spans]) == ("homeward", ["take in"])


def test_without_the_setting_nothing_is_traced_and_no_library_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with tracing(Settings()), root_span("take in") as one:
        assert not one.is_recording()


def test_a_hub_without_the_extra_packages_says_which_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with (
        pytest.raises(SettingsError, match=r"HOMEWARD_TRACES: .*homeward\[traces\]"),
        tracing(Settings(traces="http://c")),
    ):
        pass


async def test_the_send_points_to_the_transaction_that_promised_it_and_the_batch_to_its_sender() -> None:
    header = ("traceparent", SENDERS.encode())
    async with hub() as memory:
        ways = {"topic": (topics := MemoryKafkaSender()), "mail": MemoryMailSender()}
        parts = Parts(Settings(), shipped_packs(), shipped_directories(), memory.store, ways, now=memory.clock.now)
        subscriber = Subscriber(memory.intake.process_batch)
        with traced() as kept:
            for n in range(2):
                value = missing(incident=f"P-{n}")
                record = ConsumerRecord(POLICE, 0, n, 0, 0, b"k", value, None, 1, len(value), (header,))
                await subscriber._handle([record])
            await parts.relay.drain()
    spans = {name: [s for s in kept.get_finished_spans() if s.name == name] for name in ("take in", "transaction")}
    assert [f"{link.context.span_id:x}" for s in spans["take in"] for link in s.links] == ["b7ad6b7169203331"] * 2
    made_by = {s.get_span_context().span_id for s in spans["transaction"]}
    sends = [s for s in kept.get_finished_spans() if s.name.startswith("send ")]
    assert {link.context.span_id for s in sends for link in s.links} == made_by
    of_batches = {s.get_span_context().trace_id for s in spans["take in"]}
    assert of_batches.isdisjoint({s.get_span_context().trace_id for s in sends}), "a trace ends with its batch"
    told = {dict(record.headers)["traceparent"].decode().split("-")[2] for record in topics.records}
    assert told == {f"{each:016x}" for each in made_by}
