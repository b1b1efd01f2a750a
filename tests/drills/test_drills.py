"""The operators' drills: each runbook's steps on a real system, one after the other, each ending in checks."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.drills.every import DRILLS
from deploy.drills.stage import Stage, stage
from deploy.drills.upgrading import before_this_release
from deploy.local.places import REPOSITORY

RUNBOOKS = REPOSITORY / "docs" / "operations" / "runbooks"
NAMED = re.compile(r"`make drills NAME=(.+?)`")


@pytest.fixture(scope="module")
def scene() -> Iterator[Stage]:
    """One system for all: some of them go on from what others have left."""
    directory = Path(tempfile.mkdtemp(prefix="linkage-drills-"))
    directory.chmod(0o711)
    with stage(directory, print) as running:
        yield running
    shutil.rmtree(directory)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", DRILLS)
async def test_the_drill_ends_well(scene: Stage, name: str) -> None:
    if name == "upgrading" and not before_this_release():
        # A shallow clone does not have it, and it is nowhere else to be had.
        pytest.skip("the release before is not in this clone's history: `git fetch --unshallow`")
    await DRILLS[name](scene)


def test_every_drill_has_its_page_and_every_page_that_names_one_its_drill() -> None:
    named = {page.stem: NAMED.findall(page.read_text()) for page in RUNBOOKS.glob("*.md") if page.stem != "README"}
    assert {stem: names for stem, names in named.items() if names} == {name: [name] for name in DRILLS}
    listed = re.findall(r"\]\((.+)\.md\) \| `(.+)` \|", (RUNBOOKS / "README.md").read_text())
    assert sorted(listed) == sorted((name, name) for name in DRILLS)
