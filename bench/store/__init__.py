"""The figures of the event store, each measured beside its peer on one server in one run."""

from bench.store.rows import store_rows

__all__ = ["store_rows"]
