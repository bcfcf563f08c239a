"""Hearing: keeps ears alive and turns what they hear into blocks.

The main thread tends (starts, watches, restarts); the listening thread takes blocks. When the ears are lost, the
room is silent, not stopped: hops of silence keep the show's time going until the sound is back.
"""

from __future__ import annotations

import contextlib
import os
import select
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, Final

from engine.audio.hearing_settings import HearingSettings
from engine.audio.hops import Hopper
from engine.audio.sound_block import Counter, SoundBlock
from engine.errors import MissingDriver, MonochordError, NoSuchDevice
from engine.foundation.child import Child, Spare, Watch
from engine.frame import HOP, RATE, Block, Samples

_PATIENCE: Final = 0.5  # seconds without a callback until the ears count as frozen
_STARTING: Final = 15.0  # seconds that ears may take to say that they are ready (a cold cache compiles)
_RETRY: Final = 0.4
_DEAF_AFTER: Final = 0.25


class _Ears(Child):
    """One life of the child, with a block of memory and a wake pipe of its own."""

    def __init__(self) -> None:
        self.ready: dict[str, Any] | None = None
        self.watch = Watch(_PATIENCE)
        self.born = time.monotonic()
        self.taken = 0
        with ExitStack() as undo:
            self.block = SoundBlock()
            undo.callback(self.block.memory.close)
            self._wake, self._waker = os.pipe()
            undo.callback(os.close, self._wake)
            try:
                os.set_blocking(self._wake, False)
                os.set_blocking(self._waker, False)
                super().__init__("engine.audio.ears", fds=(self.block.memory.fd, self._waker))
            finally:
                os.close(self._waker)  # in this process alone, so that its end is heard
            undo.pop_all()

    def listen(self, settings: HearingSettings, start: float) -> _Ears:
        """Begin to listen, or to play from `start` seconds on; itself."""
        self.born = time.monotonic()
        self.begin(
            {
                "source": settings.source,
                "device": settings.device,
                "repeat": settings.repeat,
                "silent": settings.silent,
                "start": start,
                "block": self.block.memory.fd,
                "wake": self._waker,
            }
        )
        return self

    @property
    def position(self) -> float:
        rate = self.block[Counter.RATE]
        return self.block[Counter.POSITION] / rate if rate else 0.0

    def wait(self, seconds: float) -> None:
        """Until the driver has called, at most `seconds`."""
        readable, _, _ = select.select([self._wake], [], [], seconds)
        if readable:
            with contextlib.suppress(BlockingIOError):
                if not os.read(self._wake, 4096):
                    time.sleep(min(seconds, 0.005))  # the other end is closed: the ears are dead

    def take(self) -> tuple[Samples, int]:
        """Sound that has come since the last call, and how many frames of it were lost."""
        sound, lost = self.block.heard(self.taken)
        self.taken += len(sound) + lost
        return sound, lost

    def drop(self) -> None:
        super().drop()
        self.close()

    def close(self) -> None:
        """Only by the listening thread, or after it has ended."""
        os.close(self._wake)
        self.block.memory.close()


