"""The vault of a township: who is behind a pseudonym, under a key of its own that can be destroyed (design D12)."""

from linkage.vault.rewrap import rewrap
from linkage.vault.scrub import CannotScrub, scrub, scrub_due
from linkage.vault.seal import Keyring, KeyUnfit, Unreadable
from linkage.vault.vault import MIGRATIONS, RequestReused, SubjectErased, SubjectUnknown, Vault, VaultUnavailable

__all__ = [
    "MIGRATIONS",
    "CannotScrub",
    "KeyUnfit",
    "Keyring",
    "RequestReused",
    "SubjectErased",
    "SubjectUnknown",
    "Unreadable",
    "Vault",
    "VaultUnavailable",
    "rewrap",
    "scrub",
    "scrub_due",
]
