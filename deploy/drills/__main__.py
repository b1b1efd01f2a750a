"""The operators' drills on the local stack: `python -m deploy.drills [NAME…]`. Exit status 1 where one fails."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
import time
from pathlib import Path

from deploy.drills.every import DRILLS
from deploy.drills.stage import DrillFailed, stage

__all__ = ["main"]


def main() -> int:
    """Runs those that are named, or all, on one system, one after the other."""
    names = sys.argv[1:] or list(DRILLS)
    if unknown := [name for name in names if name not in DRILLS]:
        print(f"There is no drill {', '.join(unknown)}; there are {', '.join(DRILLS)}.", file=sys.stderr)
        return 2
    directory = Path(tempfile.mkdtemp(prefix="linkage-drills-"))
    directory.chmod(0o711)
    try:
        with stage(directory, lambda line: print(f"    {line}", flush=True)) as running:
            for name in names:
                print(f"{name}: {(DRILLS[name].__doc__ or '').splitlines()[0]}", flush=True)
                begin = time.monotonic()
                asyncio.run(DRILLS[name](running))
                print(f"{name}: done in {time.monotonic() - begin:.0f} s", flush=True)
    except DrillFailed as failure:
        print(f"    ✗ {failure}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
