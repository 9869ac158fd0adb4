"""Several writers at once, each a process, and what they were told was saved."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.load.site import HOST, Site

PASSWORD = "correct-horse-battery"
ROOT = Path(__file__).parents[2]


def run(site: Site, names: list[str], edits: int, paths: list[str], fields: dict[str, tuple[int, int]]):
    """Let each of these people make so many edits; every acknowledged one, as the writers tell it."""
    given = {"host": HOST, "port": site.port, "password": PASSWORD, "writers": len(names)}
    given |= {"edits": edits, "paths": paths, "fields": fields}
    running = []
    for number, name in enumerate(names):
        told = json.dumps(given | {"number": number, "user": name})
        command = [sys.executable, "-m", "tests.load.writer", told]
        running.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT))
    acknowledged = []
    for one in running:
        out, _nothing = one.communicate()
        acknowledged += [json.loads(line) for line in out.splitlines()]
        if one.returncode != 0:
            raise AssertionError(f"a writer gave up after {len(out.splitlines())} edits")
    return acknowledged
