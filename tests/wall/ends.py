"""The two ends of a wall, each in a process of its own: run by the test of the bad line, which reads what they print.

python tests/wall/ends.py lead HOST SECONDS DELAY_MS
python tests/wall/ends.py follow HOST        (until its standard input is closed)
"""

from __future__ import annotations

import json
import sys
import threading
from dataclasses import replace

from engine.audio.hearing_settings import HearingSettings
from engine.conductor import Conductor
from engine.live.following import Following
from engine.settings import Settings
from engine.stage.backdrop import Backdrop
from engine.stage.stage_settings import StageSettings
from engine.timing.cues import Change, Cue
from engine.wall.address import Address

_STAGE = StageSettings(headless=True, size=(64, 36), fps=60.0, nice=0, leads=True)


class Log:
    """What was on when: read off four times a second."""

    def __init__(self) -> None:
        self.poses: list[object] = []
        self.said: list[str] = []

    def note(self, backdrop: Backdrop) -> None:
        self.poses.append([backdrop.pose["scene"], backdrop.pose["at"], list(backdrop.pose["clocks"])])

    def tell(self, backdrop: Backdrop, **more: object) -> None:
        shown = backdrop.report.since(0).tolist()
        print(json.dumps({"shown": shown, "poses": self.poses, "said": self.said, "scene": backdrop.scene, **more}))


def lead(host: str, seconds: float, delay: float) -> None:
    log = Log()
    show = Settings(
        hearing=HearingSettings(source="clicks:3", silent=True),
        stage=replace(_STAGE, delay=delay / 1000),
        scene="strings",
        scenes=("strings", "ink"),
        cues=(Cue(Change("ink"), number=("at", seconds / 2)),),
        followers=(Address(host),),
        seconds=seconds,
    )
    with Conductor(show, log.said.append) as conductor:
        conductor.run(lambda one: log.note(one.backdrop) if one.backdrop else None)
        assert conductor.backdrop is not None
        log.tell(conductor.backdrop, hops=conductor.hops)


def follow(host: str) -> None:
    log = Log()
    with Following(_STAGE, Address(host), log.said.append) as following:
        print("ready", flush=True)
        threading.Thread(target=lambda: (sys.stdin.read(), following.stop()), daemon=True).start()
        following.run(lambda one: log.note(one.backdrop))
        line = following.line
        log.tell(
            following.backdrop,
            hops=line.hops,
            lost=line.playout.lost,
            broken=line.broken,
            late=line.late,
            trip=line.clock.trip,
            offset=line.clock.offset(line.heard_at or 0.0),
        )


if __name__ == "__main__":
    if sys.argv[1] == "lead":
        lead(sys.argv[2], float(sys.argv[3]), float(sys.argv[4]))
    else:
        follow(sys.argv[2])
