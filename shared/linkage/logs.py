"""Structured logs: one JSON object a line on standard output, for people's eyes only through a viewer."""

from __future__ import annotations

import logging
import sys

import structlog

__all__ = ["configure"]


def configure(service: str, level: str = "info") -> None:
    """Sends the process's logs, those of libraries too, to standard output as JSON, each with the service's name.

    `level`: the least that is told, by its name.
    """

    def name(logger: object, method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        # Not by a context variable: the Kafka clients' threads, and what libraries log in them, would not have it.
        event["service"] = service
        return event

    shared: list[structlog.typing.Processor] = [
        name,
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    stream = logging.StreamHandler(sys.stdout)
    stream.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [stream]
    least = logging.getLevelNamesMapping()[level.upper()]
    root.setLevel(least)
    # The Kafka clients tell of every fetch and rebalance; only what needs somebody's eye is wanted here.
    for noisy in ("kafka", "aiokafka", "faust", "mode"):
        logging.getLogger(noisy).setLevel(max(least, logging.WARNING))
