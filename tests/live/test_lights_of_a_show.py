"""Lights in a whole show that nobody has a screen for: they go with its scenes, whoever changes them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from pythonosc.osc_message import OscMessage

from engine.audio.hearing_settings import HearingSettings
from engine.conductor import Conductor
from engine.control.orders import SelectScene, StepCue
from engine.lights.patch import read_patch
from engine.settings import Settings
from engine.stage.stage_settings import StageSettings
from engine.timing.cues import read_cues

from ..stage.conftest import isf

SMALL = StageSettings(headless=True, size=(64, 36), fps=30.0, nice=0)
HUES = {"red": 0.0, "green": 1 / 3, "blue": 2 / 3}


@pytest.mark.gl
def test_without_a_screen_the_lights_go_with_cues_and_scenes_as_with_one(tmp_path: Path, until: Callable) -> None:
    scenes = {}
    for name, hue in HUES.items():
        (tmp_path / f"{name}.fs").write_text(isf("void main() { gl_FragColor = vec4(0.5); }"))
        (tmp_path / f"{name}.toml").write_text(
            f'shader = "{name}.fs"\n[lights.wash]\nlevel = 1.0\nhue = {hue:.6f}\nwarmth = 0.0\n'
        )
        scenes[name] = str(tmp_path / f"{name}.toml")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as console:
        console.bind(("127.0.0.1", 0))
        console.setblocking(False)
        told: dict[str, float] = {}

        def lit() -> set[str]:
            """The colours that are up."""
            with suppress(BlockingIOError):
                while True:
                    message = OscMessage(console.recv(4096))
                    told[message.address] = message.params[0]
            return {name for number, name in enumerate(HUES, 1) if told.get(f"/pb/{number}", 0.0) > 0.99}

        to = f"127.0.0.1:{console.getsockname()[1]}:magicq"
        cue = {"scene": scenes["green"], "at": 0.5, "transition": "fade", "seconds": 0.2}
        show = Settings(
            hearing=HearingSettings(source="tone:220", silent=True),
            stage=SMALL,
            scene=scenes["red"],
            scenes=tuple(scenes.values()),
            cues=read_cues([cue, {"scene": scenes["red"]}]),
            seconds=240.0,
            lights=(read_patch({"to": to, "map": {"wash.tint": ["1", "2", "3"]}}),),
        )
        with Conductor(show, lambda _: None) as conductor:
            seen: list[set[str]] = []

            def hand() -> None:
                try:
                    until(lambda: lit() == {"red"} or told.get("/pb/2", 0.0) > 0.0, 60.0)
                    until(lambda: lit() == {"green"}, 60.0)  # the clock's cue
                    conductor.order(StepCue(1))
                    until(lambda: lit() == {"red"}, 60.0)
                    conductor.order(SelectScene(scenes["blue"]))
                    until(lambda: lit() == {"blue"}, 60.0)
                    seen.append(lit())
                finally:
                    conductor.stop()

            thread = threading.Thread(target=hand)
            thread.start()
            conductor.run()
            thread.join()
            assert seen == [{"blue"}]
