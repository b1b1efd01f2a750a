"""One request, seen in one trace from the office that made it to the read models, by OpenTelemetry's own protocol."""

from __future__ import annotations

import asyncio
import json
from secrets import token_hex

import pytest

from deploy.local.parts import WORKER
from deploy.local.site import Site
from linkage import traces, v1
from linkage.client import Refused
from linkage.store import Store, StoredEvent
from tests.monitoring.receiver import Receiver, Span
from tests.system.commands import Commands, plan
from tests.system.moments import eventually

ACCEPT = "linkage.v1.ParticipationService.AcceptInvitation"


async def test_one_trace_leads_from_the_office_through_the_other_tiers_record_to_the_read_models(
    site: Site, stream: Commands, spans: Receiver
) -> None:
    work = await _invited(site, stream)
    trace, caller = token_hex(16), token_hex(8)
    await _accept(stream, work, f"00-{trace}-{caller}-01")
    noted = f"512000/joint-work/{work}"

    def found(name: str, parent: str, **attributes: str) -> Span | None:
        return next(
            (
                span
                for span in spans.spans(trace)
                if span.name == name and span.parent_id == parent and attributes.items() <= span.attributes.items()
            ),
            None,
        )

    def whole() -> bool:
        command = found(ACCEPT, caller)
        if command is None:
            return False
        accepted = f"512021/participation/{work}"
        reaction = next((span for span in spans.spans(trace) if span.service == "municipal" and _reacts(span)), None)
        return (
            reaction is not None
            and reaction.parent_id == command.span_id
            and all(
                found(name, parent, **attributes) is not None
                for name, parent, attributes in (
                    ("append", command.span_id, {"stream": accepted}),
                    ("publish", command.span_id, {}),
                    ("project", command.span_id, {}),
                    ("append", reaction.span_id, {"stream": noted}),
                    ("publish", reaction.span_id, {}),
                    ("project", reaction.span_id, {}),
                )
            )
        )

    await eventually(whole)
    assert {span.service for span in spans.spans(trace)} >= {"county", "municipal", "projections"}
    for process, events in (
        ("county", {"answered", "published"}),
        ("municipal", {"answered", "published"}),
        (WORKER, {"projected"}),
    ):
        # The defaults keep this round's values; what they make of the type is more than mypy infers.
        await eventually(lambda process=process, events=events: events <= _told(site, process, trace))  # type: ignore[misc]


async def test_a_refusal_is_in_its_callers_trace_with_its_reason_and_in_the_log(
    site: Site, stream: Commands, spans: Receiver
) -> None:
    trace = token_hex(16)
    with pytest.raises(Refused):
        await _accept(stream, "512000-JW-none", f"00-{trace}-{token_hex(8)}-01")
    await eventually(lambda: bool(spans.spans(trace)))
    (span,) = spans.spans(trace)
    assert span.attributes["linkage.reason"] == "INVITATION_NOT_OPEN"
    assert span.attributes["rpc.grpc.status"] == "FAILED_PRECONDITION"
    assert "refused" in _told(site, "county", trace)


async def test_a_caller_that_records_no_spans_gets_none_and_still_finds_its_trace_in_the_logs(
    site: Site, stream: Commands, spans: Receiver
) -> None:
    work = await _invited(site, stream)
    quiet, heard = token_hex(16), token_hex(16)
    await _accept(stream, work, f"00-{quiet}-{token_hex(8)}-00")
    another = await _invited(site, stream)
    await _accept(stream, another, f"00-{heard}-{token_hex(8)}-01")
    await eventually(lambda: "project" in {span.name for span in spans.spans(heard)})
    assert spans.spans(quiet) == []
    assert "answered" in _told(site, "county", quiet)
    (event,) = await _recorded(site, "county", f"512021/participation/{work}", v1.InvitationAccepted)
    assert event.metadata.traceparent[3:35] == quiet
    assert event.metadata.traceparent.endswith("-00")


async def test_without_a_place_to_send_to_nothing_is_sent_and_the_callers_context_is_passed_on_as_it_was(
    site: Site, stream: Commands, spans: Receiver
) -> None:
    silent = site.replicate("county", {"OTEL_EXPORTER_OTLP_ENDPOINT": ""})
    await asyncio.to_thread(site.dismiss, "county")
    await asyncio.to_thread(site.start, silent)
    stream.replicas["county"] = (silent,)
    work = await _invited(site, stream)
    trace = token_hex(16)
    context = f"00-{trace}-{token_hex(8)}-01"
    await _accept(stream, work, context)
    (event,) = await _recorded(site, "county", f"512021/participation/{work}", v1.InvitationAccepted)
    assert event.metadata.traceparent == context
    await eventually(lambda: any(_reacts(span) for span in spans.spans(trace)))
    assert "county" not in {span.service for span in spans.spans(trace)}
    assert "answered" in _told(site, silent, trace)


@pytest.mark.parametrize(
    "context",
    [
        "",
        "x",
        "00-" + "0" * 32 + "-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-" + "0" * 16 + "-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01; 13800000000",
    ],
)
def test_what_is_no_trace_context_is_passed_on_nowhere(context: str) -> None:
    assert traces.accepted(context) == ""


def _reacts(span: Span) -> bool:
    return "event" in span.attributes and span.name not in ("publish", "project")


async def _invited(site: Site, stream: Commands) -> str:
    """A joint work of the city's to which the county 512021 is invited, and knows."""
    work = stream.new_id("512000", "JW")
    proposed = v1.ProposeJointWorkRequest(
        joint_work_id=work,
        mode=v1.LINKAGE_MODE_STANDALONE,
        direction=v1.LINKAGE_DIRECTION_VERTICAL,
        plan=plan("2026-12-01"),
    )
    await stream.give("512000", proposed)
    await stream.give("512000", v1.IssueInvitationRequest(joint_work_id=work, participant="512021", role="参加协商"))

    async def heard() -> bool:
        return bool(await _recorded(site, "county", f"512021/participation/{work}", v1.InvitationReceived))

    await eventually(heard)
    return work


async def _accept(stream: Commands, work: str, traceparent: str) -> None:
    await stream.office("512021")(v1.AcceptInvitationRequest(joint_work_id=work, revision=1), traceparent=traceparent)


def _told(site: Site, process: str, trace: str) -> set[str]:
    """What the process has logged under a trace."""
    lines = (json.loads(line) for line in site.log(process).read_text().splitlines() if trace in line)
    return {line["event"] for line in lines if line["trace_id"] == trace}


async def _recorded(site: Site, tier: str, stream: str, message: type[object]) -> list[StoredEvent]:
    async with Store.open(site.plan.dsns[tier]) as store:
        return [event for event in await store.load(stream) if event.type.endswith(f".{message.__name__}")]
