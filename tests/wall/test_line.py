"""Both ends of a line, on one machine: what is sent arrives, what is foreign does not, and nobody waits for anybody."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from engine.errors import BadSetting
from engine.frame import HOP, RATE, Row, blank_row
from engine.wall import packet
from engine.wall.address import PORT, Address, parse_address
from engine.wall.follower import SILENT, Line
from engine.wall.leader import Followers
from engine.wall.packet import Head, Hop, Kind, Times, pack_hop, pack_state, pack_times
from engine.wall.playout import Due
from engine.wall.state import State, read_state, write_state

HERE = "127.0.0.1"
QUIET = np.zeros((HOP, 2), np.float32)


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind((HERE, 0))
        return int(one.getsockname()[1])


def row(index: int, musicians: int = 0) -> Row:
    made = blank_row(musicians)
    made[0], made[1] = index, (index + 1) * HOP / RATE
    return made


class Wall:
    """A leader and one who follows, over the loopback."""

    def __init__(self, delay: float = 0.0, musicians: tuple[str, ...] = ()) -> None:
        self.address = Address(HERE, free_port())
        self.line = Line(self.address)
        self.leader = Followers([self.address], musicians, delay)
        self.came: list[Due] = []

    def steps(self, times: int = 3) -> list[Due]:
        for _ in range(times):
            self.came += self.line.step(0.01)
        return self.came

    def meet(self) -> None:
        """Let them speak until the clock is known."""
        deadline = time.monotonic() + 60.0
        while not self.line.clock.known:
            assert time.monotonic() < deadline
            self.leader.tell(State(scene="ink", brightness=float(time.monotonic() % 1.0)), time.monotonic())
            self.steps()

    def close(self) -> None:
        self.leader.close()
        self.line.close()


@pytest.fixture
def wall() -> Iterator[Callable[..., Wall]]:
    made: list[Wall] = []

    def start(*given: float, **more: object) -> Wall:
        made.append(Wall(*given, **more))  # type: ignore[arg-type]  # settings of several kinds
        return made[-1]

    yield start
    for one in made:
        one.close()


def test_hops_arrive_with_their_sound_and_the_state_and_the_clock(wall: Callable[..., Wall]) -> None:
    pair = wall()
    pair.meet()
    sound = np.random.default_rng(0).uniform(-1, 1, (HOP, 2)).astype(np.float32)
    for index in range(5):
        pair.leader.send(row(index), sound, time.monotonic())
    assert [int(due.row[0]) for due in pair.steps()] == [0, 1, 2, 3, 4]
    assert max(np.abs(due.samples - sound).max() for due in pair.came) < 1e-4
    assert pair.line.state is not None
    assert pair.line.state.scene == "ink"
    assert abs(pair.line.clock.offset(time.monotonic())) < 0.02
    assert (pair.line.broken, pair.line.strangers, pair.line.playout.lost) == (0, 0, 0)
    assert not pair.line.silent(time.monotonic())


def test_a_declared_delay_holds_hops_back_until_their_time(wall: Callable[..., Wall]) -> None:
    pair = wall(delay=0.15)
    pair.meet()
    sent = time.monotonic()
    pair.leader.send(row(0), QUIET, sent)
    assert pair.steps(4) == []
    while not pair.came:
        pair.steps(1)
        assert time.monotonic() < sent + 2.0
    assert time.monotonic() - sent == pytest.approx(0.15, abs=0.03)
    assert pair.came[0].lateness < -0.1


def test_a_leader_that_begins_anew_is_taken_as_it_is(wall: Callable[..., Wall]) -> None:
    pair = wall()
    pair.meet()
    for index in range(900, 903):
        pair.leader.send(row(index), QUIET, time.monotonic())
    pair.steps()
    pair.leader.close()
    pair.leader = Followers([pair.address], ("erhu",))
    pair.leader.send(row(0, 1), QUIET, time.monotonic())
    assert [int(due.row[0]) for due in pair.steps()] == [900, 901, 902, 0]
    assert pair.line.head == pair.leader.head
    assert pair.line.head.musicians == 1


def test_when_nothing_comes_any_more_the_rows_calm_down_and_go_on(wall: Callable[..., Wall]) -> None:
    pair = wall()
    pair.meet()
    loud = row(0)
    loud[2:4] = -3.0
    pair.leader.send(loud, QUIET, time.monotonic())
    pair.steps()
    begun = time.monotonic()
    while time.monotonic() < begun + SILENT + 0.3:
        pair.steps(1)
    calm = pair.came[1:]
    assert pair.line.silent(time.monotonic())
    assert 20 <= len(calm) <= 80
    assert {due.row[2] for due in calm} == {-120.0}
    assert [int(due.row[0]) for due in calm] == list(range(1, len(calm) + 1))


def test_strangers_and_broken_datagrams_are_counted_and_dropped(wall: Callable[..., Wall]) -> None:
    pair = wall()
    good = pack_hop(Head(1), [Hop(row(3), time.monotonic(), 0.0)])
    now = time.monotonic()
    pair.line.hear(good, ("10.0.0.9", 4000), now)
    assert pair.line.strangers == 1
    assert pair.line.heard_at is None
    nonsense = (b"", b"x" * 900, good[:-3], pack_state(Head(1), b"{}"), pack_state(Head(1), b"[" * 1000))
    for data in (*nonsense, pack_times(Head(1), Kind.ASK, Times(1.0))):
        pair.line.hear(data, (HERE, 4000), now)
    assert pair.line.broken == 6
    assert pair.steps() == []
    pair.line.hear(good, (HERE, 4000), now)
    assert [int(due.row[0]) for due in pair.steps()] == [3]


def test_two_versions_refuse_each_other_and_both_say_so(
    wall: Callable[..., Wall], monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = wall()
    state = pack_state(Head(1), write_state(State()))
    question = pack_times(Head(1), Kind.ASK, Times(1.0))
    monkeypatch.setattr(packet, "_LAYOUT", b"\x01" * 8)
    pair.line.hear(state, (HERE, 4000), time.monotonic())
    pair.leader._hear(pair.leader._lines[0], question, time.monotonic())
    assert "signals" in pair.line.refused
    said = list(pair.leader.troubles(time.monotonic()))
    assert said == [
        f"followers={pair.address} is of another version ({pair.line.refused}): install the same one on both"
    ]
    monkeypatch.undo()
    pair.leader.send(row(0), QUIET, time.monotonic())
    assert pair.steps() == []


def test_a_follower_that_is_not_there_is_said_once_and_the_rest_goes_on() -> None:
    nobody = Address(HERE, free_port())
    leader = Followers([nobody])
    try:
        for index in range(200):
            leader.send(row(index), QUIET, time.monotonic())
        now = time.monotonic()
        assert list(leader.troubles(now)) == []
        said = [*leader.troubles(now + 10), *leader.troubles(now + 20)]
        assert said == [f"followers={nobody} is not there: start monochord stage --follow there; the rest goes on"]
    finally:
        leader.close()


def test_a_follower_that_comes_and_goes_is_said_each_time_once(wall: Callable[..., Wall]) -> None:
    pair = wall()
    pair.meet()
    now = time.monotonic()
    said = [*pair.leader.troubles(now), *pair.leader.troubles(now + 1), *pair.leader.troubles(now + 9)]
    name = f"followers={pair.address}"
    assert said == [f"{name} follows", f"{name} is gone; the rest goes on"]


def test_a_state_is_told_at_once_when_it_is_new_and_again_and_again(wall: Callable[..., Wall]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind((HERE, 0))
        receiver.settimeout(1.0)
        leader = Followers([Address(HERE, receiver.getsockname()[1])])
        for now, scene in ((0.0, "ink"), (0.05, "ink"), (0.1, "strings"), (0.2, "strings"), (0.4, "strings")):
            leader.tell(State(scene=scene), 1000.0 + now)
        came = [read_state(packet.unpack(receiver.recv(2048)).state or b"").scene for _ in range(3)]
        leader.close()
    assert came == ["ink", "strings", "strings"]


def test_without_followers_there_is_neither_thread_nor_socket() -> None:
    threads = threading.active_count()
    leader = Followers([])
    leader.send(row(0), QUIET, 0.0)
    leader.tell(State(), 0.0)
    assert list(leader.troubles(0.0)) == []
    assert threading.active_count() == threads
    leader.close()


def test_a_port_that_is_taken_and_a_host_that_is_none_are_one_line_each(wall: Callable[..., Wall]) -> None:
    pair = wall()
    with pytest.raises(
        BadSetting, match=r"^follow=127\.0\.0\.1:\d+ cannot listen on port \d+: .*name a port of its own"
    ):
        Line(pair.address)
    for make, key in ((Line, "follow"), (lambda address: Followers([address]), "followers")):
        with pytest.raises(BadSetting, match=f"^{key}=nobody.invalid is an unknown host") as told:
            make(Address("nobody.invalid"))
        assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("10.0.0.2", Address("10.0.0.2", PORT)),
        ("stage-left:9200", Address("stage-left", 9200)),
        ("[fe80::1]:9200", Address("fe80::1", 9200)),
        ("[::1]", Address("::1", PORT)),
    ],
)
def test_an_address_is_read(text: str, address: Address) -> None:
    assert parse_address(text, "follow") == address
    assert str(address) == text


@pytest.mark.parametrize("text", ["", "a b", "host:", ":9108", "host:0", "host:70000", "host:x"])
def test_what_is_no_address_is_refused_with_its_rule(text: str) -> None:
    with pytest.raises(BadSetting, match=r"^followers=.*(HOST\[:PORT\]|a port is 1 to 65535)"):
        parse_address(text, "followers")
