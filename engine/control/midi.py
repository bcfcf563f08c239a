"""MIDI at a show: a thread that hears ports, gives orders, tells controllers how things are, and keeps the clock.

The driver's own threads only stamp what comes and put it down; all else happens in this one's thread, in turn. Ports
are looked for by name once a second: what was unplugged is found again.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from typing import Final, Protocol, Self

from engine.control.bad_order import BadOrder, Complaints
from engine.control.entry import ROOT
from engine.control.midi_clock import STOP, ClockReader, ClockWriter
from engine.control.midi_controller import Controller, Present
from engine.control.midi_lesson import Lesson
from engine.control.midi_map import Grip, MapFile
from engine.control.midi_message import MoveReader
from engine.control.midi_ports import Port, Ports, RtPorts, matching
from engine.control.midi_settings import MidiSettings
from engine.control.mtc import MtcReader
from engine.control.orders import Beat, Order, ReleaseTap, Tempo, Watch
from engine.control.table import Table
from engine.errors import BadSetting, MonochordError, nearest
from engine.timing.timecode import Chase

_LOOK: Final = 1.0  # seconds between two looks for ports
_TELL: Final = 0.05  # seconds between two words to controllers
_LONGEST_WAIT: Final = 0.02  # seconds that the thread may sleep: so soon it sees that it is over
_COMPLAINTS: Final = 1.0  # seconds between two lines of one kind
_MOST: Final = 4096  # messages that may wait
_MOST_ASKED: Final = 64  # lessons that may wait: each is begun with a line to the operator


class Stage(Protocol):
    """The show, as controllers are told of it and give it orders. All of it may be asked from any thread."""

    @property
    def table(self) -> Table: ...
    def order(self, order: Order, /) -> None: ...
    def tell(self, message: object, /) -> None: ...
    def present(self) -> Present: ...
    def held(self) -> Collection[str]: ...
    def beat(self) -> tuple[float, float]:
        """Tempo in beats a minute, 0 for none, and when a beat was, in seconds of the monotonic clock."""


class Midi:
    """MIDI in and out, as long as it is open. A context manager."""

    def __init__(self, settings: MidiSettings, stage: Stage, chase: Chase, ports: Ports | None = None) -> None:
        """Look for the ports; one that is not there is waited for.

        MissingDriver without a driver; BadSetting for an order that there is none of; BadFile for what was learned,
        if it cannot be read. `chase` is told MIDI time code.
        """
        self._settings, self._stage, self._chase = settings, stage, chase
        self._file = MapFile(settings.map_file) if settings.map_file else None
        _check(settings.grips, stage.table)
        self._ports = RtPorts() if ports is None else ports
        self._moves, self._mtc, self._clock, self._writer = MoveReader(), MtcReader(), ClockReader(), ClockWriter()
        self._controller = Controller((), programs=settings.programs)
        self._take_up()
        self._complaints = Complaints(stage.tell, _COMPLAINTS)
        self._came: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
        self._asked: queue.SimpleQueue[tuple[str, str, str | float | None]] = queue.SimpleQueue()
        self._lesson: Lesson | None = None
        self._lines = [_Line(name, self._open_input) for name in settings.inputs]
        self._back: _Line | None = None
        if settings.feedback and (name := settings.output or next(iter(settings.inputs), "")):
            self._back = _Line(name, self._open_output, quiet=not settings.output)
        self._clock_out = _Line(settings.clock_to, self._open_output) if settings.clock_to else None
        self._look_due = self._tell_due = 0.0
        self._over = threading.Event()
        stage.order(Watch(True))
        self._look(first=True)
        self._thread = threading.Thread(target=self._run, name="midi")
        self._thread.start()

    # From any thread.

    def learn(self, order: str, value: str | float | None = None) -> None:
        """The control that moves next gives this order from now on."""
        self._ask("learn", order, value)

    def forget(self, order: str) -> None:
        """What was learned of this order is forgotten; what the show says of it is not."""
        self._ask("forget", order, None)

    def close(self) -> None:
        """Hear and tell no more; who follows our clock is told that it stops."""
        self._over.set()
        self._thread.join()
        if self._clock_out and self._clock_out.port and self._writer.due is not None:
            self._clock_out.send(bytes((STOP,)))
        for line in self._all():
            line.close()
        self._ports.close()

    def _ask(self, what: str, order: str, value: str | float | None) -> None:
        if self._asked.qsize() < _MOST_ASKED:
            self._asked.put((what, order, value))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # The thread.

    def _run(self) -> None:
        while not self._over.is_set():
            now = time.monotonic()
            due = self._writer.due if self._clock_out else None
            wait = _LONGEST_WAIT if due is None else min(max(due - now, 0.0), _LONGEST_WAIT)
            try:
                came: tuple[float, bytes] | None = self._came.get(timeout=wait) if wait > 0 else self._came.get_nowait()
            except queue.Empty:
                came = None
            try:
                if came is not None:
                    self._hear(*came)
                self._tend(time.monotonic())
            except MonochordError as why:
                self._complaints.of(type(why).__name__, why)
            except Exception as bug:  # it would end the thread without a word, and controllers with it
                self._complaints.of("bug", f"MIDI misses something ({type(bug).__name__}: {bug})")

    def _hear(self, at: float, message: bytes) -> None:
        """One message that came at `at`."""
        if (label := self._mtc.step(message, at)) is not None:
            self._chase.tell(label.label, label.pace, label.at, at, sure=label.jumped)
        if self._settings.follow_clock and (beat := self._clock.step(message, at)) is not None:
            self._stage.order(Tempo(beat.bpm, at) if beat.at is None else Beat(beat.bpm, beat.at))
        moves = self._moves.step(message)
        if not moves:
            return
        if self._lesson is not None:
            self._lesson.step(moves, at)
            return
        try:
            for order in self._controller.step(moves, self._stage.table, self._stage.present(), at):
                self._stage.order(order)
        except BadOrder as why:
            self._complaints.of(why.kind, f"MIDI: {why}")

    def _tend(self, now: float) -> None:
        """What is due by now: ticks of our clock, words to controllers, lessons, a look for ports."""
        if self._clock_out and self._clock_out.port:
            for byte in self._writer.step(now, *self._stage.beat()):
                self._clock_out.send(bytes((byte,)))
        if self._clock.over(now):
            self._stage.order(ReleaseTap())
            self._stage.tell("the MIDI clock has stopped: beat and tempo are the senses' again")
        if now >= self._tell_due:
            self._tell_due = now + _TELL
            self._teach(now)
            if self._back and self._back.port:
                stage = self._stage
                for message in self._controller.tell(stage.table, stage.present(), stage.held(), now):
                    self._back.send(message)
        if now >= self._look_due:
            self._look()

    def _teach(self, now: float) -> None:
        """Begin, go on with or end a lesson."""
        with suppress(queue.Empty):
            what, order, value = self._asked.get_nowait()
            if what == "learn":
                self._lesson = Lesson(order, value, now)
                self._stage.tell(f"MIDI: move the control that shall give {order}")
            elif self._file is not None and self._file.forget(order):
                self._take_up()
                self._stage.tell(f"MIDI: {order} is forgotten")
            else:
                self._stage.tell(f"MIDI: nothing was learned of {order}")
        lesson = self._lesson
        if lesson is None or not lesson.over(now):
            return
        self._lesson = None
        grip = lesson.grip()
        if grip is None:
            self._stage.tell(f"MIDI: no control moved, {lesson.order} was not learned")
        elif self._file is not None:
            self._file.learn(grip)
            self._take_up()
            self._stage.tell(f"MIDI: {grip.control} gives {grip.order} ({self._file.path.name})")

    def _take_up(self) -> None:
        """What the show says, and what was learned: that leads where both have one control."""
        learned = self._file.learned if self._file is not None else ()
        shown = [one for one in self._settings.grips if not any(new.takes(one.control) for new in learned)]
        self._controller.grip((*shown, *learned))

    # Ports.

    def _open_input(self, name: str) -> tuple[str, Port] | None:
        found = matching(name, self._ports.inputs())
        return None if found is None else (found, self._ports.open_input(found, self._put))

    def _open_output(self, name: str) -> tuple[str, Port] | None:
        found = matching(name, self._ports.outputs())
        return None if found is None else (found, self._ports.open_output(found))

    def _put(self, message: bytes) -> None:
        """From a driver's thread: put down what came, with its time."""
        if self._came.qsize() < _MOST:
            self._came.put((time.monotonic(), message))

    def _all(self) -> Iterator[_Line]:
        yield from self._lines
        for line in (self._back, self._clock_out):
            if line is not None:
                yield line

    def _look(self, *, first: bool = False) -> None:
        """Open what has come, and let go of what has left."""
        self._look_due = time.monotonic() + _LOOK
        inputs, outputs = self._ports.inputs(), self._ports.outputs()
        for line in self._all():
            there = inputs if line in self._lines else outputs
            came_back = line.tend(there)
            if came_back and line is self._back:
                self._controller.reset()  # it knows nothing any more
            for remark in line.remarks(first=first):
                self._stage.tell(remark)


