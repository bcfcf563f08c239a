"""MIDI at a show: ports that come and go, lessons, clocks, and the way through a real driver where there is one."""

from __future__ import annotations

import sys
import time
import types
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from engine.control import midi_ports
from engine.control.bad_order import BadOrder
from engine.control.midi import Midi
from engine.control.midi_map import Grip
from engine.control.midi_settings import MidiSettings, read_midi
from engine.control.orders import Beat, Master, Order, ReleaseTap, SelectScene, Tempo
from engine.control.table import Table
from engine.errors import BadSetting, MissingDriver
from engine.timing.timecode import Chase, Label

from ..conftest import JackServer, Until
from .ports import FakePorts
from .shown import table

BRIGHT = "/monochord/master/brightness"
GRIPS = (Grip(BRIGHT, "cc", 7, jump=True),)
NANO = "nanoKONTROL2:nanoKONTROL2 MIDI 1 20:0"


class FakeStage:
    """Implements `Stage`: keeps what it is told."""

    def __init__(self) -> None:
        self.orders: list[Order] = []
        self.said: list[str] = []
        self.now: dict[str, tuple[Any, ...]] = {BRIGHT: (0.5,)}
        self.tempo = 0.0

    @property
    def table(self) -> Table:
        return table()

    def order(self, order: Order) -> None:
        self.orders.append(order)

    def tell(self, message: object) -> None:
        self.said.append(str(message))

    def present(self) -> Mapping[str, tuple[Any, ...]]:
        return self.now

    def held(self) -> Collection[str]:
        return ()

    def beat(self) -> tuple[float, float]:
        return self.tempo, 0.0


@pytest.fixture
def stage() -> FakeStage:
    return FakeStage()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.control.midi._LOOK", 0.02)


@pytest.fixture
def ports() -> FakePorts:
    return FakePorts("Midi Through", NANO)


def opened(stage: FakeStage, ports: FakePorts, chase: Chase | None = None, **more: Any) -> Midi:
    settings = MidiSettings(**{"inputs": ("nanokontrol2",), "grips": GRIPS, **more})
    return Midi(settings, stage, chase or Chase(), ports)


def test_a_fader_of_a_port_that_a_part_of_its_name_means_moves_the_show(
    stage: FakeStage, ports: FakePorts, until: Until
) -> None:
    with opened(stage, ports):
        ports.play(NANO, 0xB0, 7, 127)
        until(lambda: Master("brightness", 1.0) in stage.orders)
        ports.play(NANO, 0xC0, 0)
        until(lambda: SelectScene("ink") in stage.orders)
        ports.play(NANO, 0xC0, 90)
        until(lambda: any("scene=91 must be" in line for line in stage.said))
        until(lambda: (NANO, bytes((0xB0, 7, 64))) in ports.sent)
    assert ports.closed


def test_what_is_unplugged_is_missed_once_and_found_again_by_name(
    stage: FakeStage, ports: FakePorts, until: Until
) -> None:
    with opened(stage, ports):
        ports.there.remove(NANO)
        until(lambda: stage.said == ["midi=nanokontrol2 is not there any more: waiting for it"])
        time.sleep(0.1)
        again = NANO.replace("20:0", "24:0")
        ports.there.append(again)
        until(lambda: stage.said[1:] == [f"midi=nanokontrol2 is back ({again})"])
        ports.play(again, 0xB0, 7, 0)
        until(lambda: Master("brightness", 0.0) in stage.orders)
        until(lambda: (again, bytes((0xB0, 7, 64))) in ports.sent)


def test_a_port_that_is_not_there_yet_is_waited_for(stage: FakeStage, until: Until) -> None:
    ports = FakePorts()
    with opened(stage, ports):
        assert stage.said == ["midi=nanokontrol2 is not there: it is waited for"]
        ports.there.append(NANO)
        until(lambda: any("is back" in line for line in stage.said))


