"""OSCQuery as somebody else's client reads it: `oscquery` of npm, which browses a tree over HTTP."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.control.page_place import PageSettings
from engine.control.page_server import PageServer
from engine.frame import SIGNALS, Rhythm

from .fake_view import FakeView

SCRIPT = """
const { OSCQueryDiscovery } = require("oscquery");
new OSCQueryDiscovery().queryNewService("127.0.0.1", Number(process.argv[1])).then(
  (found) => console.log(JSON.stringify({ host: found.hostInfo, nodes: found.flat() })),
  (why) => { console.error(why.message); process.exit(1); },
);
"""
PACKAGES = Path(sys.prefix) / "node" / "node_modules"
"""Where `npm install --prefix` has put it beside Python's own packages."""


def _browsed(port: int) -> dict[str, Any]:
    """What the client found; skips where there is none."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no Node.js (apt-get install nodejs)")
    paths = os.pathsep.join(filter(None, (str(PACKAGES), os.environ.get("NODE_PATH"))))
    asked = [node, "-e", SCRIPT, str(port)]
    run = subprocess.run(asked, capture_output=True, text=True, check=False, env={**os.environ, "NODE_PATH": paths})
    if "Cannot find module" in run.stderr:
        pytest.skip(f"npm's oscquery is not there (npm install --prefix {PACKAGES.parent} oscquery)")
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def test_an_independent_client_finds_every_node_with_its_types_ranges_and_values() -> None:
    view = FakeView()
    view.numbers[Rhythm.onsets.part] = 7
    view.osc_port = 9100
    with PageServer(PageSettings(port=0), view) as server:
        found = _browsed(server.port)
        assert found["host"]["name"] == "Monochord"
        assert (found["host"]["wsPort"], found["host"]["oscPort"]) == (server.port, 9100)
    nodes = {node["full_path"]: node for node in found["nodes"]}
    assert set(nodes) == {*(one.address for one in SIGNALS.values()), *view.table.entries, "/monochord/frame"}
    for signal in SIGNALS.values():
        node = nodes[signal.address]
        low, high = signal.span
        assert node["access"] == 1
        assert [one["type"] for one in node["arguments"]] == ["i" if signal.counts else "f"] * signal.size
        assert all(one["range"] == {"min": low, "max": high} for one in node["arguments"])
        assert all("value" in one for one in node["arguments"])
    for address, entry in view.table.entries.items():
        assert nodes[address]["access"] == (3 if entry.told else 2)
        assert [one["type"] for one in nodes[address]["arguments"]] == list(entry.tags or "I")
    assert nodes["/monochord/rhythm/onsets"]["arguments"][0]["value"] == 7
    assert nodes["/monochord/scene/flow"]["arguments"][0]["range"] == {"min": 0, "max": 2}
    assert nodes["/monochord/scene/mode"]["arguments"][0]["range"]["vals"] == [1, 3]
    assert nodes["/monochord/scene/select"]["arguments"][0]["value"] == "ink"
