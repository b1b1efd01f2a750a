"""The event store: append, load and tail. All the SQL that touches events is here."""

from linkage.store.chain import BrokenLink, link, moment, verify
from linkage.store.events import (
    Appended,
    AppendRejected,
    ChainBroken,
    Excerpt,
    Head,
    Metadata,
    NewEvent,
    RequestReused,
    StoreClosed,
    StoredEvent,
    StoreUnavailable,
    VersionConflict,
)
from linkage.store.migrate import DatabaseTooNew, DatabaseTooOld, DatabaseUnfit, migrate, require
from linkage.store.store import Store
from linkage.store.waiting import WaitingNote

__all__ = [
    "AppendRejected",
    "Appended",
    "BrokenLink",
    "ChainBroken",
    "DatabaseTooNew",
    "DatabaseTooOld",
    "DatabaseUnfit",
    "Excerpt",
    "Head",
    "Metadata",
    "NewEvent",
    "RequestReused",
    "Store",
    "StoreClosed",
    "StoreUnavailable",
    "StoredEvent",
    "VersionConflict",
    "WaitingNote",
    "link",
    "migrate",
    "moment",
    "require",
    "verify",
]
