"""Doors to other programs: our side of each, against stub twins of the libraries; NDI's own where it is installed."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from engine.cli.app import app
from engine.errors import BadSetting, MissingDriver
from engine.settings import settings
from engine.stage import gpu
from engine.stage.door import described, read_door
from engine.stage.doors import Doors
from engine.stage.output import Output, read_output
from engine.stage.surface import Offscreen

from .conftest import Write

SIZE = (32, 18)
BROKEN = "the network is gone"


class Log(list[Any]):
    """What a stub was asked to do; `broken` makes it fail from then on."""

    broken = False

    def add(self, *what: Any) -> None:
        if self.broken:
            raise OSError(BROKEN)
        self.append(what)

    @property
    def pictures(self) -> list[np.ndarray]:
        return [np.array(what[1]) for what in self if what[0] == "picture"]


@pytest.fixture
def ndi(monkeypatch: pytest.MonkeyPatch) -> Log:
    """A twin of cyndilib: its names and signatures, and of its rules that a frame is set before it opens."""
    log = Log()

    class VideoSendFrame:
        size = (0, 0)

        def set_resolution(self, xres: int, yres: int) -> None:
            self.size = (xres, yres)

        def set_frame_rate(self, value: Fraction) -> None:
            log.add("rate", value)

        def set_fourcc(self, value: str) -> None:
            log.add("format", value)

    class Sender:
        def __init__(self, ndi_name: str, ndi_groups: str = "", clock_video: bool = True, clock_audio: bool = True):
            self.name, self.clocked, self.frame = ndi_name, clock_video, None

        def set_video_frame(self, vf: VideoSendFrame) -> None:
            self.frame = vf

        def open(self) -> None:
            assert self.frame is not None
            log.add("open", self.name, self.frame.size, self.clocked)

        def write_video_async(self, data: np.ndarray) -> bool:
            assert data.ndim == 1
            width, height = self.frame.size
            log.add("picture", data.reshape(height, width, 4))
            return True

        def close(self) -> None:
            log.append(("close",))

    module = ModuleType("cyndilib")
    vars(module).update(Sender=Sender, VideoSendFrame=VideoSendFrame, FourCC=SimpleNamespace(RGBX="RGBX"))
    monkeypatch.setitem(sys.modules, "cyndilib", module)
    return log


@pytest.fixture
def syphon(monkeypatch: pytest.MonkeyPatch) -> Log:
    log = Log()

    class SyphonMetalServer:
        device = "the card"

        def __init__(self, name: str, device: object = None, command_queue: object = None) -> None:
            log.add("open", name)

        def publish_frame_texture(self, texture: dict, region=None, size=None, is_flipped: bool = False) -> None:  # type: ignore[no-untyped-def,type-arg]  # a twin
            assert is_flipped  # pixels with the top row first
            log.add("picture", texture["image"])

        def stop(self) -> None:
            log.append(("close",))

    def copy_image_to_mtl_texture(image: np.ndarray, texture: dict[str, Any]) -> None:
        assert image.shape == (*texture["size"][::-1], 4)
        texture["image"] = image

    def create_mtl_texture(device: str, width: int, height: int) -> dict[str, Any]:
        assert device == "the card"
        return {"size": (width, height)}

    modules = {name: ModuleType(name) for name in ("syphon", "syphon.utils", "syphon.utils.raw", "syphon.utils.numpy")}
    vars(modules["syphon"]).update(SyphonMetalServer=SyphonMetalServer)
    vars(modules["syphon.utils.raw"]).update(create_mtl_texture=create_mtl_texture)
    vars(modules["syphon.utils.numpy"]).update(copy_image_to_mtl_texture=copy_image_to_mtl_texture)
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr(sys, "platform", "darwin")
    return log


@pytest.fixture
def spout(monkeypatch: pytest.MonkeyPatch) -> Log:
    log = Log()

    class SpoutSender:
        def setSenderName(self, name: str) -> None:  # noqa: N802  # the library's own name
            log.add("open", name)

        def sendImage(self, pixels: object, width: int, height: int, format_: int, invert: bool, fbo: int) -> bool:  # noqa: N802  # the library's own name
            assert (format_, invert, fbo) == (0x1908, False, 0)
            log.add("picture", np.frombuffer(pixels, np.uint8).reshape(height, width, 4))  # type: ignore[call-overload]  # a buffer
            return True

        def releaseSender(self) -> None:  # noqa: N802  # the library's own name
            log.append(("close",))

    module, enums = ModuleType("SpoutGL"), ModuleType("SpoutGL.enums")
    vars(module).update(SpoutSender=SpoutSender)
    vars(enums).update(GL_RGBA=0x1908)
    monkeypatch.setitem(sys.modules, "SpoutGL", module)
    monkeypatch.setitem(sys.modules, "SpoutGL.enums", enums)
    monkeypatch.setattr(sys, "platform", "win32")
    return log


def two_colors(ctx: gpu.Context) -> gpu.Texture:
    """Red above, blue below, and clear all over."""
    pixels = np.zeros((*SIZE[::-1], 4), np.uint8)
    pixels[:9, :, 2] = pixels[9:, :, 0] = 200
    picture = gpu.texture(ctx, SIZE)
    picture.write(pixels.tobytes())
    return picture


@pytest.mark.gl
@pytest.mark.parametrize("kind", ["ndi", "syphon", "spout"])
def test_each_sends_the_picture_upright_and_opaque_at_the_masters_brightness(
    ctx: gpu.Context, kind: str, request: pytest.FixtureRequest
) -> None:
    picture = two_colors(ctx)  # before a twin says that this is another system
    log: Log = request.getfixturevalue(kind)
    doors = Doors(ctx, [Output(to=f"{kind}:wall")], 60.0)
    doors.send(picture, 1.0, SIZE)
    doors.send(picture, 0.5, SIZE)
    whole, half = log.pictures
    assert whole[0, 0].tolist() == [200, 0, 0, 255]
    assert whole[-1, -1].tolist() == [0, 0, 200, 255]
    assert half[0, 0].tolist() == [100, 0, 0, 255]
    assert next(what for what in log if what[0] == "open")[1] == "wall"
    doors.close()
    assert log[-1] == ("close",)
    assert list(doors.remarks()) == []


@pytest.mark.gl
def test_a_door_has_the_outputs_part_and_the_size_of_the_wall_however_small_it_is_drawn(
    ctx: gpu.Context, ndi: Log
) -> None:
    doors = Doors(ctx, [Output(part=(0.5, 0.0, 0.5, 1.0), to="ndi:right"), Output(to="ndi:all")], 59.94)
    picture = two_colors(ctx)
    for whole in ((128, 72), (128, 72), (64, 36)):
        doors.send(picture, 1.0, whole)
    opened = [(what[1], what[2]) for what in ndi if what[0] == "open"]
    assert opened == [("right", (64, 72)), ("all", (128, 72)), ("right", (32, 36)), ("all", (64, 36))]
    assert ("rate", Fraction(59.94).limit_denominator(1001)) in ndi
    assert ("format", "RGBX") in ndi
    assert not next(what for what in ndi if what[0] == "open")[3]  # the stage has a clock of its own
    assert [pixels.shape for pixels in ndi.pictures[-2:]] == [(36, 32, 4), (36, 64, 4)]
    doors.close()


@pytest.mark.gl
def test_a_door_that_breaks_is_closed_and_said_once_and_the_others_go_on(
    ctx: gpu.Context, ndi: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    doors = Doors(ctx, [Output(to="ndi:wall")], 60.0)
    picture = two_colors(ctx)
    doors.send(picture, 1.0, SIZE)
    ndi.broken = True
    for _ in range(3):
        doors.send(picture, 1.0, SIZE)
    assert list(doors.remarks()) == [f"outputs.to=ndi:wall is closed: {BROKEN}"]
    assert list(doors.remarks()) == []
    assert len(ndi.pictures) == 1
    assert ctx.error == "GL_NO_ERROR"


@pytest.mark.gl
def test_a_door_that_there_is_no_room_for_is_closed_and_the_stage_goes_on(ctx: gpu.Context, ndi: Log) -> None:
    doors = Doors(ctx, [Output(to="ndi:wall")], 60.0)
    picture = two_colors(ctx)
    doors.send(picture, 1.0, (100_000, 18))
    (remark,) = doors.remarks()
    assert "outputs.to=ndi:wall is closed: a picture of 100000×18" in remark
    doors.send(picture, 1.0, SIZE)
    doors.close()


@pytest.mark.gl
def test_a_stage_without_a_window_sends_too(ctx: gpu.Context, ndi: Log) -> None:
    surface = Offscreen(SIZE, 30.0, [read_output({"to": "ndi:wall"})])
    surface.project(two_colors(surface.ctx), 1.0)
    assert ndi.pictures[0][0, 0].tolist() == [200, 0, 0, 255]
    assert list(surface.remarks()) == []


@pytest.mark.gl
def test_a_library_that_is_missing_is_named_before_the_show(ctx: gpu.Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cyndilib", None)
    with pytest.raises(MissingDriver, match=r"ndi needs cyndilib: .* \(pip install cyndilib\)"):
        Doors(ctx, [Output(to="ndi:wall")], 60.0)
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(MissingDriver, match=r"syphon is for macOS only \(try ndi\)"):
        Doors(ctx, [Output(to="syphon:wall")], 60.0)
    monkeypatch.setitem(sys.modules, "SpoutGL", None)
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(MissingDriver, match=r"spout needs SpoutGL: .* \(pip install SpoutGL\)"):
        Doors(ctx, [Output(to="spout:wall")], 60.0)


def test_names_of_doors_are_checked_with_the_show(write: Write) -> None:
    assert read_door("ndi:left wall") == "ndi:left wall"
    with pytest.raises(BadSetting, match=r"outputs\.to=nid:x must be ndi:NAME, .* \(did you mean ndi"):
        read_door("nid:x")
    for wrong in ("", 3, ":x"):
        with pytest.raises(BadSetting, match=r'must be ndi:NAME, syphon:NAME or spout:NAME \(to = "ndi:stage"\)'):
            read_door(wrong)
    with pytest.raises(BadSetting, match=r"outputs\.to=ndi:  has no name that others can find it by"):
        read_door("ndi: ")
    with pytest.raises(BadSetting, match=r"outputs\.to=ndi:a is another output than monitor=EPSON"):
        read_output({"to": "ndi:a", "monitor": "EPSON"})
    show = write("show.toml", "scene = 'fallback'\n[[outputs]]\nto = 'ndi:wall'\n")
    assert settings(show, source="tone:440", headless=True).stage.outputs == (Output(to="ndi:wall"),)


def test_the_doctor_says_which_doors_there_are(ndi: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    assert described().startswith("ndi by cyndilib ")
    assert "syphon is for macOS only" in described()
    monkeypatch.setitem(sys.modules, "cyndilib", None)
    with pytest.raises(MissingDriver, match="pip install cyndilib"):
        described()
    monkeypatch.undo()
    found = json.loads(CliRunner().invoke(app, ["doctor", "--json"]).stdout)
    assert "ndi" in found["doors"]["text"]
    assert not found["doors"]["needed"]


_REAL: str = """
import sys, time
import numpy as np
from cyndilib import Finder, Receiver, RecvBandwidth, RecvColorFormat, VideoFrameSync
from engine.stage.door import open_door
pixels = np.zeros((36, 64, 4), np.uint8)
pixels[:18, :, 0] = pixels[18:, :, 2] = 200
door, finder = open_door("ndi:monochord test", (64, 36), 30.0), Finder()
finder.open()
receiver = Receiver(color_format=RecvColorFormat.RGBX_RGBA, bandwidth=RecvBandwidth.highest)
frame = VideoFrameSync()
receiver.frame_sync.set_video_frame(frame)
until, found = time.monotonic() + 15, False
while time.monotonic() < until and not frame.xres:
    door.send(pixels)
    finder.wait_for_sources(0.05)
    names = [name for name in finder.get_source_names() if "monochord test" in name]
    if names and not found:
        found = True
        receiver.set_source(finder.get_source(names[0]))
    if found and receiver.is_connected():
        receiver.frame_sync.capture_video()
seen = np.asarray(frame.get_array()).reshape(36, 64, 4).astype(int)
print(frame.get_resolution(), seen[2, 5, :3].tolist(), seen[-3, 5, :3].tolist())
door.close()
"""


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("cyndilib") is None, reason="cyndilib is not installed")
def test_a_picture_goes_through_ndi_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over loopback, without a name service: the library is told where to look."""
    (tmp_path / "ndi-config.v1.json").write_text('{"ndi": {"networks": {"ips": "127.0.0.1,"}}}')
    monkeypatch.setenv("NDI_CONFIG_DIR", str(tmp_path))
    run = subprocess.run([sys.executable, "-c", _REAL], capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr
    size, above, below = run.stdout.strip().replace(") [", ")|[").replace("] [", "]|[").split("|")
    assert size == "(64, 36)"
    assert np.allclose(json.loads(above), [200, 0, 0], atol=16)
    assert np.allclose(json.loads(below), [0, 0, 200], atol=16)
