"""A finding that was handed to the body leading its project is noted there. Domain paper §4(c).

One that a township hands to its county is the county's to check: the county records its own finding on it.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkage import v1
from linkage.domain.identifier import opener
from linkage.domain.reaction import Happening, Order, Reaction

__all__ = ["REACTION"]


def _submission(happening: Happening) -> Iterator[Order]:
    event: v1.ContributionSubmitted = happening.event
    if happening.kind == "supervision-finding" and event.to == opener(event.project_id):
        yield Order(
            event.to,
            v1.NoteFindingRequest(
                project_id=event.project_id, finding_id=event.contribution_id, organisation=happening.organisation
            ),
        )


REACTION = Reaction(name="findings", on={v1.ContributionSubmitted: _submission})
