"""A show that is steered over OSC, from the client's datagram to the picture's own value and back."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pythonosc.udp_client import SimpleUDPClient

from engine.audio.hearing_settings import HearingSettings
from engine.conductor import Conductor
from engine.control.listening_place import OscInSettings
from engine.control.orders import Watch
from engine.settings import Settings
from engine.stage.backdrop import Backdrop
from engine.stage.stage_settings import StageSettings
from tests.another_hand import run_while

from ..stage.conftest import isf
from .test_osc_in import free_port

SMALL = StageSettings(headless=True, size=(64, 36), fps=60.0, nice=0)
INPUTS = [
    {"NAME": "flow", "TYPE": "float", "MIN": 0, "MAX": 2},
    {"NAME": "tint", "TYPE": "color", "DEFAULT": [0, 0, 0, 1]},
    {"NAME": "at", "TYPE": "point2D"},
]


class Steered:
    """A show that runs in another thread than the test, and a client of python-osc's that sends to it."""

    def __init__(self, conductor: Conductor, said: list[str], client: SimpleUDPClient, port: int) -> None:
        assert conductor.backdrop is not None
        self.conductor, self.said = conductor, said
        self.backdrop: Backdrop = conductor.backdrop
        self._client, self._port = client, port

    def send(self, address: str, *arguments: object) -> None:
        self._client.send_message(f"/monochord/{address}", list(arguments))

    def send_bytes(self, datagram: bytes) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(datagram, ("127.0.0.1", self._port))

    def value(self, name: str) -> object:
        return self.backdrop.values.get(name)


@pytest.fixture
def show(tmp_path: Path) -> Iterator[Callable[[Callable[[Steered], None]], None]]:
    """Runs a show of two scenes, and what a test does to it meanwhile."""
    bind = '[bind.flow]\nsignal = "sound.silence"\nfrom = [0, 1]\nto = [0.25, 0.25]\n'
    for name in ("one", "two"):
        (tmp_path / f"{name}.fs").write_text(isf("void main() { gl_FragColor = vec4(flow) + tint; }", INPUTS=INPUTS))
        (tmp_path / f"{name}.toml").write_text(f'shader = "{name}.fs"\n{bind}')
    scenes = tuple(str(tmp_path / f"{name}.toml") for name in ("one", "two"))
    port = free_port()
    settings = Settings(
        hearing=HearingSettings(source="tone:220", silent=True),
        stage=SMALL,
        scene=scenes[0],
        scenes=scenes,
        seconds=1200.0,
        osc_in=OscInSettings(port=port),
        presets=tmp_path / "show.presets.toml",
    )

    def run(does: Callable[[Steered], None]) -> None:
        said: list[str] = []
        with Conductor(settings, said.append) as conductor, SimpleUDPClient("127.0.0.1", port) as client:
            steered = Steered(conductor, said, client, port)

            def hand() -> None:
                _until(lambda: conductor.table.inputs)
                conductor.order(Watch(True))
                does(steered)

            run_while(conductor, hand)

    return run


def _until(true: Callable[[], object], seconds: float = 60.0, pause: float = 0.002) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(pause)


Run = Callable[[Callable[[Steered], None]], None]


@pytest.mark.gl
def test_masters_are_steered_and_what_is_wrong_changes_nothing(show: Run) -> None:
    def hand(steered: Steered) -> None:
        backdrop = steered.backdrop
        steered.send("master/brightness", 0.25)
        steered.send("master/blackout", 1.0)
        steered.send("master/palette", "storm")
        _until(lambda: (backdrop["brightness"], backdrop["blackout"], backdrop["palette"]) == (0.25, True, "storm"))
        steered.send("master/brightness", 2.0)
        steered.send("master/brightness", float("nan"))
        steered.send_bytes(b"garbage!")
        steered.send("master/blackout", False)
        _until(lambda: not backdrop["blackout"])
        assert backdrop["brightness"] == 0.25
        assert steered.conductor.osc_in is not None
        refused = {"bad order": 1, "not a finite number": 1, "neither a message nor a bundle": 1}
        assert steered.conductor.osc_in.refused == refused
        _until(lambda: any("brightness=2 must be a number, 0 to 1" in line for line in steered.said))
        _until(lambda: any("OSC from 127.0.0.1 was refused: neither" in line for line in steered.said))
        present = steered.conductor.desk.present()
        assert present["/monochord/master/palette"] == ("storm",)
        assert present["/monochord/tempo"] == (0.0,)
        steered.send("tempo", 96)
        _until(lambda: steered.conductor.tapped.tempo == 96.0)
        steered.send("tap/release")
        _until(lambda: steered.conductor.tapped.tempo == 0.0)

    show(hand)


@pytest.mark.gl
def test_an_input_is_held_until_it_is_released_and_a_lost_painter_holds_it_on(show: Run) -> None:
    def hand(steered: Steered) -> None:
        _until(lambda: steered.value("flow") == 0.25)
        steered.send("scene/flow", 1.5)
        steered.send("scene/tint", 1.0, 0.5, 0.0)
        _until(lambda: (steered.value("flow"), steered.value("tint")) == (1.5, [1.0, 0.5, 0.0, 1.0]))
        assert steered.conductor.desk.present()["/monochord/scene/tint"] == (1.0, 0.5, 0.0, 1.0)
        os.kill(steered.backdrop.pid, signal.SIGKILL)
        _until(lambda: any("the picture is back" in line for line in steered.said))
        _until(lambda: steered.value("flow") == 1.5)
        steered.send("scene/flow/release")
        _until(lambda: steered.value("flow") == 0.25)
        assert steered.value("tint") == [1.0, 0.5, 0.0, 1.0]
        steered.send("scene/release")
        _until(lambda: steered.value("tint") == [0.0, 0.0, 0.0, 1.0])
        assert steered.backdrop["overrides"] == {}

    show(hand)


@pytest.mark.gl
def test_another_scene_is_the_musics_again_and_a_preset_brings_the_hand_back(show: Run) -> None:
    def hand(steered: Steered) -> None:
        first, second = steered.conductor.settings.scenes
        number = steered.conductor.table.number
        steered.send("scene/flow", 1.5)
        _until(lambda: steered.value("flow") == 1.5)
        steered.send("preset/store", "evening")
        _until(steered.conductor.settings.presets.exists)
        steered.send("scene/select", 2)
        _until(lambda: steered.conductor.table.scene == second)
        assert steered.conductor.table.number == number + 1
        assert steered.backdrop["overrides"] == {}
        _until(lambda: any(line == f"no longer held by hand, for {second} is on: flow" for line in steered.said))
        steered.send("preset/recall", "evening")
        _until(lambda: any("has no preset evening" in line for line in steered.said))
        steered.send("scene/previous")
        _until(lambda: steered.conductor.table.scene == first)
        steered.send("preset/recall", "evening")
        _until(lambda: steered.value("flow") == 1.5)

    show(hand)


@pytest.mark.gl
def test_an_order_is_done_at_once_and_not_when_the_show_is_looked_after_next(
    show: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.conductor._TEND_PERIOD", 3600.0)

    def hand(steered: Steered) -> None:
        took = []
        for n in range(1, 41):
            begun = time.monotonic()
            steered.send("master/brightness", n / 64)  # which 32 bits hold exactly
            _until(lambda n=n: steered.backdrop["brightness"] == n / 64, pause=0.0002)  # type: ignore[misc]  # bound now, not later
            took.append(time.monotonic() - begun)
            time.sleep(0.01)
        print(f"ms: {[round(1000 * x, 1) for x in sorted(took)]}")

    show(hand)
