"""Sending traces to whatever collects them, by OTLP over HTTP, where the settings say so. The libraries for it are of
the extra `traces`; where they are missing, that is said at the start."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version

from homeward.settings import PREFIX, Settings, SettingsError
from schemas.tracing import trace_by


@contextmanager
def tracing(settings: Settings) -> Iterator[None]:
    """Within it spans are sent; at its end those that wait still are. Raises SettingsError where that cannot be."""
    if settings.traces is None:
        yield
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise SettingsError(f'{PREFIX}TRACES: install the extra packages of "homeward[traces]"') from None
    resource = Resource.create({"service.name": "homeward", "service.version": version("homeward")})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(settings.traces)))
    trace_by(provider)
    try:
        yield
    finally:
        trace_by(None)
        provider.shutdown()
