"""Linked work that a body below suggests. Rules: domain paper §3.5, §4(a) "From a county"; 001(39), 002.4."""

from __future__ import annotations

import pytest

from linkage import v1
from linkage.domain.joint_work import joint_work, linkage_suggestion
from linkage.testing import Spec
from tests.domain.world import World

CITY, ANYUE, YANJIANG, SHIYANG = "512000", "512021", "512002", "512021110"
SU, JW = f"{ANYUE}-SU-1", f"{CITY}-JW-1"

below = Spec(linkage_suggestion.AGGREGATE, by=ANYUE, at="2023-02-06")
above = Spec(linkage_suggestion.AGGREGATE, by=CITY, at="2023-02-13")
work = Spec(joint_work.AGGREGATE, by=CITY, at="2023-03-06")


def suggest(to: str = CITY, *, topic: str = "生态环境建设", id: str = SU) -> v1.SuggestLinkageRequest:
    return v1.SuggestLinkageRequest(
        suggestion_id=id,
        to=to,
        topic=topic,
        reason="沱江流经三县区",
        wished_kind=v1.JOINT_WORK_KIND_RESEARCH,
    )


def suggested(to: str = CITY) -> v1.LinkageSuggested:
    return v1.LinkageSuggested(
        suggestion_id=SU,
        to=to,
        topic="生态环境建设",
        reason="沱江流经三县区",
        wished_kind=v1.JOINT_WORK_KIND_RESEARCH,
    )


def hear(suggester: str = ANYUE) -> v1.ReceiveLinkageSuggestionRequest:
    return v1.ReceiveLinkageSuggestionRequest(suggestion_id=SU, suggester=suggester, suggested=suggested())


def told(
    disposition: v1.SuggestionDisposition.ValueType, *, by: str = CITY, reason: str = "", work: str = ""
) -> v1.NoteSuggestionDispositionRequest:
    return v1.NoteSuggestionDispositionRequest(
        suggestion_id=SU, by=by, disposition=disposition, reason=reason, joint_work_id=work
    )


def propose(suggestion: str = SU, *, work: str = JW) -> v1.ProposeJointWorkRequest:
    plan = v1.JointPlan(topic="生态环境建设", kind=v1.JOINT_WORK_KIND_CONSULTATION)
    command = v1.ProposeJointWorkRequest(joint_work_id=work, suggestion_id=suggestion, plan=plan)
    command.mode, command.direction = v1.LINKAGE_MODE_STANDALONE, v1.LINKAGE_DIRECTION_VERTICAL
    return command


RECEIVED = v1.LinkageSuggestionReceived(suggestion_id=SU, suggester=ANYUE, suggested=suggested())
ACCEPTED = v1.LinkageSuggestionAccepted(suggestion_id=SU, suggester=ANYUE)
DECLINED = v1.LinkageSuggestionDeclined(suggestion_id=SU, suggester=ANYUE, reason="年度计划已满")
TAKEN_UP = v1.LinkageSuggestionTakenUp(suggestion_id=SU, suggester=ANYUE, joint_work_id=JW)
ACCEPT = v1.AcceptLinkageSuggestionRequest(suggestion_id=SU)
DECLINE = v1.DeclineLinkageSuggestionRequest(suggestion_id=SU, reason="年度计划已满")
TAKE_UP = v1.TakeUpLinkageSuggestionRequest(suggestion_id=SU, joint_work_id=JW)


# The body that suggests


def test_a_county_suggests_linked_work_to_its_city_and_says_why() -> None:
    below.given().when(suggest()).then(suggested())


def test_suggesting_the_same_twice_changes_nothing_and_one_identifier_names_one_suggestion() -> None:
    below.given(suggested()).when(suggest()).then()
    below.given(suggested()).when(suggest(topic="文明城市创建")).refused("SUGGESTION_EXISTS")


@pytest.mark.parametrize(
    ("by", "to"), [(ANYUE, YANJIANG), (ANYUE, SHIYANG), (ANYUE, "511000"), (SHIYANG, CITY), (SHIYANG, YANJIANG)]
)
def test_a_suggestion_goes_to_the_body_right_above_and_nowhere_else(by: str, to: str) -> None:
    below.given().when(suggest(to), by=by).refused("ADDRESSEE_NOT_ELIGIBLE", to=to)


def test_a_township_suggests_to_its_county() -> None:
    below.given().when(suggest(ANYUE), by=SHIYANG).then(suggested(ANYUE))


def test_who_suggested_hears_once_what_became_of_it() -> None:
    declined = told(v1.SUGGESTION_DISPOSITION_DECLINED, reason="年度计划已满")
    noted = v1.LinkageSuggestionDispositionNoted(
        suggestion_id=SU, by=CITY, disposition=v1.SUGGESTION_DISPOSITION_DECLINED, reason="年度计划已满"
    )
    below.given(suggested()).when(declined).then(noted)
    below.given(suggested(), noted).when(declined).then()


def test_nobody_but_the_body_that_was_asked_tells_what_became_of_it() -> None:
    foreign = told(v1.SUGGESTION_DISPOSITION_ACCEPTED, by="511000")
    below.given(suggested()).when(foreign).refused("SUGGESTION_UNKNOWN")


def test_word_of_a_suggestion_that_was_never_made_changes_nothing() -> None:
    below.given().when(told(v1.SUGGESTION_DISPOSITION_TAKEN_UP, work=JW)).then()


# The body that answers


def test_a_suggestion_is_taken_in_once() -> None:
    above.given().when(hear()).then(RECEIVED)
    above.given(RECEIVED, ACCEPTED).when(hear()).then()


