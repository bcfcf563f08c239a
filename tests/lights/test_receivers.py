"""Real receivers, started here on loopback from Debian's packages: what we send is what they make of it."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from pythonosc.osc_message import OscMessage

from engine.frame import SIGNALS, Rhythm, Row, Sound, blank_row
from engine.lights.console import Rest
from engine.lights.destination import Destination
from engine.lights.osc import Lights, Sender
from engine.lights.patch import OUTPUTS, read_patch

pytestmark = pytest.mark.slow

Until = Callable[..., None]
LEVEL, ONSETS = -12.5, 3


def needs(program: str, package: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is missing (install {package})")


def free_port(kind: socket.SocketKind = socket.SOCK_DGRAM) -> int:
    with socket.socket(socket.AF_INET, kind) as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


class Program:
    """A receiver that runs, and what it has said so far."""

    def __init__(self, command: Sequence[str], user: str | None = None, **environment: str) -> None:
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", **environment}
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            user=user,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        self._out = self._process.stdout
        os.set_blocking(self._out.fileno(), False)
        self._said = b""

    def said(self) -> str:
        """All of it, as text."""
        assert self._process.poll() is None, f"{self._process.args!r} has ended: {self._said[-500:]!r}"
        self._said += self._out.read() or b""
        return self._said.decode(errors="replace")

    def lines(self, containing: str) -> list[str]:
        return [line for line in self.said().splitlines() if containing in line]

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._out.close()
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()


@pytest.fixture
def run() -> Iterator[Callable[..., Program]]:
    running: list[Program] = []

    def start(*command: str, user: str | None = None, **environment: str) -> Program:
        running.append(Program(command, user, **environment))
        return running[-1]

    yield start
    for program in running:
        program.close()


@pytest.fixture
def room() -> Iterator[Path]:
    """A folder that other users may enter."""
    made = Path(tempfile.mkdtemp(prefix="receiver"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def heard_row() -> Row:
    row = blank_row()
    row[0], row[1] = 7, 1.5
    row[Sound.level.start], row[Rhythm.onsets.start] = LEVEL, ONSETS
    row[SIGNALS["sound.bands"].part] = np.arange(8) - 20.0
    return row


def tell(destination: Destination, heard: Callable[[], object], until: Until) -> None:
    """Send frames until they are heard: a program may not be listening yet."""
    sender = Sender(destination)
    row = heard_row()

    def once() -> object:
        row[Rhythm.onsets.start] += 1  # an onset in every frame
        sender.send(row)
        time.sleep(0.01)
        return heard()

    try:
        until(once, 120)
    finally:
        sender.close()


def light(patch: Mapping[str, object], outputs: Mapping[str, float], seen: Callable[[], object], until: Until) -> None:
    """Show these values until they are seen, then leave the lights."""
    lights = Lights([], (), [read_patch(patch)])
    values = np.zeros((len(lights.names), len(OUTPUTS)))
    for name, value in outputs.items():
        values[:, OUTPUTS.index(name)] = value

    def once() -> object:
        for _ in range(8):  # hops; what is told again comes every 188 of them
            lights.show(values, Rest())
        time.sleep(0.02)
        return seen()

    try:
        until(once, 120)
    finally:
        lights.close()


PATCH = """\
#N canvas 0 0 400 300 10;
#X obj 20 20 netreceive -u -b {port};
#X obj 20 50 oscparse;
#X obj 20 80 list trim;
#X obj 20 110 print osc;
#X connect 0 0 1 0;
#X connect 1 0 2 0;
#X connect 2 0 3 0;
"""


@needs("pd", "puredata-core")
def test_pure_data_prints_every_signal_as_it_was_sent(run: Callable[..., Program], room: Path, until: Until) -> None:
    port = free_port()
    (room / "osc.pd").write_text(PATCH.format(port=port))
    pd = run("pd", "-nogui", "-noprefs", "-nosound", "-nrt", "-stderr", str(room / "osc.pd"))
    here = Destination("127.0.0.1", port, "puredata")
    tell(here, lambda: pd.lines("monochord rhythm onset 1") and pd.lines("monochord place age"), until)
    assert pd.lines("monochord sound level")[0].endswith(f"monochord sound level {LEVEL:g}")
    assert pd.lines("monochord sound bands")[0].endswith(" ".join(f"{n - 20:g}" for n in range(8)))
    assert pd.lines("monochord frame")[0].split()[-2:] == ["7", "1.5"]


@needs("oscdump", "liblo-tools")
@pytest.mark.parametrize(
    ("profile", "transport"),
    [("generic", "udp"), ("generic", "tcp"), ("plain", "slip")],  # liblo 0.31 reads no bundle out of a SLIP stream
)
def test_liblo_reads_what_we_send_by_every_transport(
    run: Callable[..., Program], until: Until, profile: str, transport: str
) -> None:
    port = free_port(socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM)
    dump = run("oscdump", "-L", str(port) if transport == "udp" else f"osc.tcp://:{port}/")
    here = Destination("127.0.0.1", port, profile, transport=transport)
    tell(here, lambda: len(dump.lines("/monochord/place/age")) > 1, until)
    assert dump.lines("/monochord/sound/level")[0].split()[-2:] == ["f", f"{LEVEL:.6f}"]
    assert dump.lines("/monochord/rhythm/onsets")[0].split()[-2] == "i"
    events = {line.split()[-1] for line in dump.lines("/monochord/rhythm/onset ")}
    assert "1" in events


SCLANG = """\
thisProcess.addOSCRecvFunc({ |msg| ("HEARD " ++ msg).postln });
"LISTENING".postln;
"""


@needs("sclang", "supercollider-language")
def test_supercollider_hears_every_signal(run: Callable[..., Program], room: Path, until: Until) -> None:
    port = free_port()
    (room / "hear.scd").write_text(SCLANG)
    homes = dict.fromkeys(("HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME"), str(room))
    sclang = run("sclang", "-u", str(port), str(room / "hear.scd"), QTWEBENGINE_DISABLE_SANDBOX="1", **homes)
    until(lambda: sclang.lines("LISTENING"), 60)
    here = Destination("127.0.0.1", port, "plain", hz=20)
    tell(here, lambda: sclang.lines("/monochord/place/age") and sclang.lines("/monochord/rhythm/onset, 1"), until)
    assert sclang.lines("/monochord/sound/level")[0].endswith(f"[ /monochord/sound/level, {LEVEL:g} ]")


OLA_PLUGINS = (
    "artnet",
    "dummy",
    "e131",
    "espnet",
    "ftdidmx",
    "gpio",
    "karate",
    "kinet",
    "milinst",
    "nanoleaf",
    "opc",
    "opendmx",
    "openpixelcontrol",
    "pathport",
    "port",
    "renard",
    "sandnet",
    "shownet",
    "spi",
    "stageprofi",
    "sunlite",
    "uartdmx",
    "usbdmx",
    "usbpro",
    "usbserial",
)


@needs("olad", "ola")
def test_ola_makes_dmx_of_our_lights(run: Callable[..., Program], room: Path, until: Until) -> None:
    osc, web, rpc = free_port(), free_port(socket.SOCK_STREAM), free_port(socket.SOCK_STREAM)
    for name in OLA_PLUGINS:
        (room / f"ola-{name}.conf").write_text("enabled = false\n")
    (room / "ola-osc.conf").write_text(
        f"enabled = true\ninput_ports = 1\ninput_port_0_address = /dmx/universe/%d\noutput_ports = 0\n"
        f"udp_listen_port = {osc}\n"
    )
    (room / "ola-universe.conf").write_text("uni_1_name = one\nuni_1_merge = LTP\n")
    (room / "ola-port.conf").write_text("14-1-I-0 = 1\n")
    user = None
    if os.geteuid() == 0:  # olad will not run as root
        try:
            user = pwd.getpwnam("olad").pw_name
        except KeyError:
            pytest.skip("there is no user olad (install ola from the distribution)")
        for path in (room, *room.iterdir()):
            shutil.chown(path, user)
    ports = ("--http-port", str(web), "--rpc-port", str(rpc))
    command = ("olad", "-c", str(room), "--no-register-with-dns-sd", "--interface", "127.0.0.1", *ports)
    olad = run(*command, user=user, HOME=str(room))

    def dmx() -> list[int]:
        olad.said()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{web}/get_dmx?u=1", timeout=1) as answer:
                channels: list[int] = json.load(answer)["dmx"]
                return channels
        except OSError:
            return []

    patch = {
        "to": f"127.0.0.1:{osc}:ola",
        "safe": 0.2,
        "map": {"level": "1/1", "rgb": ["1/2", "1/3", "1/4"], "movement": {"address": "1/512", "to": [10, 110]}},
    }
    outputs = {"level": 1.0, "red": 0.5, "green": 0.25, "movement": 0.5}
    light(patch, outputs, lambda: dmx()[:4] == [255, 128, 64, 0] and dmx()[511] == 60, until)
    until(lambda: dmx()[:4] == [51, 51, 51, 51])  # as they were left


def _crc(path: str) -> int:
    """The number under which QLC+ knows an OSC path: its CRC-16/X-25."""
    crc = 0xFFFF
    for byte in path.encode():
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0x8408 if crc & 1 else crc >> 1
    return crc ^ 0xFFFF


SLIDER = """\
<Slider Caption="{n}" ID="{n}" WidgetStyle="Slider" InvertedAppearance="false">
<WindowState Visible="True" X="{n}" Y="0" Width="60" Height="200"/>
<SliderMode ValueDisplayStyle="Exact" ClickAndGoType="None" Monitor="false">Level</SliderMode>
<Level LowLimit="0" HighLimit="255" Value="0"><Channel Fixture="0">{n}</Channel></Level>
<Playback><Function>4294967295</Function></Playback>
<Input Universe="0" Channel="{crc}"/></Slider>
"""
WORKSPACE = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE Workspace>
<Workspace xmlns="http://www.qlcplus.org/Workspace" CurrentWindow="VirtualConsole">
<Creator><Name>Q Light Controller Plus</Name><Version>4.12.6</Version><Author>a test</Author></Creator>
<Engine><InputOutputMap><Universe Name="Universe 1" ID="0">
<Input Plugin="OSC" UID="127.0.0.1" Line="0"><PluginParameters inputPort="{takes}"/></Input>
<Output Plugin="OSC" UID="127.0.0.1" Line="0"><PluginParameters outputIP="127.0.0.1" outputPort="{gives}"/></Output>
</Universe></InputOutputMap>
<Fixture><Manufacturer>Generic</Manufacturer><Model>Generic</Model><Mode>4 Channel</Mode><ID>0</ID><Name>Dimmers</Name>
<Universe>0</Universe><Address>0</Address><Channels>4</Channels></Fixture></Engine>
<VirtualConsole><Frame Caption=""><Appearance><FrameStyle>None</FrameStyle><ForegroundColor>Default</ForegroundColor>
<BackgroundColor>Default</BackgroundColor><BackgroundImage>None</BackgroundImage><Font>Default</Font></Appearance>
{sliders}</Frame><Properties><Size Width="1920" Height="1080"/>
<GrandMaster Visible="1" ChannelMode="Intensity" ValueMode="Reduce" SliderMode="Normal"/></Properties></VirtualConsole>
</Workspace>
"""


