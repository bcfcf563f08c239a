"""The backdrop: the conductor's end of the stage. It remembers what is on, so that a new painter goes on with it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.child import Child, Watch
from engine.errors import MissingDriver, MonochordError, NoSuchDevice
from engine.frame import HOP, RATE
from engine.frame_ring import FrameRing
from engine.stage.report import StageReport
from engine.stage.targets import Size

_PATIENCE: Final = 1.2  # seconds without a picture until the stage counts as hung
_STARTING: Final = 20.0  # seconds until the first picture; software drivers compile slowly
_RETRY: Final = 1.0


@dataclass(frozen=True, slots=True)
class StageSettings:
    """Where pictures are shown and how."""

    headless: bool = False
    size: Size = (1280, 720)
    fps: float = 60.0
    monitor: str | None = None
    full_screen: bool = False
    panel: bool = True
    delay: float = 0.0
    """Seconds by which the picture is held back to match the PA."""
    nice: int = 5
    """How far drawing steps back behind hearing where both want the same core."""


class Backdrop:
    """The stage as the conductor sees it. All methods are for the thread that made it."""

    def __init__(self, settings: StageSettings, scene: str, ring: FrameRing) -> None:
        """Start the painter; `await_ready` tells whether it found screen, driver and monitor."""
        self.settings, self._ring = settings, ring
        self.scene = scene
        self.report = StageReport()
        self.restarts = 0
        self.closed = False
        self.renderer = ""
        self._on: dict[str, Any] = {
            "blackout": False,
            "freeze": False,
            "brightness": 1.0,
            "panel": settings.panel,
            "full_screen": settings.full_screen,
        }
        self._wishes: list[str] = []
        self._messages: list[str] = []
        self._error: MonochordError | None = None
        self._ready = False
        self._retry_at = 0.0
        self._watch = Watch(_STARTING)
        self._child = self._start()

    @property
    def pid(self) -> int:
        return self._child.pid

    def __getitem__(self, name: str) -> Any:
        """`blackout`, `freeze`, `brightness`, `panel` or `full_screen` as it is now."""
        return self._on[name]

    def set(self, **values: Any) -> None:
        """Change any of them."""
        self._on.update(values)
        self._child.say(**values)

    def toggle(self, name: str) -> None:
        self.set(**{name: not self._on[name]})

    def show(self, scene: str) -> None:
        """Change to this scene; it becomes `scene` when it is on."""
        self._child.say(scene=scene)

    def tell(self, status: Mapping[str, Any]) -> None:
        """What the operator's panel shows of the show."""
        self._child.say(status=dict(status))

    def wishes(self) -> Iterator[str]:
        """What keys in the window have asked for since the last call."""
        wishes, self._wishes = self._wishes, []
        yield from wishes

    def shown(self, since: int) -> NDArray[np.int64]:
        """(hop, nanoseconds) of the pictures from number `since` on."""
        return self.report.since(since)

    def tend(self, now: float) -> Iterator[str]:
        """Watch over the painter; what the operator should know. Call it some twenty times a second."""
        self._hear()
        messages, self._messages = self._messages, []
        yield from messages
        dead = self._child.exit_code is not None
        if self.closed or now < self._retry_at:
            return
        if self._watch.stuck(self.report.pictures, now) or dead:
            why = (str(self._error) if self._error else self._child.complaint or "it died") if dead else "it hung"
            self._child.end()
            self.restarts += 1
            self._retry_at = now + (_RETRY if self.restarts > 2 else 0.0)
            self._error, self._ready = None, False
            self._watch = Watch(_STARTING)
            self._child = self._start()
            yield f"the stage is lost ({why}): starting it again in {self.scene}"

    def close(self) -> None:
        """End the painter, whatever it is doing."""
        self._child.end(grace=0.5)
        self.report.memory.close()

    def _start(self) -> Child:
        settings = self.settings
        return Child(
            "engine.stage.painter",
            {
                "ring": self._ring.memory.fd,
                "report": self.report.memory.fd,
                "scene": self.scene,
                "headless": settings.headless,
                "size": settings.size,
                "fps": settings.fps,
                "monitor": settings.monitor,
                "delay_hops": round(settings.delay * RATE / HOP),
                "nice": settings.nice,
                **self._on,
            },
            fds=(self._ring.memory.fd, self.report.memory.fd),
        )

    def await_ready(self) -> None:
        """Wait until the painter is about to draw; MissingDriver or NoSuchDevice says why it is not."""
        deadline = time.monotonic() + 2 * _STARTING
        while not self._ready and time.monotonic() < deadline:
            self._hear()
            if self._error is not None:
                raise self._error
            if self._child.exit_code is not None:
                raise MissingDriver(f"the stage died at once: {self._child.complaint or 'no reason given'}")
            time.sleep(0.01)
        if not self._ready:
            raise MissingDriver(f"the graphics driver does not answer within {2 * _STARTING:g} s")

    def _hear(self) -> None:
        for message in self._child.heard():
            if "ready" in message:
                self._ready, self.renderer = True, str(message["ready"])
                self._watch = Watch(_PATIENCE)
            elif "scene" in message:
                self.scene = str(message["scene"])
            elif "key" in message:
                self._wishes.append(str(message["key"]))
            elif "trouble" in message:
                self._messages.append(str(message["trouble"]))
            elif "closed" in message:
                self.closed = True
            elif "error" in message:
                missing = message.get("exit_code") == MissingDriver.exit_code
                self._error = (MissingDriver if missing else NoSuchDevice)(str(message["error"]))
