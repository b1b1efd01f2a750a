"""`docs/contract.md`: who may do what, what is recorded and refused, and which topic carries it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from docs.derived.source import Contract, Method, Service

__all__ = ["authority_page"]

_CODE = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")

_HEAD = """\
# The contract

*Derived from `protos/linkage/v1` by `make docs`; do not edit.*

Who may call a method is an option on the rpc, and which topic an aggregate's events go to is an option of its file:
the server, the topics and this page are all read from there. Every status and reason is explained in
[errors.md](errors.md), every header in [evidence.md](evidence.md). Sources such as `002.19` cite the article that a
rule rests on.
"""


def authority_page(contract: Contract) -> str:
    """The page's whole text."""
    return "\n".join([_HEAD, *_topics(contract), "", *_kinds(contract), *_services(contract.services)]) + "\n"


def _topics(contract: Contract) -> Iterator[str]:
    yield "## Topics"
    yield ""
    yield (
        "`linkage.<tier>.<family>`: the tier that recorded the event, the family of its aggregate. The record's key is "
        "the stream's partition key, so one partition has all of one joint work."
    )
    yield ""
    yield "| family | streams | municipal | county | township |"
    yield "|---|---|---|---|---|"
    families = sorted({aggregate.family for aggregate in contract.aggregates})
    for family in families:
        kinds = ", ".join(f"`{one.kind}`" for one in contract.aggregates if one.family == family)
        names = " | ".join(f"`linkage.{tier}.{family}`" for tier in ("municipal", "county", "township"))
        yield f"| {family} | {kinds} | {names} |"
    yield ""
    yield "`linkage.relay-cursors`, compacted, holds up to where each relay has published."


def _kinds(contract: Contract) -> Iterator[str]:
    yield "## Streams"
    yield ""
    yield "A stream is named `<organisation>/<kind>/<id>` and has one writer: that organisation."
    yield ""
    yield "| kind | id | partition key | data | decided through |"
    yield "|---|---|---|---|---|"
    services = {service.aggregate.kind: service.name for service in contract.services if service.aggregate}
    for one in contract.aggregates:
        decided = f"[{services[one.kind]}](#{services[one.kind].lower()})" if one.kind in services else "reactions only"
        yield f"| `{one.kind}` | `{one.id_field}` | `{one.key_field}` | {one.data_class} | {decided} |"


def _services(services: tuple[Service, ...]) -> Iterator[str]:
    for service in services:
        yield ""
        yield f"## {service.name}"
        yield ""
        yield f"{service.says} (`{service.file}`)"
        yield ""
        if all(method.is_query for method in service.methods):
            yield "| method | who | answers | fails with | "
            yield "|---|---|---|---|"
            for method in service.methods:
                yield f"| `{method.name}` | {_who(method)} | {_cell(method.does)} | {_codes(method.refuses)} |"
            continue
        yield "| method | tiers | posts | does | records | refuses | source |"
        yield "|---|---|---|---|---|---|---|"
        for method in service.methods:
            records = ", ".join(f"`{name}`" for name in method.records) or "–"
            posts = ", ".join(method.posts) or "every post"
            yield (
                f"| `{method.name}` | {_who(method)} | {posts} | {_cell(method.does)} | {records} "
                f"| {_codes(method.refuses)} | {_cell(method.source)} |"
            )


def _who(method: Method) -> str:
    return ", ".join(method.tiers) or "every body"


def _codes(text: str) -> str:
    return _CODE.sub(r"`\g<0>`", _cell(text)) or "–"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