def test_a_suggestion_comes_from_the_body_below_that_made_it() -> None:
    above.given().when(hear(YANJIANG)).refused("SUGGESTER_MISMATCH", suggester=YANJIANG)
    above.given().when(hear(), by="511000").refused("SUGGESTER_MISMATCH", suggester=ANYUE)


def test_a_suggestion_is_accepted_or_declined_with_a_reason_once() -> None:
    above.given(RECEIVED).when(ACCEPT).then(ACCEPTED)
    above.given(RECEIVED).when(DECLINE).then(DECLINED)
    above.given(RECEIVED, ACCEPTED).when(ACCEPT).then()
    above.given(RECEIVED, DECLINED).when(DECLINE).then()
    above.given(RECEIVED, ACCEPTED).when(DECLINE).refused("SUGGESTION_ANSWERED", status="ACCEPTED")
    above.given(RECEIVED, DECLINED).when(ACCEPT).refused("SUGGESTION_ANSWERED", status="DECLINED")


def test_only_what_was_suggested_to_the_body_is_answered_by_it() -> None:
    for answer in (ACCEPT, DECLINE):
        above.given().when(answer).refused("SUGGESTION_UNKNOWN")
        below.given(suggested()).when(answer).refused("SUGGESTION_UNKNOWN")


def test_joint_work_on_an_accepted_suggestion_takes_it_up() -> None:
    above.given(RECEIVED, ACCEPTED).when(TAKE_UP).then(TAKEN_UP)
    above.given(RECEIVED, ACCEPTED, TAKEN_UP).when(TAKE_UP).then()


def test_to_propose_work_on_a_suggestion_is_to_accept_it() -> None:
    above.given(RECEIVED).when(TAKE_UP).then(ACCEPTED, TAKEN_UP)
    above.given(RECEIVED, DECLINED).when(TAKE_UP).then(ACCEPTED, TAKEN_UP)


def test_work_that_overtakes_the_suggestion_has_answered_it_when_it_arrives() -> None:
    above.given().when(TAKE_UP).then(TAKEN_UP)
    above.given(TAKEN_UP).when(hear()).then(RECEIVED, ACCEPTED)


# In joint work


def test_joint_work_names_the_suggestion_it_takes_up_and_who_made_it() -> None:
    proposed = work.given().when(propose()).after.history[-1]
    assert isinstance(proposed, v1.JointWorkProposed)
    assert (proposed.suggestion_id, proposed.suggested_by) == (SU, ANYUE)


@pytest.mark.parametrize("suggestion", ["511000-SU-1", f"{SHIYANG}-SU-1", f"{CITY}-SU-1"])
def test_taken_up_is_the_suggestion_of_a_body_right_below(suggestion: str) -> None:
    work.given().when(propose(suggestion)).refused("SUGGESTION_NOT_ELIGIBLE", suggestion=suggestion)


def test_the_invitation_of_the_body_that_suggested_the_work_says_so_and_no_others() -> None:
    story = work.given().when(propose())
    for body, marked in ((ANYUE, True), (YANJIANG, False)):
        invitation = v1.IssueInvitationRequest(joint_work_id=JW, participant=body, role="joins")
        issued = story.when(invitation).after.history[-1]
        assert isinstance(issued, v1.InvitationIssued)
        assert issued.suggested is marked


# The whole way


def test_a_countys_suggestion_becomes_joint_work_to_which_it_is_invited_and_still_answers() -> None:
    world = World()
    world.told(ANYUE, suggest(), at="2023-02-06")
    world.told(CITY, v1.AcceptLinkageSuggestionRequest(suggestion_id=SU, note="列入三月安排"), at="2023-02-13")
    world.told(CITY, propose(), at="2023-03-06")
    world.told(CITY, v1.IssueInvitationRequest(joint_work_id=JW, participant=ANYUE, role="joins"), at="2023-03-06")

    heard = world.streams[f"{ANYUE}/linkage-suggestion/{SU}"][1:]
    assert heard == [
        v1.LinkageSuggestionDispositionNoted(
            suggestion_id=SU, by=CITY, disposition=v1.SUGGESTION_DISPOSITION_ACCEPTED, reason="列入三月安排"
        ),
        v1.LinkageSuggestionDispositionNoted(
            suggestion_id=SU, by=CITY, disposition=v1.SUGGESTION_DISPOSITION_TAKEN_UP, joint_work_id=JW
        ),
    ]
    assert world.names(f"{ANYUE}/participation/{JW}") == ["InvitationReceived"]
    confirm = v1.ConfirmJointWorkRequest(joint_work_id=JW)
    world.told(ANYUE, v1.AcceptInvitationRequest(joint_work_id=JW, revision=1), at="2023-03-10")
    world.told(CITY, confirm, at="2023-03-11")


def test_a_townships_suggestion_is_declined_by_its_county_and_the_township_hears_why() -> None:
    world, suggestion = World(), f"{SHIYANG}-SU-1"
    world.told(SHIYANG, suggest(ANYUE, id=suggestion), at="2023-02-06")
    world.told(ANYUE, v1.DeclineLinkageSuggestionRequest(suggestion_id=suggestion, reason="先由镇里协商"))
    noted = world.last(f"{SHIYANG}/linkage-suggestion/{suggestion}")
    assert isinstance(noted, v1.LinkageSuggestionDispositionNoted)
    assert (noted.disposition, noted.reason) == (v1.SUGGESTION_DISPOSITION_DECLINED, "先由镇里协商")
    assert not any(stream.startswith(f"{CITY}/") for stream in world.streams)


def test_joint_work_that_names_a_suggestion_nobody_made_reaches_nobody() -> None:
    world = World()
    world.told(CITY, propose(f"{ANYUE}-SU-9"))
    assert set(world.streams) == {f"{CITY}/joint-work/{JW}", f"{CITY}/linkage-suggestion/{ANYUE}-SU-9"}
