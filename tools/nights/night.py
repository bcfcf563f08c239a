"""A night on which things go wrong on purpose: the show that runs through it, and who watches it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

import numpy as np
import soundfile
from watching.from_outside import Eyes, Lights, Pulse
from watching.processes import family, taken
from watching.show import RunningShow, free_port, until
from watching.wall import Wall

from engine.frame import RATE
from nights.verdict import Calm, Check, Verdict, so, within

SIZE: Final = (320, 180)
FPS: Final = 30
SCENE: Final = "mountains"
BEGINNING: Final = 90.0
"""Seconds that a show may take until all of it is there, on a machine with much to do."""
COMING_BACK: Final = 60.0
"""Seconds after which nobody waits any longer for what should come back."""
GOOD: Final = """/*{"DESCRIPTION": "Light."}*/
void main() { gl_FragColor = vec4(0.6, 0.5, 0.4, 1.0); }
"""


@dataclass
class Night:
    """A running show and who watches it. A context manager; the show begins with the first fault that needs it."""

    folder: Path
    short: bool = False
    calm: Calm | None = None
    undo: ExitStack = field(default_factory=ExitStack)
    _show: RunningShow | None = None

    def __post_init__(self) -> None:
        self._of_show = ExitStack()
        self.wall: Wall | None = None
        self.lights = self.undo.enter_context(Lights())
        self.pulse = self.undo.enter_context(Pulse())
        self.udp, self.tcp = free_port(2), free_port(1)
        """Ports of two more receivers: faults of receivers are done there."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        self.undo.close()

    def end(self) -> None:
        """End the show, and look at it no more."""
        self._of_show.close()

    @property
    def show(self) -> RunningShow:
        """The show that runs all night; it has begun, and was watched while nothing was wrong."""
        if self._show is not None and not self._show.alive:
            raise RuntimeError(f"the show has ended: {self._show.said[-400:]}")
        if self._show is None:
            self._begin()
        assert self._show is not None
        return self._show

    @property
    def said(self) -> str:
        """All that the show of the night has said."""
        return self._show.said if self._show is not None else ""

    def _begin(self) -> None:
        try:
            self.wall = self._of_show.enter_context(Wall(SIZE))
        except RuntimeError as why:
            print(f"the wall is not looked at: {why}", flush=True)
        self.trial = self.folder / "night" / "trial.fs"
        self.half = self.folder / "night" / "half.toml"
        self.trial.parent.mkdir(parents=True)
        self.trial.write_text(GOOD)
        self.half.with_suffix(".fs").write_text(GOOD)
        self.half.write_text('shader = "half.fs"\n')
        scenes = [SCENE, "ink", str(self.trial), str(self.half)]
        osc = [f"127.0.0.1:{self.lights.port}", f"127.0.0.1:{self.udp}", f"127.0.0.1:{self.tcp}:generic:tcp"]
        settings = f'scene = "{SCENE}"\nscenes = {scenes!r}\n[stage]\nsize = {list(SIZE)}\nfps = {FPS}\npanel = false\n'
        settings += "".join(f'[[osc]]\nto = "{place}"\n' for place in osc)
        command = ["preview", str(music(self.folder / "music.wav")), "--loop", "--silent"]
        command += [] if self.wall else ["--headless"]
        self._show = RunningShow(
            self.folder / "night", command, settings, environment={"DISPLAY": self.wall.display} if self.wall else {}
        )
        self._of_show.callback(self._show.close)
        self._show.read_page()
        show = self._show
        if not until(lambda: self.lights.moments and show.facts.get("stage", {}).get("rate", 0) > 1, BEGINNING):
            raise RuntimeError(f"the show does not begin: {show.said}")
        self.eyes = self._of_show.enter_context(Eyes(show.process.pid, self.wall))
        self.settle(1.0 if self.short else 3.0)  # what the evening may bring is being tried off stage
        seconds, since = (4.0 if self.short else 15.0), time.monotonic()
        time.sleep(seconds)
        now = time.monotonic()
        eyes, lights = self.eyes, self.lights
        self.calm = Calm(
            seconds,
            lights.longest(since, now),
            lights.late(since, now),
            lights.lost(since, now),
            eyes.longest(since, now),
            eyes.rate(since, now),
            eyes.black(since, now),
            self.pulse.longest(since, now),
        )
        print(f"calm  {self.calm}", flush=True)

    @staticmethod
    def settle(seconds: float = 1.0) -> None:
        """Let the show come to rest."""
        time.sleep(seconds)

    def whole(self) -> None:
        """Wait until whoever would take the place of ears and stage stands by: what is done next is one fault, not two.

        A second loss within some seconds of the first finds nobody loaded, and takes a start longer.
        """
        until(self._stand_by, COMING_BACK)

    def _stand_by(self) -> bool:
        """Whether there are spares of both, and they are loaded: they have nothing more to do."""
        roles = dict(family(self.show.process.pid))
        spares = [roles.get("spare ears"), roles.get("spare painter")]
        before = [taken(pid) for pid in spares if pid is not None]
        time.sleep(0.5)
        after = [taken(pid) for pid in spares if pid is not None]
        pairs = zip(before, after, strict=True)
        return len(after) == len(spares) and all(one and two and one.worked == two.worked for one, two in pairs)

    @property
    def restarts(self) -> tuple[int, int]:
        """Of ears and stage, as the page tells them."""
        facts = self.show.facts
        return int(facts["ears"]["restarts"]), int(facts["stage"]["restarts"])

    def unharmed(self, since: float, restarts: tuple[int, int], *, black: bool = True) -> list[Check]:
        """That the lights and the pictures went on from `since` until now, as they do while nothing is wrong."""
        calm, now = self.calm, time.monotonic()
        assert calm is not None
        late, gap = self.lights.late(since, now), self.eyes.longest(since, now)
        most, longest = max(2 * calm.late, 0.02), max(2 * calm.gap, 0.5)
        checks = [
            Check(f"p99 between hops {1e3 * late:.1f} ms", f"≤ {1e3 * most:.1f}", well=late <= most, timed=True),
            within("longest silence", self.lights.longest(since, now), max(2 * calm.silence, 0.1)),
            within("longest without a picture", gap, longest),
            so("no hop of the lights lost", well=self.lights.lost(since, now) == 0),
            so("no restart", well=self.restarts == restarts, timed=True),
        ]
        return [*checks, *self.never_black(since)] if black else checks

    def never_black(self, since: float) -> list[Check]:
        """That the wall was not black since then; nothing where nobody can look at it."""
        found = self.eyes.black(since, time.monotonic())
        return (
            []
            if np.isnan(found)
            else [so("wall never black", well=True) if found == 0.0 else within("wall black for", found, 0.0)]
        )

    def again(self) -> bool:
        """Whether the show does what it is told: another scene comes on, and the first one again."""
        return all(self.changed_to(scene) for scene in ("ink", SCENE))

    def changed_to(self, scene: str) -> bool:
        """Whether this scene comes on when somebody asks for it; asked again where an order was lost on its way."""
        show, deadline = self.show, time.monotonic() + COMING_BACK
        while time.monotonic() < deadline:
            show.order("/monochord/scene/select", "s", scene)
            if until(lambda: show.scene == scene, 5.0):
                return True
        return False

    def moments(self, full: float, short: float) -> float:
        """Seconds that a fault lasts."""
        return short if self.short else full


