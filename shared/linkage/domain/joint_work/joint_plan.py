"""The joint plan (双方商定方案): its digest, and which changes oblige to reconfirm. 002.11; domain paper §4.1."""

from __future__ import annotations

from hashlib import sha256
from typing import TypeAlias

from linkage import v1

__all__ = ["Aspect", "changes", "digest", "is_material", "next_revision"]

Aspect: TypeAlias = v1.PlanAspect.ValueType


def digest(plan: v1.JointPlan) -> str:
    """SHA-256 of the plan's protobuf bytes, in lower-case hexadecimal.

    The bytes are those every implementation writes for this message: fields in ascending order of their numbers, unset
    ones left out, no maps in it. `protoc --encode=linkage.v1.JointPlan` and `sha256sum` are enough to compute it again.
    """
    return sha256(plan.SerializeToString(deterministic=True)).hexdigest()


def changes(old: v1.JointPlan, new: v1.JointPlan) -> tuple[Aspect, ...]:
    """What differs between two plans, in the order of the contract. In what order roles are listed means nothing."""
    differs = {
        v1.PLAN_ASPECT_TOPIC: old.topic != new.topic,
        v1.PLAN_ASPECT_TIME: old.held_at != new.held_at,
        v1.PLAN_ASPECT_KIND: old.kind != new.kind,
        v1.PLAN_ASPECT_ROLE: _roles(old) != _roles(new),
        v1.PLAN_ASPECT_VENUE: old.main_venue != new.main_venue,
        v1.PLAN_ASPECT_ARRANGEMENTS: old.arrangements != new.arrangements,
        v1.PLAN_ASPECT_GUIDANCE: old.guiding_body != new.guiding_body,
    }
    return tuple(aspect for aspect, differing in differs.items() if differing)


def is_material(changed: tuple[Aspect, ...]) -> bool:
    """Topic, time, kind, role and venue are what a body agreed to; arrangements and guidance oblige nobody."""
    return any(aspect not in (v1.PLAN_ASPECT_ARRANGEMENTS, v1.PLAN_ASPECT_GUIDANCE) for aspect in changed)


def next_revision(joint_work_id: str, number: int, old: v1.JointPlan, new: v1.JointPlan) -> v1.JointPlanRevised:
    """The revision of that number, with what it changes; whom it concerns is its writer's to say."""
    changed = changes(old, new)
    return v1.JointPlanRevised(
        joint_work_id=joint_work_id,
        revision=number,
        plan=new,
        changed=changed,
        material=is_material(changed),
        digest=digest(new),
    )


def _roles(plan: v1.JointPlan) -> list[tuple[str, str]]:
    return sorted((role.organisation, role.role) for role in plan.roles)