class _Line:
    """One port that is wanted, whether it is there or not."""

    def __init__(self, wanted: str, opens: Callable[[str], tuple[str, Port] | None], *, quiet: bool = False) -> None:
        self._wanted, self._opens, self._quiet = wanted, opens, quiet
        self._name = ""
        self._said: bool | None = None  # whether the operator believes that it is there
        self.port: Port | None = None

    def tend(self, there: list[str]) -> bool:
        """Look after it; whether it is open since now."""
        if self.port is not None and self._name not in there:
            self.close()
        if self.port is not None:
            return False
        with suppress(OSError):
            found = self._opens(self._wanted)
            if found is not None:
                self._name, self.port = found
        return self.port is not None

    def send(self, message: bytes) -> None:
        """Send, if it is there; it is closed where that fails."""
        if self.port is not None:
            try:
                self.port.send(message)
            except OSError:
                self.close()

    def remarks(self, *, first: bool) -> Iterator[str]:
        """What the operator should know, once."""
        here = self.port is not None
        if self._quiet or here == self._said:
            return
        if not here:
            yield f"midi={self._wanted} is not there" + (": it is waited for" if first else " any more: waiting for it")
        elif self._said is not None:
            yield f"midi={self._wanted} is back ({self._name})"
        self._said = here

    def close(self) -> None:
        port, self.port = self.port, None
        if port is not None:
            with suppress(Exception):  # a driver may have died with it
                port.close()


def _check(grips: tuple[Grip, ...], table: Table) -> None:
    """BadSetting for an order that there is none of. What scenes can be played with is known when they are on."""
    for grip in grips:
        if grip.order not in table.entries and not grip.order.startswith(f"{ROOT}/scene/"):
            raise BadSetting(f"midi.map: order={grip.order} is none ({nearest(grip.order, table.entries)})")
