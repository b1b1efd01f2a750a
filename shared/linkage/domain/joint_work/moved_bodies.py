"""Bodies of joint work that moved to another city: it goes on between the two cities, or is closed. Domain paper §4.1.

Part of joint work. Nothing follows from the move alone: the initiator says so in a revision of its plan, and the
directory must know of the move. What the body has recorded under its former code stays under it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from linkage import v1
from linkage.domain.decision import Decision, Occasion, recorded, refused
from linkage.domain.joint_work.invitee import Invitee, Standing

__all__ = ["evolve", "to"]


def evolve(invited: Mapping[str, Invitee], event: v1.JointPlanRevised) -> Mapping[str, Invitee]:
    """The invited bodies after the revision: who moved takes part no longer under its former code."""
    gone = {code: replace(invited[code], standing=Standing.MOVED) for code in event.moved if code in invited}
    return {**invited, **gone}


def to(city: str, revised: v1.JointPlanRevised, occasion: Occasion) -> Decision:
    """The revision that makes the work one of two cities, for bodies of it that moved to the other one."""
    moved = [code for code in revised.participants if occasion.directory.moved_to(code) == city]
    if not moved or not occasion.directory.peers(occasion.by.code, city):
        message = "Work becomes one of two cities where a body that takes part has moved to the other."
        return refused("NOBODY_MOVED", message, cite="domain paper §4.1", peer=city)
    for code in moved:
        revised.participants.remove(code)
    revised.moved.extend(moved)
    revised.changed.append(v1.PLAN_ASPECT_DIRECTION)
    revised.peer, revised.material = city, True
    return recorded(revised)
