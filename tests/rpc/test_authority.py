"""Who may call: a valid token of a trusted issuer, a body hosted here, of the right tier and post."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import grpc
import jwt
import pytest

from linkage import v1
from linkage.client import Office, Refused
from linkage.rpc.minting import Mint
from tests.rpc.conftest import Site

pytestmark = pytest.mark.usefixtures("nothing_stored")


@pytest.fixture
async def nothing_stored(site: Site) -> AsyncIterator[None]:
    yield
    assert await site.stored() == 0


def proposal() -> v1.ProposeJointWorkRequest:
    return v1.ProposeJointWorkRequest(
        joint_work_id="512021-JW-1",
        mode=v1.LINKAGE_MODE_STANDALONE,
        direction=v1.LINKAGE_DIRECTION_VERTICAL,
        plan=v1.JointPlan(topic="老旧小区改造提升", kind=v1.JOINT_WORK_KIND_CONSULTATION),
    )


async def refusal(office: Office, request: object) -> Refused:
    with pytest.raises(Refused) as caught:
        await office(request)
    return caught.value


async def test_a_call_without_a_token_is_refused(site: Site) -> None:
    async with grpc.aio.insecure_channel(site.address) as channel:
        path = "/linkage.v1.JointWorkService/ProposeJointWork"
        call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(path)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call(proposal().SerializeToString())
    assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED


@pytest.mark.parametrize("token", ["", "not-a-token", "a.b.c", "e30.e30."])
async def test_what_is_no_token_is_refused(site: Site, token: str) -> None:
    refused = await refusal(site.holding(token), proposal())
    assert (refused.code, refused.reason) in [
        (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_INVALID"),
        (grpc.StatusCode.UNAUTHENTICATED, "ISSUER_UNKNOWN"),
    ]


async def test_an_expired_token_is_refused(site: Site) -> None:
    token = site.mint.token("512021", v1.POST_CPPCC_OFFICE, lifetime=timedelta(seconds=-1))
    refused = await refusal(site.holding(token), proposal())
    assert (refused.code, refused.reason) == (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_EXPIRED")


async def test_a_token_of_another_issuer_is_refused(site: Site) -> None:
    stranger = Mint.create("https://stranger.example")
    refused = await refusal(site.holding(stranger.token("512021", v1.POST_CPPCC_OFFICE)), proposal())
    assert (refused.code, refused.reason) == (grpc.StatusCode.UNAUTHENTICATED, "ISSUER_UNKNOWN")


async def test_a_token_that_only_claims_a_trusted_issuer_is_refused(site: Site) -> None:
    forger = Mint.create(site.mint.issuer)
    refused = await refusal(site.holding(forger.token("512021", v1.POST_CPPCC_OFFICE)), proposal())
    assert (refused.code, refused.reason) == (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_INVALID")


async def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(site: Site) -> None:
    claims = {"iss": site.mint.issuer, "aud": "linkage", "exp": 4102444800, "organisation": "512021"}
    claims["post"] = "POST_CPPCC_OFFICE"
    forged = jwt.encode(claims, site.mint.jwk()["x"], algorithm="HS256", headers={"kid": site.mint.key_id})
    refused = await refusal(site.holding(forged), proposal())
    assert (refused.code, refused.reason) == (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_INVALID")


async def test_a_token_for_another_audience_is_refused(site: Site) -> None:
    token = site.mint.token("512021", v1.POST_CPPCC_OFFICE, aud="another-system")
    refused = await refusal(site.holding(token), proposal())
    assert (refused.code, refused.reason) == (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_INVALID")


@pytest.mark.parametrize("post", ["POST_REACTION", "POST_UNSPECIFIED", "POST_EMPEROR"])
async def test_no_token_speaks_for_the_service_itself_or_an_unknown_post(site: Site, post: str) -> None:
    refused = await refusal(site.holding(site.mint.token("512021", v1.POST_CHAIR, post=post)), proposal())
    assert (refused.code, refused.reason) == (grpc.StatusCode.UNAUTHENTICATED, "POST_UNKNOWN")


async def test_a_body_that_is_not_hosted_here_cannot_write_here(site: Site) -> None:
    refused = await refusal(site.office("512002"), v1.AcceptInvitationRequest(joint_work_id="512000-JW-1", revision=1))
    assert (refused.code, refused.reason) == (grpc.StatusCode.PERMISSION_DENIED, "ORGANISATION_NOT_HOSTED")
    assert refused.detail == {"organisation": "512002"}


async def test_a_body_nobody_knows_is_refused(site: Site) -> None:
    refused = await refusal(site.office("999999"), proposal())
    assert (refused.code, refused.reason) == (grpc.StatusCode.PERMISSION_DENIED, "ORGANISATION_UNKNOWN")


async def test_a_township_issues_no_opinion(site: Site) -> None:
    township = site.office("512021110", v1.POST_TOWNSHIP_LIAISON_OFFICER)
    refused = await refusal(township, v1.IssueOpinionRequest(opinion_id="512021110-OP-1"))
    assert (refused.code, refused.reason) == (grpc.StatusCode.PERMISSION_DENIED, "TIER_NOT_AUTHORISED")


async def test_a_tier_hears_what_it_may_not_decide_wherever_it_asks(site: Site) -> None:
    township = site.office("512021110", v1.POST_TOWNSHIP_LIAISON_OFFICER)
    refused = await refusal(township, v1.PlanSupervisionRequest(project_id="512021110-SUP-1", topic="生态环境建设"))
    assert (refused.code, refused.reason) == (grpc.StatusCode.PERMISSION_DENIED, "TIER_NOT_AUTHORISED")


async def test_a_post_without_authority_is_refused(site: Site) -> None:
    refused = await refusal(site.office(post=v1.POST_GOVERNMENT_OFFICE), proposal())
    assert (refused.code, refused.reason) == (grpc.StatusCode.PERMISSION_DENIED, "POST_NOT_AUTHORISED")
    assert refused.detail["post"] == "POST_GOVERNMENT_OFFICE"
