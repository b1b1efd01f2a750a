"""The operators' drills: each runbook's steps on a real system, one after the other, each ending in checks."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.drills.every import DRILLS
from deploy.drills.stage import Stage, stage
from deploy.local.places import REPOSITORY

RUNBOOKS = REPOSITORY / "docs" / "operations" / "runbooks"


@pytest.fixture(scope="module")
def scene() -> Iterator[Stage]:
    """One system for all: some of them go on from what others have left."""
    directory = Path(tempfile.mkdtemp(prefix="linkage-drills-"))
    directory.chmod(0o711)
    with stage(directory, print) as running:
        yield running
    shutil.rmtree(directory)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", DRILLS)
async def test_the_drill_ends_well(scene: Stage, name: str) -> None:
    await DRILLS[name](scene)


def test_every_drill_has_its_page_and_every_page_its_drill() -> None:
    pages = {page.stem for page in RUNBOOKS.glob("*.md") if not page.stem.startswith(("linkage-", "README"))}
    assert pages == set(DRILLS)
    assert [name for name in DRILLS if f"`make drills NAME={name}`" not in (RUNBOOKS / f"{name}.md").read_text()] == []
