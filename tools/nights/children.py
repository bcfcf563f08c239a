"""Faults of the processes that a show can lose: killed and frozen ears, stage, understudy, and the conductor itself."""

from __future__ import annotations

import os
import pty
import signal
import termios
import time
from collections.abc import Sequence

from watching.from_outside import Lights
from watching.processes import family
from watching.show import RunningShow, until

from nights.night import BEGINNING, COMING_BACK, Fault, Night, drawing, gone, music, shared_memory
from nights.verdict import Check, Verdict, so, within


def ears(name: str, how: signal.Signals) -> Fault:
    """The process that owns the sound card is killed or frozen."""

    def fault(night: Night) -> Verdict:
        show = night.show
        night.whole()
        before, since = night.restarts, time.monotonic()
        os.kill(show.pid("ears"), how)
        back = until(lambda: night.restarts[0] > before[0] and _sounds(night, since), COMING_BACK)
        came = night.lights.sounding(since)
        night.settle()
        now = time.monotonic()
        silence, gap = night.lights.longest(since, now), night.eyes.longest(since, now)
        calm = night.calm
        assert calm is not None
        return Verdict(
            name,
            (
                within("longest silence to the lights", silence, 0.5),
                within("sound back after", came - since if back and came is not None else None, 2.0),
                within("longest without a picture", gap, max(2 * calm.gap, 0.25)),
                so("no hop lost", well=night.lights.lost(since, now) == 0),
                so("the stage knew nothing of it", well=night.restarts[1] == before[1]),
                *night.never_black(since),
            ),
        )

    return fault


def _sounds(night: Night, since: float) -> bool:
    """Whether there is sound again, half a second after the ears were lost at the earliest."""
    return time.monotonic() - since > 0.5 and night.lights.sounding(since) is not None


def stage(name: str, how: signal.Signals) -> Fault:
    """The process that draws is killed or frozen."""

    def fault(night: Night) -> Verdict:
        show = night.show
        night.whole()
        before, scene = night.restarts, show.scene
        since = time.monotonic()
        lost = show.pid("painter")
        os.kill(lost, how)
        until(lambda: show.pid("painter") not in (0, lost), COMING_BACK)
        another = time.monotonic()
        until(lambda: night.eyes.back(another) and night.restarts[1] > before[1], COMING_BACK)
        came = night.eyes.back(another)
        night.settle(2.0)
        now, calm = time.monotonic(), night.calm
        assert calm is not None
        silence, late = night.lights.longest(since, now), night.lights.late(since, now)
        bar = max(2 * calm.silence, 0.1)
        checks: list[Check] = [
            within(f"lights (calm {calm.silence:.3f} s) silent for", silence, bar),
            Check(f"p99 {1e3 * late:.1f} ms, calm {1e3 * calm.late:.1f}", "", well=True),
            within("picture back after", None if came is None else came - since, 3.0),
            so("in the same scene", well=show.scene == scene, timed=True),
            so("no hop of the lights lost", well=night.lights.lost(since, now) == 0),
            so("the ears knew nothing of it", well=night.restarts[0] == before[0]),
        ]
        if (black := night.eyes.black(since, now)) == black:
            checks.append(within("wall dark for", black, 3.0))
        return Verdict(name, tuple(checks))

    return fault


def understudy(night: Night) -> Verdict:
    """The process that tries scenes off stage is killed, again and again: what is bad stays off all the same."""
    show, before, since = night.show, night.restarts, time.monotonic()
    replaced = 0
    for _ in range(3):
        killed = show.pid("understudy")
        if not killed:
            break
        os.kill(killed, signal.SIGKILL)
        replaced += until(lambda killed=killed: show.pid("understudy") not in (0, killed), 15.0)
        night.settle(night.moments(15.0, 10.0))  # one that dies young is held against them all
    checks = [so(f"replaced {replaced} times of 3", well=replaced == 3), *night.unharmed(since, before)]
    return Verdict("understudy-killed", (*checks, so("scenes change as ever", well=night.again())))


def conductor(name: str, how: signal.Signals) -> Fault:
    """The show itself is ended: in order, or by whoever needs its memory."""

    def fault(night: Night) -> Verdict:
        folder, before = night.folder / name, shared_memory()
        ours, its = pty.openpty()
        was = termios.tcgetattr(ours)
        with Lights() as lights:
            settings = f'scene = "fallback"\n[stage]\nsize = [64, 36]\n[[osc]]\nto = "127.0.0.1:{lights.port}"\n'
            command = ["preview", str(music(night.folder / "music.wav")), "--loop", "--silent", "--headless"]
            show = RunningShow(folder, command, settings, terminal=its)
            said = b""
            try:
                begun = until(lambda: lights.moments and drawing(show), BEGINNING)
                children = [pid for role, pid in family(show.process.pid) if role != "conductor"]
                since = time.monotonic()
                show.process.send_signal(how)
                os.set_blocking(ours, False)
                while time.monotonic() - since < 30 and show.alive:  # a terminal that is not read holds up who writes
                    said += _read(ours)
                    time.sleep(0.01)
                code = show.process.wait(5) if not show.alive else None
                ended = until(lambda: gone(children), COMING_BACK)
                took = time.monotonic() - since
                said += _read(ours)
            finally:
                show.close()
        same = termios.tcgetattr(ours) == was
        os.close(its)
        os.close(ours)
        wanted = 0 if how == signal.SIGTERM else -how
        return Verdict(
            name,
            (
                so("the show had begun", well=begun),
                so(f"exit code {code}", well=code == wanted),
                within(f"{len(children)} children gone after", took if ended else None, 5.0),
                so("nothing left in /dev/shm", well=shared_memory() <= before),
                so("the terminal is as it was", well=same and said.count(b"\x1b[?25l") == said.count(b"\x1b[?25h")),
            ),
        )

    return fault


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:
        return b""


FAULTS: Sequence[tuple[str, Fault]] = (
    ("ears-killed", ears("ears-killed", signal.SIGKILL)),
    ("ears-frozen", ears("ears-frozen", signal.SIGSTOP)),
    ("stage-killed", stage("stage-killed", signal.SIGKILL)),
    ("stage-frozen", stage("stage-frozen", signal.SIGSTOP)),
    ("understudy-killed", understudy),
)
LAST: Sequence[tuple[str, Fault]] = (
    ("show-terminated", conductor("show-terminated", signal.SIGTERM)),
    ("show-killed", conductor("show-killed", signal.SIGKILL)),
)
