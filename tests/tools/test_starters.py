"""Starters: what is in the folder is what the lists of today say, and the programs that are here understand it."""

from __future__ import annotations

import ast
import json
import re
import shutil
import socket
import subprocess
import time
import xml.etree.ElementTree as ElementTree
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import starters

from engine.control.guard import Guard
from engine.control.orders import Master, Order, SelectScene, StepCue
from engine.control.table import Repertoire, Table
from engine.frame import SIGNALS, blank_row
from engine.lights.destination import Destination
from engine.lights.osc import Sender

TABLE = Table(Repertoire(tuple(f"scene {n}" for n in range(1, 9))))


def test_nothing_in_the_folder_is_stale() -> None:
    for name, content in starters.made():
        kept = (starters.FOLDER / name).read_bytes()
        if name.endswith(".tosc"):  # how it is packed may differ from one zlib to another
            kept, content = zlib.decompress(kept), zlib.decompress(content)
        assert kept == content, f"{name} is stale: run python tools/starters.py"
    assert {path.name for path in starters.FOLDER.iterdir()} == set(starters.MADE)


def test_every_signal_is_heard_and_every_control_is_an_order() -> None:
    heard = {one.address for one in starters.told()}
    assert {signal.address for signal in SIGNALS.values()} <= heard
    for control in starters.controls():
        for value in (control.low, control.high):
            TABLE.read(control.address, [value if control.fixed is None else control.fixed])
    asked = {control.address for control in starters.controls()}
    left = {address for address, entry in TABLE.entries.items() if entry.tags in ("", "f", "T")} - asked
    assert left == set()


def test_the_max_patch_is_a_patcher_whose_cords_lead_somewhere() -> None:
    patcher = json.loads(starters.max_patch())["patcher"]
    boxes = {one["box"]["id"]: one["box"] for one in patcher["boxes"]}
    assert len(boxes) == len(patcher["boxes"])
    for one in patcher["lines"]:
        (source, outlet), (target, inlet) = one["patchline"]["source"], one["patchline"]["destination"]
        assert outlet < boxes[source]["numoutlets"]
        assert inlet < boxes[target]["numinlets"]
    texts = " ".join(box.get("text", "") for box in boxes.values()).split()
    assert {signal.address for signal in SIGNALS.values()} <= set(texts)


def test_the_table_of_channels_has_a_line_a_number_and_the_script_is_python() -> None:
    lines = starters.channels_table().splitlines()
    assert {line.count("\t") for line in lines} == {4}
    assert "monochord/sound/bands8" in {line.split("\t")[0] for line in lines}
    ast.parse(starters.touchdesigner())


def test_the_layouts_have_every_control() -> None:
    session = json.loads(starters.open_stage_control())["content"]
    assert [one["address"] for one in session["widgets"]] == [one.address for one in starters.controls()]
    assert len({one["id"] for one in session["widgets"]}) == len(session["widgets"])
    root = ElementTree.fromstring(zlib.decompress(starters.touch_osc()))
    paths = [found.text for found in root.iterfind(".//osc/path/partial/value")]
    assert paths == [one.address for one in starters.controls()]
    identities = [node.get("ID") for node in root.iter("node")]
    assert len(set(identities)) == len(identities)


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def asked() -> Iterator[socket.socket]:
    """Where orders would be listened for."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(10)
        yield listening


def pure_data(folder: Path, hears: int, says: int, *more: str) -> subprocess.Popen[str]:
    if shutil.which("pd") is None:
        pytest.skip("Pure Data is not installed (apt-get install puredata-core)")
    patch = folder / "monochord.pd"
    patch.write_text(starters.pure_data(hears, says))
    command = ["pd", "-nogui", "-noprefs", "-nosound", "-nrt", "-stderr", *more, str(patch)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def test_pure_data_hears_every_signal(tmp_path: Path) -> None:
    hears = free_port()
    process = pure_data(tmp_path, hears, free_port(), "-send", "monochord-print 1")
    sender = Sender(Destination("127.0.0.1", hears, "puredata"))
    row = blank_row()
    row[SIGNALS["sound.level"].start] = -12.5
    try:
        for _ in range(40):
            sender.send(row)
            time.sleep(0.05)
    finally:
        sender.close()
        process.terminate()
        _, printed = process.communicate(timeout=10)
    lines = [line.split() for line in printed.splitlines()]
    assert ["monochord:", "monochord", "sound", "level", "-12.5"] in lines
    heard = {"/" + "/".join(word for word in line[1:] if re.match("[a-z]", word)) for line in lines}
    assert {signal.address for signal in SIGNALS.values()} <= heard
    assert "error" not in printed
    assert "couldn't create" not in printed


def test_the_controls_of_pure_data_are_orders(tmp_path: Path, asked: socket.socket) -> None:
    moved = "monochord-do-master-brightness 0.5; monochord-do-cue-go bang; monochord-do-scene-select-3 bang"
    process = pure_data(tmp_path, free_port(), asked.getsockname()[1], "-send", moved)
    try:
        messages = [message for _ in range(3) for message in Guard().step(asked.recv(4096))]
    finally:
        process.terminate()
        process.communicate(timeout=10)
    orders: list[Order | None] = [TABLE.read(message.address, message.arguments) for message in messages]
    assert orders == [Master("brightness", 0.5), StepCue(1), SelectScene("scene 3")]