class Hearing:
    """Blocks from a device or a source, whatever happens to the driver. A context manager."""

    def __init__(self, settings: HearingSettings) -> None:
        self.settings = settings
        self.name = ""
        self.restarts = 0
        self.lost_frames = 0
        self.over = False
        self._ears = _Ears().listen(settings, 0.0)
        self.spare = Spare(_Ears)
        """The ears that wait, loaded, for the loss of these."""
        self._coming: _Ears | None = None
        self._arrived: _Ears | None = None
        self._retry_at = 0.0
        self._ended = False
        self._well = True
        self._last_words = ""
        self._orders: dict[str, Any] = {}
        self._remarks: list[str] = []
        self._hopper: Hopper | None = None
        self._last_sound = time.monotonic()
        self._silent_hops = 0
        self.aside: Callable[[Samples, int], None] | None = None
        """Is given all that is heard, (n, channels of the device), and its rate; from the listening thread."""

    # The main thread.

    def await_ready(self) -> None:
        """Wait until the first sound can come. MissingDriver, NoSuchDevice or BadSetting says why it cannot."""
        while self._ears.ready is None:
            for message in self._ears.heard():
                if "ready" in message:
                    self._ears.ready = dict(message)
                if "error" in message:
                    raise _as_error(message)
            if self._ears.exit_code is not None:
                raise MissingDriver(f"the ears died at once: {self._ears.complaint or 'no reason given'}")
            if time.monotonic() - self._ears.born > 2 * _STARTING:
                raise MissingDriver(
                    f"the sound driver does not answer within {2 * _STARTING:g} s (is its server alive?)"
                )
            time.sleep(0.005)
        ready, settings = self._ears.ready, self.settings
        self.name = str(ready["ready"])
        self._remarks = [str(ready["remark"])] if ready.get("remark") else []
        self._hopper = Hopper(int(ready["rate"]), int(ready["channels"]), settings.channels, settings.gain_db)
        self._last_sound = time.monotonic()

    @property
    def hopper(self) -> Hopper:
        """What makes blocks of the sound; there is none before the ears are ready."""
        assert self._hopper is not None
        return self._hopper

    @property
    def stamp(self) -> float:
        """Seconds of the monotonic clock at the newest callback."""
        return self._ears.block.stamp

    def mark(self) -> tuple[int, float] | None:
        """The first frame of the newest callback and when it was handed over; None if the driver was just at it."""
        block = self._ears.block
        stamp, frames = block.stamp, block[Counter.WRITTEN]
        still = (block.stamp, block[Counter.WRITTEN]) == (stamp, frames)
        return (frames - HOP, stamp) if still else None

    @property
    def overflows(self) -> int:
        """Times the driver lost sound, in this life of the ears."""
        return self._ears.block[Counter.OVERFLOWS]

    @property
    def pid(self) -> int:
        return self._ears.pid

    @property
    def position(self) -> float:
        """Seconds into the recording that is played."""
        return self._ears.position

    @property
    def deaf(self) -> float:
        """Seconds for which the ears have given nothing; 0 while they hear."""
        return _DEAF_AFTER + self._silent_hops * HOP / RATE if self._silent_hops else 0.0

    @property
    def paused(self) -> bool:
        return bool(self._orders.get("pause", False))

    def order(self, **command: Any) -> None:
        """`pause=bool`, `seek=seconds`, `loop=(start, end)`: what a player understands."""
        if self.settings.source is None:
            return
        self._orders.update({name: value for name, value in command.items() if name != "seek"})
        if "seek" in command or "loop" in command:
            self._ended = False
        self._ears.say(**command)

    def tend(self, now: float) -> Iterator[str]:
        """Watch over the ears; what the operator should know. Call it some twenty times a second."""
        remarks, self._remarks = self._remarks, []
        yield from remarks
        if self._coming is not None:
            yield from self._tend_coming(self._coming, now)
        elif self._arrived is None:
            yield from self._tend_living(now)
        self.spare.tend(now, calm=self._well and not self.over)

    def _tend_living(self, now: float) -> Iterator[str]:
        ears = self._ears
        for message in ears.heard():
            if message.get("ended"):
                self._ended = True
            self._last_words = str(message.get("lost") or message.get("error") or self._last_words)
        if self.over or self._ended:
            return
        dead = ears.exit_code is not None
        lost = dead or ears.watch.stuck(ears.block[Counter.CALLBACKS], now)
        if lost and now >= self._retry_at:
            why = (self._last_words or ears.complaint or "they died") if dead else "they froze"
            if self._well:
                yield f"the ears are lost ({why}): starting them again"
            self._well = False
            ears.end()
            yield from self._start_again(now)

    def _tend_coming(self, ears: _Ears, now: float) -> Iterator[str]:
        if now < self._retry_at:
            return
        if ears.exit_code is not None or now - ears.born > _STARTING:
            ears.end()
            ears.close()
            yield from self._start_again(now)
            return
        for message in ears.heard():
            if "ready" in message:
                ears.ready = dict(message)
        if ears.ready is not None:
            for name, value in self._orders.items():
                ears.say(**{name: value})
            self._coming, self._arrived = None, ears
            self._well, self._last_words = True, ""
            yield f"sound is back ({ears.ready['ready']})"

    def _start_again(self, now: float) -> Iterator[str]:
        self.restarts += 1
        self._retry_at = now + (_RETRY if self.restarts > 1 else 0.0)
        try:
            self._coming = (self.spare.take() or _Ears()).listen(self.settings, self._ears.position)
        except OSError as no_room:  # no memory, no descriptor left: it may pass
            self._coming, self._retry_at = None, now + _RETRY
            words = f"no others can be started: {no_room.strerror}"
            if words != self._last_words:
                yield f"the ears are lost ({words})"
            self._last_words = words

    # The listening thread.

    def blocks(self, wait: float = 0.02) -> Iterator[Block]:
        """The blocks that are complete, after waiting up to `wait` seconds for the driver."""
        if self._arrived is not None:
            self._move_to(self._arrived)
        self._ears.wait(wait)
        ended = self._ended  # asked before looking for sound: nothing can come after it
        sound, lost = self._ears.take()
        self.lost_frames += lost
        now = time.monotonic()
        if len(sound):
            self._last_sound, self._silent_hops = now, 0
            if self.aside is not None:
                self.aside(sound, self._ears.block[Counter.RATE])
            yield from self.hopper.feed(sound)
        elif ended:
            yield from self.hopper.finish()
            self.over = True
        elif not self.paused and now - self._last_sound > _DEAF_AFTER:
            due = int((now - self._last_sound - _DEAF_AFTER) * RATE / HOP)
            for _ in range(min(due - self._silent_hops, 64)):
                self._silent_hops += 1
                yield from self.hopper.silence()

    def _move_to(self, ears: _Ears) -> None:
        old, self._ears = self._ears, ears
        self._arrived = None
        ready = ears.ready or {}
        self.hopper.tune(int(ready["rate"]), int(ready["channels"]))
        old.close()

    def close(self) -> None:
        """End the ears, whatever they are doing; after the listening thread has ended."""
        self.spare.close()
        for ears in (self._ears, self._coming, self._arrived):
            if ears is not None:
                ears.end(grace=0.3)
                ears.close()


def _as_error(message: dict[str, Any] | Any) -> MonochordError:
    kind = MissingDriver if message.get("exit_code") == MissingDriver.exit_code else NoSuchDevice
    return kind(str(message["error"]))
