"""Every metric of linkage in one place, for Prometheus: names by its conventions, units in the name.

What a part counts, it counts here; gauges that only show what is there are read when somebody scrapes. Labels hold
names of the contract and of the deployment, never an identifier of a matter or a person: their number is bounded.
"""

from __future__ import annotations

import sys
from importlib.metadata import version

from prometheus_client import Counter, Gauge, Histogram, start_http_server

__all__ = [
    "APPENDED",
    "APPEND_BATCH",
    "APPEND_SECONDS",
    "BUILD",
    "CERTIFICATE_EXPIRES",
    "CHAIN_BROKEN",
    "CHAIN_VERIFIED",
    "CHAIN_VERIFIED_AT",
    "DATABASE_ANSWERS",
    "FILE_REFUSED",
    "FOLDED",
    "FOLD_SECONDS",
    "FRESHNESS",
    "HEAD",
    "INBOX_AGE",
    "INBOX_ALIVE",
    "INBOX_DELAY",
    "INBOX_RECORDS",
    "OLDEST_WRITER",
    "PARKED",
    "PROJECTION_STUCK",
    "REFUSALS",
    "RELAY_AGE",
    "RELAY_LEADING",
    "RELAY_POSITION",
    "RELAY_PUBLISHED",
    "REQUESTS",
    "REQUEST_SECONDS",
    "WAITING_NOTES",
    "serve",
]

_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_PATIENT = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 3_600.0, 86_400.0)

BUILD = Gauge("linkage_build_info", "1; the label says which release runs.", ("version",))
CERTIFICATE_EXPIRES = Gauge(
    "linkage_certificate_expires_timestamp_seconds", "When the certificate expires that this process shows; 0: none."
)
FILE_REFUSED = Gauge(
    "linkage_file_refused",
    "1 while a file (certificate, issuers) cannot be used as it is now, and what it held before is.",
    ("file",),
)
DATABASE_ANSWERS = Gauge("linkage_database_answers", "1 while the process's own database answers it.")

REQUESTS = Counter("linkage_requests_total", "Calls answered, by method and gRPC status.", ("method", "code"))
REFUSALS = Counter("linkage_refusals_total", "Calls refused, by method and stable reason.", ("method", "reason"))
REQUEST_SECONDS = Histogram(
    "linkage_request_seconds", "From a call's arrival to its answer.", ("kind",), buckets=_QUICK
)

APPENDED = Counter("linkage_events_appended_total", "Events stored by this process.")
APPEND_BATCH = Histogram(
    "linkage_append_batch_appends", "Appends that shared one commit.", buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256)
)
APPEND_SECONDS = Histogram("linkage_append_seconds", "One commit of a batch of appends.", buckets=_QUICK)
HEAD = Gauge("linkage_store_head_position", "Newest position in the store.")
OLDEST_WRITER = Gauge(
    "linkage_oldest_writer_seconds", "For how long the server's oldest writing transaction is open: tails wait for it."
)
WAITING_NOTES = Gauge("linkage_waiting_notes", "Notes that wait until their record begins.")
CHAIN_VERIFIED = Gauge(
    "linkage_chain_verified_position", "Position up to which the present pass over the hash chains has come."
)
# With a label, so that a process without a log shows nothing, and not 0.
CHAIN_VERIFIED_AT = Gauge(
    "linkage_chain_verified_timestamp_seconds",
    "When the verification of the hash chains last came forward or to the end of the log; 0: never in this process.",
    ("relay",),
)
CHAIN_BROKEN = Gauge("linkage_chain_broken_streams", "Streams whose hash chain is broken, by all that was verified.")

RELAY_LEADING = Gauge("linkage_relay_leading", "1 where this replica publishes for its instance.", ("relay",))
RELAY_POSITION = Gauge(
    "linkage_relay_position", "Position up to which everything is published; 0 where not leading.", ("relay",)
)
RELAY_AGE = Gauge(
    "linkage_relay_age_seconds",
    "How long the oldest event has waited that is not published; 0 where not leading.",
    ("relay",),
)
RELAY_PUBLISHED = Counter("linkage_relay_published_total", "Events published by this process.", ("relay",))

INBOX_RECORDS = Counter("linkage_inbox_records_total", "Records heard, by what became of them.", ("outcome",))
INBOX_DELAY = Histogram(
    "linkage_inbox_delay_seconds", "From an event's recording elsewhere to its being handled here.", buckets=_PATIENT
)
INBOX_AGE = Gauge(
    "linkage_inbox_age_seconds", "How old the oldest event is that is being handled, by its recording; 0: none is."
)
# With a label, so that a process without an inbox shows nothing, and not 0.
INBOX_ALIVE = Gauge(
    "linkage_inbox_alive", "0 where replacing the consumer did not help: only a restart may.", ("consumer",)
)
PARKED = Gauge("linkage_parked_streams", "Streams that wait behind an event that could not be taken.", ("consumer",))

FOLDED = Counter("linkage_projection_events_total", "Events written to the read models by this process.")
FOLD_SECONDS = Histogram("linkage_projection_batch_seconds", "One batch, folded and committed.", buckets=_QUICK)
FRESHNESS = Gauge(
    "linkage_projection_freshness_seconds",
    "How old the oldest event is that is published and not in the read models; 0 where there is none.",
    ("topic",),
)
PROJECTION_STUCK = Gauge("linkage_projection_stuck_seconds", "For how long there was something to read and no advance.")


def serve(port: int, host: str = "0.0.0.0") -> None:
    """Answers `GET /metrics` on that port, in a thread of its own; 0: nowhere. Ends the start where it cannot."""
    BUILD.labels(version("linkage")).set(1)
    if not port:
        return
    try:
        start_http_server(port, host)
    except OSError as error:
        print(f"LINKAGE_METRICS_PORT: {port} on {host} cannot be listened on: {error.strerror}", file=sys.stderr)
        raise SystemExit(2) from None
