"""OSC out: the templates say what an independent library and an independent program read."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage

from engine.errors import BadSetting
from engine.frame import HOP, RATE, ROW, SIGNALS, Numbers, Pitch, Rhythm, Sound, blank_row
from engine.lights.destination import Destination, parse_destination
from engine.lights.osc import FRAME_ADDRESS, Lights, Sender, counters, event_address, frame_messages, templates
from engine.lights.profile import FEATURE_SIGNALS, HOP_RATE, PROFILES


@pytest.fixture
def receiver() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(60.0)
        yield sock


def _row(index: int = 7, musicians: int = 0) -> np.ndarray:
    row = blank_row(musicians)
    row[0], row[1] = index, 1.5
    row[2:] = np.arange(len(row) - 2) / 4
    return row


def _told(musicians: int = 0, event: int | None = None) -> np.ndarray:
    """A row as templates take it: behind it, whether each counter has counted."""
    events = np.zeros(len(counters()) * (1 + musicians))
    if event is not None:
        events[event] = 1
    return np.append(_row(musicians=musicians), events)


def _hops(receiver: socket.socket) -> list[int]:
    """The numbers of the hops that have arrived, each however many datagrams it took."""
    found = []
    receiver.setblocking(False)
    while True:
        try:
            datagram = receiver.recv(4096)
        except BlockingIOError:
            return found
        messages = {message.address: message.params for message in OscBundle(datagram)}
        if FRAME_ADDRESS in messages:
            found.append(int(messages[FRAME_ADDRESS][0]))


def test_a_bundle_holds_every_signal_at_its_address() -> None:
    (template,) = templates(frame_messages(), bundle=True, max_bytes=65000)
    row = _told(event=1)
    said = {message.address: message.params for message in OscBundle(bytes(template.fill(row)))}
    assert said[FRAME_ADDRESS] == [7, 1.5]
    assert len(said) == len(SIGNALS) + len(counters()) + 1
    assert [said[event_address(counter)] for counter in counters()] == [[0], [1], [0], [0]]
    for signal in SIGNALS.values():
        wanted = row[signal.part].astype(int if signal.counts else np.float32).tolist()
        assert said[signal.address] == wanted


def test_a_frame_that_is_longer_than_a_datagram_becomes_several_with_nothing_lost() -> None:
    made = templates(frame_messages(), bundle=True, max_bytes=200)
    datagrams = [bytes(template.fill(_told())) for template in made]
    assert all(len(datagram) <= 200 for datagram in datagrams)
    addresses = [message.address for datagram in datagrams for message in OscBundle(datagram)]
    events = [event_address(counter) for counter in counters()]
    assert sorted(addresses) == sorted([FRAME_ADDRESS, *events, *(signal.address for signal in SIGNALS.values())])


@pytest.mark.parametrize("musicians", [(), ("erhu", "drum")])
def test_what_cannot_wait_is_in_the_first_datagram_of_a_hop(musicians: tuple[str, ...]) -> None:
    most = PROFILES["generic"].max_bytes
    first, *others = (
        bytes(template.fill(_told(len(musicians))))
        for template in templates(frame_messages(musicians), bundle=True, max_bytes=most)
    )
    assert all(len(datagram) <= 1472 for datagram in (first, *others))  # what Ethernet carries in one piece
    addresses = [message.address for message in OscBundle(first)]
    assert addresses[0] == FRAME_ADDRESS
    assert {Sound.level.address, Rhythm.hits.address, Rhythm.onsets.address, Rhythm.beats.address} <= set(addresses)
    assert not any(FRAME_ADDRESS in [message.address for message in OscBundle(datagram)] for datagram in others)


def test_every_musician_has_the_same_signals_under_the_own_name() -> None:
    (template,) = templates(frame_messages(("erhu", "drum")), bundle=True, max_bytes=65000)
    row = _told(2)
    said = {message.address: message.params for message in OscBundle(bytes(template.fill(row)))}
    assert len(said) == 3 * (len(SIGNALS) + len(counters())) + 1
    assert said["/monochord/sound/level"] == [row[Sound.level.start]]
    assert said["/monochord/erhu/pitch/hz"] == [row[ROW + Pitch.hz.start]]
    assert said["/monochord/drum/rhythm/onsets"] == [int(row[2 * ROW + Rhythm.onsets.start])]
    assert len(said["/monochord/drum/sound/bands"]) == 8


def test_plain_messages_are_a_datagram_each() -> None:
    made = templates(frame_messages(), bundle=False, max_bytes=1400)
    messages = [OscMessage(bytes(template.fill(_told()))) for template in made]
    bands = SIGNALS["sound.bands"]
    assert isinstance(bands, Numbers)
    assert next(m for m in messages if m.address == bands.address).params == _row()[bands.part].tolist()


def test_a_destination_gets_every_hop_by_default(receiver: socket.socket) -> None:
    sender = Sender(Destination("127.0.0.1", receiver.getsockname()[1]))
    for index in range(5):
        sender.send(_row(index))
    assert _hops(receiver) == [0, 1, 2, 3, 4]
    sender.close()


@pytest.mark.parametrize("hz", [HOP_RATE, 46.875])
def test_an_event_is_one_and_then_nothing_beside_a_counter_that_goes_on(receiver: socket.socket, hz: float) -> None:
    sender = Sender(Destination("127.0.0.1", receiver.getsockname()[1], hz=hz))
    row, pulses, counts = blank_row(), [], []
    for hop in range(40):
        row[Rhythm.onsets.start] = 1 if hop < 9 else 4
        sender.send(row)
    receiver.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            said = {message.address: message.params for message in OscBundle(receiver.recv(4096))}
            pulses += said.get("/monochord/rhythm/onset", [])
            counts += said.get("/monochord/rhythm/onsets", [])
    assert sum(pulses) == 1
    assert pulses.index(1) == counts.index(4)  # at once, however few frames are sent
    sender.close()


def test_wekinator_is_sent_a_list_of_floats_and_nothing_else(receiver: socket.socket) -> None:
    sender = Sender(Destination("127.0.0.1", receiver.getsockname()[1], "wekinator"), ("erhu",))
    sender.send(_row(musicians=1))
    message = OscMessage(receiver.recv(4096))
    assert message.address == "/wek/inputs"
    assert message.params == [_row()[SIGNALS[name].start] for name in FEATURE_SIGNALS]
    sender.close()


@pytest.mark.parametrize("hz", [1.0, 30.0, 44.0, 100.0])
def test_a_rate_is_kept_however_the_hops_fall(receiver: socket.socket, hz: float) -> None:
    sender = Sender(Destination("127.0.0.1", receiver.getsockname()[1], hz=hz))
    count = 0
    for index in range(1875):  # ten seconds
        sender.send(_row(index))
        count += len(_hops(receiver))
    assert count == pytest.approx(10 * hz, abs=1)
    sender.close()


def test_receivers_of_one_kind_are_each_sent_every_frame_and_one_that_is_gone_stops_no_other(
    receiver: socket.socket,
) -> None:
    here = Destination("127.0.0.1", receiver.getsockname()[1])
    lights = Lights([Destination("255.255.255.255", 9), here, Destination("127.0.0.1", here.port, delay=0.016)])
    for index in range(5):
        lights.send(_row(index))
    assert sorted(_hops(receiver)) == [0, 0, 1, 1, 2, 3, 4]
    assert [line.split()[0] for line in lights.troubles()] == ["osc=255.255.255.255:9:generic"]
    lights.close()


def test_a_delay_holds_frames_back_by_so_many_hops(receiver: socket.socket) -> None:
    sender = Sender(Destination("127.0.0.1", receiver.getsockname()[1], delay=0.016))  # three hops
    for index in range(5):
        sender.send(_row(index))
    assert _hops(receiver) == [0, 1]
    sender.close()


def test_one_of_two_alike_is_held_back_while_it_plays_and_the_other_goes_on() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as first,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as second,
    ):
        for one in (first, second):
            one.bind(("127.0.0.1", 0))
        lights = Lights([parse_destination(f"127.0.0.1:{one.getsockname()[1]}") for one in (first, second)])
        try:
            for hop in range(20):
                if hop == 5:
                    lights.hold_back(1, 3 * HOP / RATE)
                lights.send(_row(hop))
            assert lights.delays == [0.0, 3 * HOP / RATE]
            assert _hops(first) == list(range(20))
            assert _hops(second) == [*range(5), *range(5, 17)]
        finally:
            lights.close()


def test_a_delay_holds_the_musicians_back_with_the_mix(receiver: socket.socket) -> None:
    sender = Sender(Destination("127.0.0.1", receiver.getsockname()[1], delay=0.016), ("erhu",))
    for index in range(5):
        sender.send(_row(index, musicians=1))
    assert _hops(receiver) == [0, 1]
    sender.close()


def test_an_unreachable_destination_is_reported_once_and_costs_nothing() -> None:
    lights = Lights([Destination("255.255.255.255", 9)])  # broadcast is not allowed: the system refuses it
    for index in range(10):
        lights.send(_row(index))
    (trouble,) = lights.troubles()
    assert "osc=255.255.255.255:9:generic cannot be reached" in trouble
    lights.send(_row())
    assert not list(lights.troubles())
    lights.close()


@pytest.mark.parametrize(
    ("text", "destination"),
    [
        ("127.0.0.1:9101", Destination("127.0.0.1", 9101)),
        ("desk.local:8000:plain", Destination("desk.local", 8000, "plain")),
        ("10.0.0.2:9@80", Destination("10.0.0.2", 9, delay=0.08)),
        ("[::1]:9000:generic@12.5", Destination("::1", 9000, delay=0.0125)),
        ("192.168.1.30:qlcplus", Destination("192.168.1.30", 7700, "qlcplus")),
        ("desk:eos@20", Destination("desk", 3032, "eos", 0.02)),
        ("desk:8000:eos:udp", Destination("desk", 8000, "eos", transport="udp")),
    ],
)
def test_a_destination_is_read_as_typed(text: str, destination: Destination) -> None:
    assert parse_destination(text) == destination


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("9101", "HOST:PORT"),
        ("host:port", "HOST:PORT"),
        ("127.0.0.1:0", "port=0"),
        ("127.0.0.1:70000", "port=70000"),
        ("127.0.0.1:9101:generik", "did you mean generic"),
        ("127.0.0.1:9101@99999", "delay=99.999"),
        ("127.0.0.1:9101:generic:tpc", "did you mean tcp"),
        ("127.0.0.1:9101@1.2.3", "milliseconds"),
    ],
)
def test_a_destination_that_is_none_is_refused_with_a_mend(text: str, said: str) -> None:
    with pytest.raises(BadSetting, match=said):
        parse_destination(text)


@pytest.mark.skipif(shutil.which("oscdump") is None, reason="liblo-tools is not installed")
@pytest.mark.parametrize("profile", ["generic", "plain"])
def test_liblo_reads_what_we_send(profile: str, until: Callable[..., None]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    dump = subprocess.Popen(["oscdump", "-L", str(port)], stdout=subprocess.PIPE)
    assert dump.stdout is not None
    os.set_blocking(dump.stdout.fileno(), False)
    sender = Sender(Destination("127.0.0.1", port, profile))
    said = b""

    def heard() -> bool:
        nonlocal said
        sender.send(_row())  # again and again: the receiver may not be listening yet
        said += dump.stdout.read() or b""  # type: ignore[union-attr]  # it was opened with a pipe
        return said.count(b"/monochord/texture/fractal") > 1  # a whole frame lies between two

    try:
        until(heard)
    finally:
        dump.kill()
        dump.wait()
        dump.stdout.close()
        sender.close()
    level = next(line for line in said.decode().splitlines() if "/monochord/sound/level" in line)
    onsets = next(line for line in said.decode().splitlines() if "/monochord/rhythm/onsets" in line)
    bands = next(line for line in said.decode().splitlines() if "/monochord/sound/bands" in line)
    assert level.split()[-2:] == ["f", "0.000000"]
    assert onsets.split()[-2] == "i"
    assert bands.split()[2] == "ffffffff"
