"""The spans that a test causes, kept in memory."""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from schemas.tracing import trace_by


@contextmanager
def traced() -> Iterator[InMemorySpanExporter]:
    """Within it every span that ends is kept."""
    kept, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(kept))
    trace_by(provider)
    try:
        yield kept
    finally:
        trace_by(None)
        provider.shutdown()
