"""From the release before this one and back again: a city and a county go on, and nothing is lost or refused.

LINKAGE_CLUSTER_PREVIOUS_CHART and LINKAGE_CLUSTER_PREVIOUS_IMAGE name that release; docs/operations/chart.md says how
to get it. Whoever calls has the clients of that time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest

from tests.cluster.kubernetes import Namespace, image, nothing_is_lost, previous, release

pytestmark = pytest.mark.timeout(1500)


@pytest.fixture(scope="module")
def linkage() -> Iterator[Namespace]:
    """The previous release, which serves."""
    before = previous()
    with release(f"linkage-test-{uuid4().hex[:8]}", before) as namespace:
        yield replace(namespace, image=before.image)


def test_an_upgrade_from_the_previous_release_loses_and_refuses_nothing(linkage: Namespace) -> None:
    assert linkage.images() == {previous().image}
    with linkage.load() as load:
        replace(linkage, image=image()).upgrade()
        load.goes_on()
    assert linkage.images() == {image()}
    nothing_is_lost(load)
    linkage.within(60, lambda: _gone_over(linkage), "the worker has gone over to what was built for it")
    _chains_hold(linkage)


def test_a_rollback_to_the_previous_release_loses_and_refuses_nothing(linkage: Namespace) -> None:
    with linkage.load() as load:
        linkage.helm("rollback", "linkage", "1", "--wait", "--timeout=5m")
        # What a release does after a rollback to it, where it has a hook for that.
        linkage.within(240, lambda: _rebuilt(linkage), "read models are rebuilt")
        load.goes_on()
    assert linkage.images() == {previous().image}
    nothing_is_lost(load)
    _chains_hold(linkage)


def test_the_upgrade_can_be_made_again(linkage: Namespace) -> None:
    with linkage.load() as load:
        replace(linkage, image=image()).upgrade()
        load.goes_on()
    assert linkage.images() == {image()}
    nothing_is_lost(load)


def _chains_hold(namespace: Namespace) -> None:
    for part in ("municipal-ziyang", "county-ziyang-counties"):
        verified = json.loads(_ctl(namespace, part, "verify", "store", "--json"))
        assert verified["events"] > 10
        assert verified["broken"] == []


def _gone_over(namespace: Namespace) -> bool:
    return _ctl(namespace, "worker", "rebuild", "outdated") == "Every read model is of this release.\n"


def _rebuilt(namespace: Namespace) -> bool:
    try:
        return "generation" in _ctl(namespace, "worker", "rebuild", "all")
    except AssertionError:  # a worker on a generation that is not its own ends itself, and begins anew
        return False


def _ctl(namespace: Namespace, part: str, *command: str) -> str:
    return namespace.kubectl("exec", f"deployment/linkage-{part}", "--", "linkagectl", *command)
