"""Traces (OpenTelemetry): spans of the hub's work, and the traceparent (W3C Trace Context) by which a span points to
the one that something came from. Off until `trace_by`; then each span goes to that provider.

What a span tells is counts and fixed words: no key, name or number of anybody, no words of an error. A sender's own
`tracestate` is not passed on, as it could hold anything."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext

from opentelemetry.context import Context
from opentelemetry.trace import (
    INVALID_SPAN,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    Tracer,
    TracerProvider,
    get_current_span,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

TRACEPARENT = "traceparent"
_HEADERS = (TRACEPARENT, f"ce_{TRACEPARENT}")
"""Where a record has it: by W3C, and by the CloudEvents extension."""
_FORMAT = TraceContextTextMapPropagator()
_LINKS = 128  # as many as an SDK keeps of one span
_NOWHERE: AbstractContextManager[Span] = nullcontext(INVALID_SPAN)
_tracer: Tracer | None = None


def trace_by(provider: TracerProvider | None) -> None:
    """From now on the spans of this process go to this provider; None: nowhere."""
    global _tracer
    _tracer = provider.get_tracer("homeward") if provider else None


def root_span(name: str, kind: SpanKind = SpanKind.INTERNAL, **counts: int) -> AbstractContextManager[Span]:
    """A span that begins a trace of its own, whatever it is called from."""
    return _begun(name, kind, counts, Context()) if _tracer else _NOWHERE


def inner_span(name: str, kind: SpanKind = SpanKind.INTERNAL, **counts: int) -> AbstractContextManager[Span]:
    """A span within the one that is under way."""
    return _begun(name, kind, counts) if _tracer else _NOWHERE


@contextmanager
def _begun(name: str, kind: SpanKind, counts: Mapping[str, int], within: Context | None = None) -> Iterator[Span]:
    assert _tracer
    told = {f"homeward.{what}": count for what, count in counts.items()}
    with _tracer.start_as_current_span(
        name, within, kind, told, record_exception=False, set_status_on_exception=False
    ) as span:
        try:
            yield span
        except BaseException as error:  # its words may name a child
            span.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise


def link(span: Span, traceparents: Iterable[str | None]) -> None:
    """Points from a span to those that something came from, each once; what is none is passed over."""
    if not span.is_recording():
        return
    for traceparent in [*dict.fromkeys(traceparents)][:_LINKS]:
        context = _context(traceparent)
        if context.is_valid:
            span.add_link(context)


def traceparent() -> str | None:
    """The span that is under way, for what comes from it; None where there is none."""
    if not get_current_span().get_span_context().is_valid:
        return None
    carrier: dict[str, str] = {}
    _FORMAT.inject(carrier)
    return carrier.get(TRACEPARENT)


def traceparent_in(headers: Sequence[tuple[str, bytes | None]]) -> str | None:
    """What a record says of the span that it came from. Total."""
    found = dict(headers)
    value = next((found[name] for name in _HEADERS if found.get(name)), None)
    return value.decode(errors="replace") if value else None


def _context(value: str | None) -> SpanContext:
    """The span that a traceparent names; an invalid one where it is none."""
    found = _FORMAT.extract({TRACEPARENT: value} if value else {}, Context())
    return get_current_span(found).get_span_context()
