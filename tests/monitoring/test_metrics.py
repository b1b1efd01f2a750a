"""Every process tells Prometheus how it is, under the names that the page for operators has."""

from __future__ import annotations

import asyncio
import re
import subprocess
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from prometheus_client import Counter, Gauge, Histogram

from deploy.local.parts import QUERY, TIERS, WORKER
from deploy.local.places import REPOSITORY
from deploy.local.site import Site
from linkage import metrics, v1
from linkage.client import Refused
from tests.monitoring.scraping import Scraped, in_code, scrape
from tests.system.commands import Commands
from tests.system.moments import eventually

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operations" / "metrics.md"
_ROW = re.compile(r"^\| `(linkage_[a-z_]+)` \| (\w+) \|([^|]*)\|", re.MULTILINE)


def test_the_page_names_every_metric_with_its_type_and_labels_and_invents_none() -> None:
    told = {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels in _ROW.findall(PAGE.read_text())}
    assert told == in_code()


def test_every_metric_of_the_code_is_in_its_list() -> None:
    listed = {id(getattr(metrics, name)) for name in metrics.__all__ if name.isupper()}
    assert {id(one) for one in vars(metrics).values() if isinstance(one, Counter | Gauge | Histogram)} == listed


@pytest.mark.parametrize("name", [*TIERS, WORKER, QUERY])
async def test_a_process_answers_with_the_names_of_the_page(site: Site, name: str) -> None:
    scraped = await asyncio.to_thread(scrape, site.metrics(name))
    ours = {metric: kind for metric, kind in scraped.kinds.items() if metric.startswith("linkage_")}
    assert ours == {metric: kind for metric, (kind, _) in in_code().items()}
    await eventually(lambda: _at(site, name).total("linkage_database_answers") == 1)


async def test_they_move_when_commands_flow(site: Site, stream: Commands) -> None:
    before = {name: _at(site, name) for name in (*TIERS, WORKER)}
    await stream.joint_work("512000")
    await stream.joint_work("512021")

    def moved(process: str, metric: str, **labels: str) -> bool:
        return _at(site, process).total(metric, **labels) > before[process].total(metric, **labels)

    for tier in TIERS:
        await eventually(partial(moved, tier, "linkage_relay_published_total", relay=tier))
        await eventually(partial(moved, tier, "linkage_relay_position", relay=tier))
        await eventually(partial(moved, tier, "linkage_store_head_position"))
        for metric in (
            "linkage_requests_total",
            "linkage_request_seconds_count",
            "linkage_events_appended_total",
            "linkage_append_seconds_count",
            "linkage_append_batch_appends_count",
        ):
            assert moved(tier, metric), f"{metric} of {tier} stands still"
        assert _at(site, tier).total("linkage_relay_leading", relay=tier) == 1
        assert _at(site, tier).total("linkage_chain_broken_streams") == 0
    for tier in ("municipal", "county"):
        assert moved(tier, "linkage_inbox_records_total", outcome="handled")
        assert moved(tier, "linkage_inbox_delay_seconds_count")
        assert _at(site, tier).total("linkage_inbox_alive") == 1
    await eventually(lambda: moved(WORKER, "linkage_projection_events_total"))
    assert moved(WORKER, "linkage_projection_batch_seconds_count")
    topics = _at(site, WORKER).labels("linkage_projection_freshness_seconds", "topic")
    assert {"linkage.municipal.joint-work", "linkage.county.joint-work", "linkage.township.joint-work"} <= topics
    assert _at(site, WORKER).labels("linkage_parked_streams", "consumer") >= {"projections-joint-work-board"}


async def test_a_refusal_is_counted_by_method_and_reason(site: Site, stream: Commands) -> None:
    method = "linkage.v1.ParticipationService.AcceptInvitation"
    counted = {"method": method, "reason": "INVITATION_NOT_OPEN"}
    before = _at(site, "county").total("linkage_refusals_total", **counted)
    with pytest.raises(Refused, match="INVITATION_NOT_OPEN"):
        await stream.office("512021")(v1.AcceptInvitationRequest(joint_work_id="512000-JW-none", revision=1))
    after = _at(site, "county")
    assert after.total("linkage_refusals_total", **counted) == before + 1
    assert after.total("linkage_requests_total", method=method, code="FAILED_PRECONDITION") >= 1


async def test_the_chains_are_verified_up_to_the_end_of_the_log(site: Site, stream: Commands) -> None:
    await stream.joint_work("512000")
    await eventually(
        lambda: (
            _at(site, "county").total("linkage_chain_verified_position")
            >= _at(site, "county").total("linkage_store_head_position")
            > 0
        ),
        seconds=120,
    )


def test_a_port_for_metrics_that_is_taken_ends_the_start_with_its_name(site: Site) -> None:
    part = site.plan.parts["municipal"]
    taken = site.metrics("county").rsplit(":", 1)[1]
    another = replace(part, settings={**part.settings, "LINKAGE_METRICS_PORT": taken})
    started = subprocess.run(
        another.command,
        cwd=REPOSITORY,
        env=another.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert started.returncode == 2
    assert f"LINKAGE_METRICS_PORT: {taken} on 127.0.0.1 cannot be listened on" in started.stderr


def _at(site: Site, name: str) -> Scraped:
    return scrape(site.metrics(name))
