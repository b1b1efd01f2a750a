"""Words of the plan between two cities for its specs: the events of a story, and the commands given in it."""

from __future__ import annotations

from hashlib import sha256

from linkage import v1
from linkage.domain.joint_work import peer_plan
from linkage.testing import Spec

JW = "512000-JW-3"
ZIYANG, NEIJIANG = "512000", "511000"

spec = Spec(peer_plan.AGGREGATE, by=ZIYANG, at="2023-10-12")


def plan(venue: str = "资阳") -> v1.JointPlan:
    return v1.JointPlan(topic="基础设施建设", kind=v1.JOINT_WORK_KIND_CONSULTATION, main_venue=venue)


def digest_of(text: v1.JointPlan) -> str:
    return sha256(text.SerializeToString()).hexdigest()


HERE, THERE = plan("资阳"), plan("内江")
EVERYTHING = (v1.PLAN_ASPECT_TOPIC, v1.PLAN_ASPECT_KIND, v1.PLAN_ASPECT_VENUE)
VENUE = (v1.PLAN_ASPECT_VENUE,)


def revised(
    text: v1.JointPlan,
    revision: int = 1,
    changed: tuple[v1.PlanAspect.ValueType, ...] = EVERYTHING,
    *,
    peer: str = NEIJIANG,
) -> v1.JointPlanRevised:
    return v1.JointPlanRevised(
        joint_work_id=JW,
        revision=revision,
        plan=text,
        changed=changed,
        material=True,
        digest=digest_of(text),
        peer=peer,
    )


def received(text: v1.JointPlan, revision: int = 1) -> v1.PeerRevisionReceived:
    return v1.PeerRevisionReceived(joint_work_id=JW, peer=NEIJIANG, revised=revised(text, revision, peer=ZIYANG))


def endorsed(text: v1.JointPlan, revision: int = 1) -> v1.JointPlanEndorsed:
    return v1.JointPlanEndorsed(joint_work_id=JW, revision=revision, digest=digest_of(text), peer=NEIJIANG)


def endorsed_by_peer(text: v1.JointPlan, revision: int = 1) -> v1.PeerEndorsementReceived:
    return v1.PeerEndorsementReceived(joint_work_id=JW, peer=NEIJIANG, revision=revision, digest=digest_of(text))


def agreed(text: v1.JointPlan, revision: int = 1) -> v1.JointPlanAgreed:
    return v1.JointPlanAgreed(joint_work_id=JW, revision=revision, digest=digest_of(text))


def not_endorsed(text: v1.JointPlan) -> v1.JointPlanEndorsementRefused:
    return v1.JointPlanEndorsementRefused(
        joint_work_id=JW, digest=digest_of(text), reason="Too far to travel.", revision=1, peer=NEIJIANG
    )


def revise(text: v1.JointPlan, *, current: int = 0, peer: str = NEIJIANG, work: str = JW) -> v1.RevisePeerPlanRequest:
    return v1.RevisePeerPlanRequest(joint_work_id=work, peer=peer, current_revision=current, plan=text)


def endorse(text: v1.JointPlan) -> v1.EndorsePeerPlanRequest:
    return v1.EndorsePeerPlanRequest(joint_work_id=JW, digest=digest_of(text))


def refuse(text: v1.JointPlan, reason: str = "Too far to travel.") -> v1.RefusePeerPlanEndorsementRequest:
    return v1.RefusePeerPlanEndorsementRequest(joint_work_id=JW, digest=digest_of(text), reason=reason)


def hear_revision(
    text: v1.JointPlan, revision: int = 1, *, peer: str = NEIJIANG, work: str = JW
) -> v1.ReceivePeerRevisionRequest:
    return v1.ReceivePeerRevisionRequest(joint_work_id=work, peer=peer, revised=revised(text, revision, peer=ZIYANG))


def hear_endorsement(
    text: v1.JointPlan, revision: int = 1, *, peer: str = NEIJIANG
) -> v1.ReceivePeerEndorsementRequest:
    return v1.ReceivePeerEndorsementRequest(joint_work_id=JW, peer=peer, revision=revision, digest=digest_of(text))


def hear_refusal(
    text: v1.JointPlan, *, reason: str = "Too far to travel.", peer: str = NEIJIANG
) -> v1.ReceivePeerRefusalRequest:
    return v1.ReceivePeerRefusalRequest(joint_work_id=JW, peer=peer, revision=1, digest=digest_of(text), reason=reason)


def refused_by_peer(text: v1.JointPlan, *, reason: str = "Too far to travel.") -> v1.PeerEndorsementRefusalReceived:
    return v1.PeerEndorsementRefusalReceived(
        joint_work_id=JW, peer=NEIJIANG, revision=1, digest=digest_of(text), reason=reason
    )
