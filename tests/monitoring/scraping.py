"""What a process answers to `GET /metrics`, as a program reads it."""

from __future__ import annotations

import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass

from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.parser import text_string_to_metric_families

from linkage import metrics

__all__ = ["Scraped", "in_code", "scrape"]


@dataclass(frozen=True, slots=True)
class Scraped:
    """One answer. `kinds`: every metric's name, as a query writes it, and its type, also of those without a value."""

    kinds: Mapping[str, str]
    samples: tuple[tuple[str, Mapping[str, str], float], ...]

    def total(self, name: str, **labels: str) -> float:
        """The sum of what has that name and bears these labels; 0 where nothing does."""
        return sum(value for sample, has, value in self.samples if sample == name and labels.items() <= has.items())

    def labels(self, name: str, label: str) -> set[str]:
        """The values of one label."""
        return {has[label] for sample, has, _ in self.samples if sample == name}


def scrape(address: str) -> Scraped:
    """Asks the process at `host:port`. Raises OSError where nobody answers."""
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=30) as answer:
        text = answer.read().decode()
    families = list(text_string_to_metric_families(text))
    kinds = {family.name + ("_total" if family.type == "counter" else ""): family.type for family in families}
    samples = tuple((one.name, one.labels, one.value) for family in families for one in family.samples)
    return Scraped({name: kind for name, kind in kinds.items() if not name.endswith("_created")}, samples)


def in_code() -> dict[str, tuple[str, set[str]]]:
    """Every metric of `linkage.metrics` by the name that queries use: type, labels."""
    found = {}
    for one in vars(metrics).values():
        if not isinstance(one, Counter | Gauge | Histogram):
            continue
        (described,) = one.describe()
        suffix = "_total" if described.type == "counter" else ""
        found[described.name + suffix] = (described.type, set(one._labelnames))
    return found
