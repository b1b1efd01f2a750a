"""The way back: by which bodies word reaches those a matter came from. Domain paper §4(d); 002.22.

An identifier begins with the code of the body that gave it, and the directory says what stands above what: the next
body on the way is known from these alone, so no tier can be skipped and no citizen need be named. Whoever has another
code since, perhaps under another city, is reached where it is today (§4.1).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from linkage import v1
from linkage.domain.directory import Directory
from linkage.domain.identifier import opener

__all__ = ["hops", "merged", "next_body", "strangers"]


def next_body(directory: Directory, by: str, to: str) -> str:
    """The body that `by` tells so that `to` hears of it: the one right below, or a peer; `by` itself where `to` is it;
    '' where no way leads there."""
    to = directory.today(to)
    while to and to != by:
        body = directory.get(to)
        if body is None:
            return ""
        if body.above == by or directory.peers(by, to):
            return to
        to = body.above
    return to


def hops(directory: Directory, by: str, proposers: v1.Proposers) -> Mapping[str, v1.Proposers]:
    """Whom `by` must tell, each with those that are reached by it. Never empty: the body's own people at least.

    A township's citizens are told one by one, in their own opinions; where there are any, its own record needs no
    word of its own besides. A topic that was opened from another body's has no people of its own: the other one has.
    """
    found: dict[str, v1.Proposers] = {}
    own_citizens = False
    for topic in (topic for topic in proposers.topic_ids if not _opened_from_another(directory, topic)):
        found.setdefault(_towards(directory, by, opener(topic)), v1.Proposers()).topic_ids.append(topic)
    for venue in proposers.venues:
        found.setdefault(_towards(directory, by, venue), v1.Proposers()).venues.append(venue)
    for opinion in proposers.opinion_ids:
        own_citizens = own_citizens or opener(opinion) == by
        found.setdefault(_towards(directory, by, opener(opinion)), v1.Proposers()).opinion_ids.append(opinion)
    if own_citizens:
        del found[by]
        return found
    return found or {by: v1.Proposers()}


def _opened_from_another(directory: Directory, topic: str) -> bool:
    """Each body that a topic is passed to puts its own code before the id (`linkage.domain.identifier.derived`)."""
    _, _, rest = topic.partition("-")
    return "-" in rest and directory.today(opener(rest)) in directory


def _towards(directory: Directory, by: str, to: str) -> str:
    return next_body(directory, by, to) or by


def strangers(directory: Directory, by: str, proposers: v1.Proposers) -> list[str]:
    """Those among them to whom no way leads from `by`: not its own, not of a body below, not of a peer."""
    named = ((one, opener(one)) for one in (*proposers.topic_ids, *proposers.opinion_ids))
    venues = ((venue, venue) for venue in proposers.venues)
    return [one for one, body in (*named, *venues) if not next_body(directory, by, body)]


def merged(known: v1.Proposers, more: v1.Proposers) -> v1.Proposers:
    """Both together, each once, in the order they became known."""
    return v1.Proposers(
        topic_ids=_once((*known.topic_ids, *more.topic_ids)),
        opinion_ids=_once((*known.opinion_ids, *more.opinion_ids)),
        venues=_once((*known.venues, *more.venues)),
    )


def _once(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))