@needs("qlcplus", "qlcplus")
def test_qlcplus_moves_its_dimmers_with_our_lights(run: Callable[..., Program], room: Path, until: Until) -> None:
    takes = free_port()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as dimmers:
        dimmers.bind(("127.0.0.1", 0))
        dimmers.setblocking(False)
        sliders = "".join(SLIDER.format(n=n, crc=_crc(f"/0/dmx/{n}")) for n in range(4))
        gives = dimmers.getsockname()[1]
        (room / "show.qxw").write_text(WORKSPACE.format(takes=takes, gives=gives, sliders=sliders))
        qlc = run("qlcplus", "-o", str(room / "show.qxw"), "-p", HOME=str(room), XDG_RUNTIME_DIR=str(room))
        universe = [0.0] * 4

        def moved(*wanted: int) -> bool:
            qlc.said()
            with contextlib.suppress(BlockingIOError):
                while True:
                    message = OscMessage(dimmers.recv(4096))
                    slot = int(message.address.rpartition("/")[2])
                    if slot < 4:
                        universe[slot] = message.params[0]
            return [round(value * 255) for value in universe] == list(wanted)

        patch = {"to": f"127.0.0.1:{takes}:qlcplus", "map": {"level": "1/1", "rgb": ["1/2", "1/3", "1/4"]}}
        outputs = {"level": 1.0, "red": 0.8, "green": 0.4, "blue": 0.2}
        light(patch, outputs, lambda: moved(255, 204, 102, 51), until)
        until(lambda: moved(0, 0, 0, 0))  # as they were left