def test_a_lesson_is_kept_and_counts_at_once_and_is_no_order_itself(
    stage: FakeStage, ports: FakePorts, until: Until, tmp_path: Path
) -> None:
    file = tmp_path / "midi.toml"
    with opened(stage, ports, map_file=file, grips=()) as midi:
        midi.learn("/monochord/master/blackout")
        until(lambda: stage.said == ["MIDI: move the control that shall give /monochord/master/blackout"])
        ports.play(NANO, 0x90, 36, 100)
        until(lambda: any("note 36 on channel 1 gives" in line for line in stage.said))
        assert not [one for one in stage.orders if isinstance(one, Master)]
        assert "note = 36" in file.read_text()
        ports.play(NANO, 0x90, 36, 100)
        until(lambda: Master("blackout", True) in stage.orders)
        midi.forget("/monochord/master/blackout")
        until(lambda: any("is forgotten" in line for line in stage.said))
        midi.forget("/monochord/master/blackout")
        until(lambda: any("nothing was learned" in line for line in stage.said))


def test_a_lesson_takes_no_half_characters_for_no_file_could_keep_them() -> None:
    learn = "/monochord/midi/learn"
    assert table().read(learn, ("/monochord/scene/select", "ink")) is not None
    with pytest.raises(BadOrder, match="must be text like"):
        table().read(learn, ("/monochord/scene/select", "\ud800"))


def test_more_lessons_than_anybody_takes_are_not_kept_waiting(stage: FakeStage, ports: FakePorts) -> None:
    midi = opened(stage, ports)
    midi.close()
    for _ in range(1000):
        midi.learn("/monochord/master/blackout")
    assert midi._asked.qsize() == 64


