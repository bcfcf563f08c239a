"""A night on which things go wrong on purpose: the show that runs through it, what was seen, and what it is held to."""

from __future__ import annotations

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
from from_outside import Eyes, Lights, Pulse
from running_show import RunningShow, free_port, until
from wall_seen import Wall

from engine.frame import RATE

SIZE: Final = (320, 180)
FPS: Final = 30
SCENE: Final = "mountains"
BEGINNING: Final = 90.0
"""Seconds that a show may take until all of it is there, on a machine with much to do."""
COMING_BACK: Final = 60.0
"""Seconds after which nobody waits any longer for what should come back."""
STILL: Final = 0.2
"""Seconds for which a machine that stands still is to blame for what is late."""
GOOD: Final = """/*{"DESCRIPTION": "Light."}*/
void main() { gl_FragColor = vec4(0.6, 0.5, 0.4, 1.0); }
"""
_MAKERS: Final = Path(__file__).with_name("trouble_makers.py")


@dataclass(frozen=True, slots=True)
class Check:
    """What was seen, the bar, and whether it is reached. `timed`: the clock decides, and on a busy machine it lies."""

    seen: str
    bar: str
    well: bool
    timed: bool = False

    def __str__(self) -> str:
        return f"{self.seen} ({self.bar})" if self.bar else self.seen


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one fault; `skipped` says why it was not tried."""

    fault: str
    checks: tuple[Check, ...] = ()
    skipped: str = ""
    stood: float = 0.0
    """Seconds for which the machine itself stood still meanwhile."""

    def failed(self, *, timed: bool) -> list[Check]:
        """The checks that were not passed; those that a clock decides only where it is believed."""
        return [one for one in self.checks if not one.well and (timed or not one.timed)]

    def line(self, *, timed: bool) -> str:
        """One line for who watches."""
        word = "skip" if self.skipped else "FAIL" if self.failed(timed=timed) else "ok  "
        return f"{word}  {self.fault:18} {self.told}"

    @property
    def told(self) -> str:
        """All that was seen."""
        stood = f" · the machine itself stood still for {self.stood:.2f} s" if self.stood > STILL else ""
        return self.skipped or " · ".join(map(str, self.checks)) + stood


def within(what: str, seconds: float | None, most: float) -> Check:
    """A time that was taken, and the most that it may; None where it never came."""
    if seconds is None:
        return Check(f"{what} never", f"< {most:.3g} s", well=False)
    return Check(f"{what} {seconds:.2f} s", f"< {most:.3g} s", well=seconds < most, timed=True)


def so(what: str, *, well: bool, timed: bool = False) -> Check:
    """Something that is so, or is not. `timed`: a machine that stands still for too long makes it so."""
    return Check(what if well else f"NOT: {what}", "", well, timed)


@dataclass(frozen=True, slots=True)
class Calm:
    """What the machine does by itself: the same figures while nothing is wrong."""

    seconds: float
    silence: float
    late: float
    lost: int
    gap: float
    rate: float
    black: float
    stood: float

    def __str__(self) -> str:
        wall = "no wall was looked at" if np.isnan(self.black) else f"wall black {self.black:.2f} s"
        return (
            f"lights' longest silence {self.silence:.3f} s, p99 between hops {1e3 * self.late:.1f} ms, {self.lost} hops"
            f" lost · {self.rate:.1f} pictures a second, longest gap {self.gap:.2f} s, {wall} · the machine itself"
            f" stood still for {self.stood:.3f} s of {self.seconds:.0f}"
        )


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
    command = [sys.executable, str(_MAKERS), *map(str, words)]
    maker = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
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