@contextmanager
def trouble(*words: object) -> Iterator[subprocess.Popen[str]]:
    """One of the trouble makers, until it has done its work or nobody wants it any more."""
    command = [sys.executable, "-P", "-m", "nights.trouble_makers", *map(str, words)]
    finds = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}  # all that we find, and so tools/ too
    maker = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=finds)
    try:
        yield maker
    finally:
        maker.kill()
        maker.wait()
        assert maker.stdout is not None
        maker.stdout.close()


def music(path: Path, seconds: float = 20.0) -> Path:
    """Something to play that is never silent: plucked notes over a drone."""
    n = np.arange(int(seconds * RATE))
    beat = n % (RATE // 2) / RATE
    note = 220.0 * 2.0 ** ((n // (RATE // 2) * 5 % 12) / 12)
    sound = 0.25 * np.exp(-4 * beat) * np.sin(2 * np.pi * note * beat) + 0.02 * np.sin(2 * np.pi * 110 * n / RATE)
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, sound.astype(np.float32), RATE, subtype="FLOAT")
    return path


def drawing(show: RunningShow) -> bool:
    """Whether its stage draws, and an understudy stands by."""
    if not (show.pid("painter") and show.pid("understudy")):
        return False
    with Eyes(show.process.pid, None) as eyes:
        return until(lambda: len(eyes.moments) > 3, 2.0)


def gone(pids: Sequence[int]) -> bool:
    """Whether none of these processes runs any more."""
    return not any(_runs(pid) for pid in pids)


def _runs(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def shared_memory() -> set[str]:
    """What lies in /dev/shm and is none of a sound server's."""
    folder = Path("/dev/shm")
    return {one.name for one in folder.iterdir() if "jack" not in one.name} if folder.is_dir() else set()


Fault = Callable[[Night], Verdict]