def test_a_bug_is_told_and_ends_neither_the_thread_nor_what_controllers_do(
    stage: FakeStage, ports: FakePorts, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(stage, ports):
        monkeypatch.setattr(stage, "present", lambda: 1 / 0)
        until(lambda: "MIDI misses something (ZeroDivisionError: division by zero)" in stage.said)
        monkeypatch.undo()
        ports.play(NANO, 0xB0, 7, 127)
        until(lambda: Master("brightness", 1.0) in stage.orders)


def test_a_driver_that_has_died_has_no_ports_and_what_was_half_opened_is_let_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Client:
        """One client of a driver that can die."""

        dead = False
        there: ClassVar[list[Client]] = []

        def __init__(self, _api: int, name: str) -> None:
            self.there.append(self)

        def get_ports(self) -> list[str]:
            if Client.dead:
                raise RuntimeError("the server has gone away")
            return ["Deck 20:0", "monochord 128:0"]

        def open_port(self, number: int) -> None:
            assert number == 0

        def ignore_types(self, **_: bool) -> None: ...
        def set_callback(self, _: object) -> None: ...
        def close_port(self) -> None: ...
        def delete(self) -> None:
            self.there.remove(self)

    library = types.ModuleType("rtmidi")
    vars(library).update(MidiIn=Client, MidiOut=Client, API_LINUX_ALSA=1, API_UNIX_JACK=2, API_UNSPECIFIED=0)
    vars(library).update(get_compiled_api=lambda: [1, 2])
    monkeypatch.setitem(sys.modules, "rtmidi", library)
    real = midi_ports.RtPorts()
    assert (real.inputs(), real.outputs()) == (["Deck 20:0"], ["Deck 20:0"])
    real.open_input("Deck 20:0", lambda _: None).close()
    for name in ("Deck 20:0", "Faders 24:0"):
        Client.dead = name == "Deck 20:0"
        with pytest.raises(OSError, match=f"{name} cannot be opened"):
            real.open_output(name)
    Client.dead = True
    assert (real.inputs(), real.outputs()) == ([], [])
    real.close()
    assert not Client.there


def test_another_clock_leads_the_beat_until_it_stops(stage: FakeStage, ports: FakePorts, until: Until) -> None:
    with opened(stage, ports, follow_clock=True):
        until(lambda: (ports.play(NANO, 0xF8), any(isinstance(one, Tempo) for one in stage.orders))[1])
        ports.play(NANO, 0xFA)
        until(lambda: (ports.play(NANO, 0xF8), any(isinstance(one, Beat) for one in stage.orders))[1])
        ports.play(NANO, 0xFC)
        until(lambda: ReleaseTap() in stage.orders)
        assert any("the MIDI clock has stopped" in line for line in stage.said)


def test_our_clock_goes_to_who_follows_and_is_stopped_at_the_end(
    stage: FakeStage, ports: FakePorts, until: Until
) -> None:
    stage.tempo = 240.0
    with opened(stage, ports, inputs=(), clock_to="Through"):
        until(lambda: ("Midi Through", b"\xf8") in ports.sent)
    assert ports.sent[0] == ("Midi Through", b"\xfa")
    assert ports.sent[-1] == ("Midi Through", b"\xfc")


def test_time_code_by_midi_moves_the_chase(stage: FakeStage, ports: FakePorts, until: Until) -> None:
    chase = Chase()
    with opened(stage, ports, chase):
        ports.play(NANO, 0xF0, 0x7F, 0x7F, 1, 1, 1 | 1 << 5, 2, 3, 4, 0xF7)
        until(lambda: chase.label(time.monotonic()) == Label(1, 2, 3, 4))


def test_what_cannot_be_is_refused_before_the_show(stage: FakeStage, ports: FakePorts, tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"midi.map: order=/monochord/master/brightnes is none \(did you mean"):
        opened(stage, ports, grips=(Grip("/monochord/master/brightnes", "cc", 7),))
    with pytest.raises(BadSetting, match="needs a port to hear the clock at"):
        read_midi({"follow_clock": True}, tmp_path)
    with pytest.raises(BadSetting, match="the clock would go round"):
        read_midi({"follow_clock": True, "input": "Volca", "clock_to": "volca"}, tmp_path)
    assert read_midi({"feedback": False}, tmp_path) is None


def test_without_the_library_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rtmidi", None)
    with pytest.raises(MissingDriver, match=r"pip install 'monochord\[midi\]'"):
        midi_ports.RtPorts()


class RealController:
    """A controller on the JACK server: what it plays comes in at our real port, and it keeps what it is told."""

    def __init__(self, library: Any) -> None:
        self.told: list[bytes] = []
        self._out = library.MidiOut(library.API_UNIX_JACK, name="Deck")
        self._out.open_virtual_port("out")
        self._in = library.MidiIn(library.API_UNIX_JACK, name="Deck")
        self._in.open_virtual_port("in")
        self._in.set_callback(lambda event, _: self.told.append(bytes(event[0])))

    def play(self, *message: int) -> None:
        self._out.send_message(list(message))

    def unplug(self) -> None:
        for port in (self._out, self._in):
            port.close_port()
            port.delete()


@pytest.fixture
def library(jack_server: JackServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """python-rtmidi on a JACK server of the test's own: the kernel's sequencer is not there on many machines."""
    found = pytest.importorskip("rtmidi", reason="python-rtmidi is not installed: the extra midi")
    if found.API_UNIX_JACK not in found.get_compiled_api():
        pytest.skip("this python-rtmidi was built without JACK")
    monkeypatch.setattr(midi_ports, "_SEQUENCER", Path("/nowhere"))
    return found


@pytest.mark.jack
def test_through_a_real_driver_a_controller_plays_is_told_and_comes_back(
    stage: FakeStage, library: Any, until: Until
) -> None:
    deck = RealController(library)
    chase = Chase()
    with Midi(MidiSettings(inputs=("Deck",), grips=GRIPS), stage, chase) as midi:
        assert midi is not None
        assert stage.said == []
        until(lambda: bytes((0xB0, 7, 64)) in deck.told)
        deck.play(0xB0, 7, 127)
        until(lambda: Master("brightness", 1.0) in stage.orders)
        deck.play(0xF0, 0x7F, 0x7F, 1, 1, 1 | 1 << 5, 2, 3, 4, 0xF7)
        until(lambda: chase.label(time.monotonic()) == Label(1, 2, 3, 4))
        deck.unplug()
        until(lambda: any("is not there any more" in line for line in stage.said))
        deck = RealController(library)
        until(lambda: any("midi=Deck is back" in line for line in stage.said))
        deck.play(0xB0, 7, 0)
        until(lambda: Master("brightness", 0.0) in stage.orders)
    deck.unplug()
