"""Whatever is called off, moved or withdrawn, and however late each hears of it, the records agree in the end.

Domain paper §4.1 (cancel, postpone, withdrawal; a tier offline; out of order).
"""

from __future__ import annotations

from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage import v1
from linkage.domain.joint_work import joint_work, participation
from linkage.domain.remote_consultation import remote_session, sub_venue
from linkage.testing import stamp
from tests.domain.world import World

CITY, ANYUE, YANJIANG = "512000", "512021", "512002"
JW, S = "512000-JW-1", "512000-RS-1"
SCHEDULE = v1.ScheduleRemoteSessionRequest(
    session_id=S, joint_work_id=JW, topic="老旧小区改造提升", scheduled_at=stamp("2023-05-11 09:00")
)
INVITATIONS = tuple(
    v1.IssueInvitationRequest(joint_work_id=JW, participant=body, role="joins") for body in (ANYUE, YANJIANG)
)
PROPOSALS = tuple(v1.ProposeSubVenueRequest(session_id=S, host=body) for body in (ANYUE, YANJIANG))
ACCEPT = v1.AcceptInvitationRequest(joint_work_id=JW, revision=1)
CONFIRM = v1.ConfirmSubVenueRequest(session_id=S, place="县政协二楼")
BY_CITY: tuple[Message, ...] = (
    *INVITATIONS,
    *PROPOSALS,
    *(
        v1.RescheduleRemoteSessionRequest(session_id=S, scheduled_at=stamp(f"2023-05-{day} 09:00"), reason="会期冲突")
        for day in (18, 25)
    ),
    v1.OpenRemoteSessionRequest(session_id=S, host=v1.POST_CHAIR),
    v1.CancelRemoteSessionRequest(session_id=S, reason="设备检修"),
    v1.CancelJointWorkRequest(joint_work_id=JW, reason="年度计划调整"),
)
BY_COUNTY: tuple[Message, ...] = (
    ACCEPT,
    CONFIRM,
    v1.DeclineSubVenueRequest(session_id=S),
    v1.WithdrawSubVenueRequest(session_id=S, reason="会议室维修"),
    v1.ConnectVenueRequest(session_id=S),
    v1.DisconnectVenueRequest(session_id=S),
    v1.FileSubVenueMinutesRequest(session_id=S, document="纪要3号"),
    v1.WithdrawParticipationRequest(joint_work_id=JW, reason="防汛"),
)
STEPS = {CITY: BY_CITY, ANYUE: BY_COUNTY, YANJIANG: BY_COUNTY}
HOSTING = (sub_venue.Status.CONFIRMED, sub_venue.Status.TESTED)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_whoever_hears_late_hosts_nothing_in_the_end_that_was_called_off_and_nothing_on_a_date_that_passed(
    data: st.DataObject,
) -> None:
    world = World()
    propose = v1.ProposeJointWorkRequest(joint_work_id=JW, mode=v1.LINKAGE_MODE_STANDALONE)
    propose.direction = v1.LINKAGE_DIRECTION_VERTICAL
    propose.plan.CopyFrom(v1.JointPlan(topic="老旧小区改造提升", kind=v1.JOINT_WORK_KIND_CONSULTATION))
    world.told(CITY, propose, *INVITATIONS, SCHEDULE, *PROPOSALS)
    for body in (ANYUE, YANJIANG):
        world.told(body, ACCEPT, CONFIRM)
    for _ in range(data.draw(st.integers(3, 20))):
        waiting = world.on_its_way()
        by = data.draw(st.sampled_from((ANYUE, YANJIANG, CITY)))
        moves = [command for command in STEPS[by] if world.brings(by, command)]
        if waiting and (not moves or data.draw(st.booleans())):
            world.arrives(data.draw(st.sampled_from(waiting)))
        elif moves:
            world.wish(by, data.draw(st.sampled_from(moves)))
    while waiting := world.on_its_way():
        world.arrives(data.draw(st.sampled_from(waiting)))

    work = world.state(f"{CITY}/joint-work/{JW}")
    session = world.state(f"{CITY}/remote-session/{S}")
    if work.stage is joint_work.Stage.CANCELLED:
        assert session.status is not remote_session.Status.SCHEDULED
    for body in (ANYUE, YANJIANG):
        venue = world.state(f"{body}/sub-venue/{S}")
        part = world.state(f"{body}/participation/{JW}")
        if session.status is remote_session.Status.CANCELLED:
            assert venue.status not in (sub_venue.Status.PROPOSED, *HOSTING, sub_venue.Status.CONNECTED)
        if part.status is participation.Status.WITHDRAWN:
            assert venue.status not in HOSTING
        if venue.status in HOSTING:
            assert venue.proposal.scheduled_at == session.scheduled_at
        if work.stage is joint_work.Stage.CANCELLED and part.status is participation.Status.ACCEPTED:
            raise AssertionError("called off, and not released")
