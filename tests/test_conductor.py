"""The live loop: three processes, one record, and an orderly end whatever dies."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage

from engine.audio.hearing_settings import HearingSettings
from engine.conductor import Conductor
from engine.errors import BadFile
from engine.frame import RATE, ROW
from engine.latency import Receiver
from engine.lights.destination import Destination
from engine.lights.patch import read_patch
from engine.listening.ear import PLACE
from engine.listening.mood import MOOD
from engine.musician import Musician
from engine.rehearsal import Rehearsal
from engine.replay.programme import changed_since, hashes
from engine.settings import Settings, settings
from engine.stage.stage_settings import StageSettings
from engine.takes.take import Take

from .conftest import JackServer
from .listening.little_onnx import little_map, little_network

SMALL = StageSettings(headless=True, size=(160, 90), fps=30.0)


def _settings(source: str | None, **more: object) -> Settings:
    hearing = HearingSettings(source=source, silent=True)
    return replace(Settings(hearing=hearing, stage=SMALL, scene="fallback", scenes=("fallback", "strings")), **more)


def _at_once(rows: np.ndarray) -> np.ndarray:
    """Rows without places and moods: a machine that is busy finds those later on stage than in rehearsal."""
    parts = rows.reshape(len(rows), -1, ROW).copy()
    parts[:, :, PLACE] = parts[:, :, MOOD] = 0
    return parts


def _children(pid: int) -> set[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return {int(line) for line in found.stdout.split()}


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_a_live_runs_frames_are_the_frames_of_what_it_heard(tmp_path: Path) -> None:
    take = tmp_path / "a.monochord"
    with Conductor(_settings("clicks:3", seconds=2.0, record=take), print, backdrop=False) as conductor:
        conductor.run()
    rows = Take(take).rows
    again = [frame.row for _, frame in Rehearsal(HearingSettings(source=str(take)))]
    assert len(rows) >= 375
    assert np.array_equal(_at_once(rows), _at_once(np.array(again)))
    assert rows[-1, 0] == len(rows) - 1


def test_a_take_of_the_evening_opens_in_the_show_that_was_played(tmp_path: Path) -> None:
    (tmp_path / "tonight.toml").write_text('scene = "ink"\npalette = "storm"\n[[cues]]\nscene = "silk"\nat = 0.5\n')
    take = tmp_path / "a.monochord"
    played = settings(tmp_path / "tonight.toml", source="clicks:3", silent=True, seconds=1.0, record=take)
    with Conductor(played, print, backdrop=False) as conductor:
        conductor.run()
    again = settings(source=str(take))
    assert (again.scene, again.stage.palette) == ("ink", "storm")
    assert again.cues == played.cues
    assert changed_since(take, hashes(again)) == []


def test_a_show_with_musicians_sends_each_and_its_take_gives_the_same_frames_again(
    sound_file: Callable, tmp_path: Path
) -> None:
    take, sound = tmp_path / "a.monochord", np.zeros((RATE, 3), np.float32)
    sound[12_000, 0] = sound[36_000, 2] = 0.9  # nobody plays on the second channel
    playing = (Musician("erhu", (1,)), Musician("drum", (3,)))
    hearing = HearingSettings(str(sound_file("a.wav", sound)), silent=True, channels=(1, 3), musicians=playing)
    with Receiver() as receiver:
        here = Destination("127.0.0.1", receiver.port)
        show = Settings(hearing=hearing, record=take, destinations=(here,))
        with Conductor(show, print, backdrop=False) as conductor:
            conductor.run()
            assert conductor.newest is not None
            assert conductor.newest.musicians == ("erhu", "drum")
        deadline = time.monotonic() + 60.0
        while len(receiver.frames()) < conductor.hops and time.monotonic() < deadline:
            time.sleep(0.01)
        said = [message for _, datagram in receiver.datagrams for message in OscBundle(datagram)]
        assert len(receiver.frames()) == conductor.hops  # each once, however many datagrams it took
    for name in ("erhu", "drum"):
        counts = [message.params[0] for message in said if message.address == f"/monochord/{name}/rhythm/onsets"]
        assert (counts[0], counts[-1]) == (0, 1)
    assert Take(take).musicians == (Musician("erhu", (1,)), Musician("drum", (2,)))  # as the take counts channels
    again = np.array([frame.row for _, frame in Rehearsal(HearingSettings(source=str(take)))])
    assert again.shape == (-(-RATE // 256), 3 * ROW)
    assert np.array_equal(_at_once(Take(take).rows), _at_once(again))


def test_consoles_are_told_of_the_lights_a_hand_may_take_them_and_they_are_left_dark(until: Callable) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as desk:
        desk.bind(("127.0.0.1", 0))
        desk.setblocking(False)
        levels: list[float] = []

        def heard() -> list[float]:
            with suppress(BlockingIOError):
                while True:
                    message = OscMessage(desk.recv(4096))
                    if message.address == "/pb/1":
                        levels.append(message.params[0])
            return levels

        patch = read_patch({"to": f"127.0.0.1:{desk.getsockname()[1]}:magicq"})
        show = _settings("tone:440", seconds=30.0, lights=(patch,))
        with Conductor(show, print, backdrop=False) as conductor:

            def play_with_it() -> None:
                try:
                    until(lambda: heard() and levels[-1] > 0.5)  # the tone is loud
                    for address, value in (("manual", 1), ("level", 0.25)):
                        order = conductor.table.read(f"/monochord/lights/{address}", [value])
                        assert order is not None
                        conductor.order(order)
                    until(lambda: heard()[-1] == pytest.approx(0.25, abs=0.01))
                finally:
                    conductor.stop()

            hand = threading.Thread(target=play_with_it)
            hand.start()
            conductor.run()
            hand.join()
            assert heard()[-1] == pytest.approx(0.25, abs=0.01)
            assert conductor.state.status()["lights"] == str(patch.destination)
        assert heard()[-3:] == [0.0, 0.0, 0.0]


def test_on_stage_the_sound_has_a_place_and_no_thread_is_left(tmp_path: Path) -> None:
    space = str(little_map(tmp_path, little_network(tmp_path)))
    hearing = HearingSettings(source="tone:440", silent=True, space=space)
    before = threading.active_count()
    with Conductor(Settings(hearing=hearing, seconds=2.0), print, backdrop=False) as conductor:
        conductor.run()
        assert conductor.newest is not None
        place = conductor.newest.place
    assert threading.active_count() == before
    assert place.confidence > 0
    assert place.age < 0.5
    rehearsed = [frame.place for _, frame in Rehearsal(hearing, 2.0)][-1]
    assert (place.x, place.y) == pytest.approx((rehearsed.x, rehearsed.y), abs=0.05)


def test_when_the_ear_dies_the_show_goes_on_and_the_operator_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    hearing = HearingSettings(source="tone:440", silent=True, space=str(little_map(tmp_path, little_network(tmp_path))))
    with Conductor(Settings(hearing=hearing, seconds=2.0), said.append, backdrop=False) as conductor:
        monkeypatch.setattr("engine.listening.space.Space.place", lambda *_: 1 / 0)
        conductor.run()
        assert conductor.hops >= 375
        assert conductor.newest is not None
        assert conductor.newest.place.age > 1
    assert [line for line in said if "the ear is lost (ZeroDivisionError" in line] == said


@pytest.mark.gl
def test_a_recording_is_heard_shown_and_sent_and_the_show_ends_with_it(sound_file: Callable) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 48_000).astype(np.float32)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        here = Destination("127.0.0.1", receiver.getsockname()[1])
        show = _settings(str(sound_file("a.wav", noise)), destinations=(here,))
        with Conductor(show, print) as conductor:
            conductor.run()
            assert conductor.hops == -(-48_000 // 256)
            assert conductor.backdrop is not None
            assert conductor.backdrop.report.pictures > 2
            assert conductor.backdrop.restarts == conductor.hearing.restarts == 0
        assert receiver.recv(4096).startswith(b"#bundle\0")


@pytest.mark.gl
@pytest.mark.slow
def test_when_the_stage_dies_the_lights_go_on_and_the_picture_is_back_in_the_same_scene(until: Callable) -> None:
    said: list[str] = []
    with Conductor(_settings("tone:220", seconds=30.0), said.append) as conductor:
        assert conductor.backdrop is not None
        backdrop = conductor.backdrop
        thread = threading.Thread(target=_kill_and_watch, args=(conductor, until, said))
        thread.start()
        conductor.run()
        thread.join()
        assert backdrop.restarts == 1
        assert backdrop.scene == "strings"
        assert backdrop["blackout"] is True
        assert conductor.hearing.restarts == 0
        assert conductor.hearing.lost_frames == 0
    assert any("the stage is lost" in line for line in said)


def _kill_and_watch(conductor: Conductor, until: Callable, said: list[str]) -> None:
    backdrop = conductor.backdrop
    assert backdrop is not None
    try:
        until(lambda: backdrop.report.pictures > 5)
        backdrop.show("strings")
        backdrop.set(blackout=True)
        until(lambda: backdrop.scene == "strings")
        pictures, hops = backdrop.report.pictures, conductor.hops
        os.kill(backdrop.pid, signal.SIGKILL)
        until(lambda: backdrop.restarts == 1)
        until(lambda: backdrop.report.pictures > pictures + 5)
        assert conductor.hops > hops + 20
    finally:
        conductor.stop()


@pytest.mark.gl
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_sigterm_end_the_show_in_order(end: signal.Signals) -> None:
    show = _start_preview()
    children = _children(show.pid)
    assert len(children) >= 3  # ears, stage, understudy; and spares of the first two where it has lived for some time
    show.send_signal(end)
    assert show.wait(10) == 0
    assert not any(_alive(pid) for pid in children)


@pytest.mark.gl
def test_a_show_that_is_killed_leaves_no_process_and_no_shared_memory(until: Callable) -> None:
    before = _shared_memory()
    show = _start_preview()
    children = _children(show.pid)
    assert len(children) >= 3  # ears, stage, understudy; and spares of the first two where it has lived for some time
    show.kill()
    show.wait()
    until(lambda: not any(_alive(pid) for pid in children), 5.0)
    assert _shared_memory() <= before


def _shared_memory() -> set[Path]:
    folder = Path("/dev/shm")
    return {path for path in folder.iterdir() if "jack" not in path.name} if folder.is_dir() else set()


def _start_preview() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "engine", "preview", "tone:440", "--headless", "--silent", "--scene", "fallback"]
    show = subprocess.Popen([*command, "--size", "64x36"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert show.stderr is not None
    while b"stage:" not in (line := show.stderr.readline()):
        assert line, "the show ended before it began"
    time.sleep(0.3)
    show.stderr.close()
    return show


def test_a_full_disk_ends_the_take_and_not_the_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    show = _settings("tone:440", seconds=1.0, record=tmp_path / "a.monochord")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with Conductor(show, said.append, backdrop=False) as conductor:
        monkeypatch.setattr(conductor.take, "flush", full)
        conductor.run()
        assert conductor.hops > 180
    assert any("a.monochord stopped after" in line and "No space left" in line for line in said)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_disk_that_is_full_already_is_said_at_the_start() -> None:
    with pytest.raises(BadFile, match="record=/dev/full cannot be written: No space left"):
        Conductor(_settings("tone:440", record=Path("/dev/full")), print, backdrop=False)


def test_a_bug_in_a_sense_ends_the_show_with_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    with Conductor(_settings("tone:440"), print, backdrop=False) as conductor:
        monkeypatch.setattr(conductor.senses, "step", lambda _block: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            conductor.run()


@pytest.mark.jack
@pytest.mark.slow
def test_through_a_real_sound_server_the_frames_are_those_of_what_was_heard(
    jack_server: object, tmp_path: Path, until: Callable
) -> None:
    """A JACK client plays noise; the ears listen to it, are recorded, and the server dies and comes back."""
    player = _jack_player()
    take = tmp_path / "a.monochord"
    said: list[str] = []
    hearing = HearingSettings(device="player, JACK")
    show = Settings(hearing=hearing, stage=SMALL, seconds=3.0, record=take)
    try:
        with Conductor(show, said.append, backdrop=False) as conductor:
            conductor.run()
            assert conductor.hearing.lost_frames == 0
    finally:
        player.kill()
        player.wait()
    rows = Take(take).rows
    assert rows[:, 2].max() > -30  # the noise came through
    again = np.array([frame.row for _, frame in Rehearsal(HearingSettings(source=str(take)))])
    assert again.shape == rows.shape == (len(rows), ROW)
    assert np.array_equal(_at_once(again), _at_once(rows))


@pytest.mark.jack
@pytest.mark.slow
def test_when_the_sound_server_dies_the_show_goes_on_and_sound_is_back_with_the_server(
    jack_server: object, until: Callable
) -> None:
    said: list[str] = []
    player = _jack_player()
    with Conductor(Settings(hearing=HearingSettings(device="player, JACK")), said.append, backdrop=False) as conductor:
        thread = threading.Thread(target=_kill_the_server, args=(jack_server, player, conductor, until, said))
        thread.start()
        conductor.run()
        thread.join()
    assert any("the ears are lost" in line for line in said)
    assert any("sound is back" in line for line in said)


def _kill_the_server(
    server: JackServer, player: subprocess.Popen[str], conductor: Conductor, until: Callable, said: list[str]
) -> None:
    try:
        until(lambda: conductor.newest and conductor.newest.sound.level > -30)
        server.kill()
        player.kill()
        player.wait()
        until(lambda: conductor.newest and conductor.newest.sound.silence)
        hops = conductor.hops
        until(lambda: conductor.hops > hops + 50)  # the room is silent, not stopped
        server.start()
        player = _jack_player()
        until(lambda: any("sound is back" in line for line in said), 60.0)
        until(lambda: conductor.newest and conductor.newest.sound.level > -30)
    finally:
        player.kill()
        player.wait()
        conductor.stop()


def _jack_player() -> subprocess.Popen[str]:
    code = (
        "import jack, numpy as np, time\n"
        "c = jack.Client('player', no_start_server=True); p = c.outports.register('out_1')\n"
        "rng = np.random.default_rng(0)\n"
        "@c.set_process_callback\n"
        "def process(n): p.get_array()[:] = rng.normal(0, 0.1, n)\n"
        "with c:\n    print('ready', flush=True)\n    time.sleep(60)\n"
    )
    player = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert player.stdout is not None
    assert player.stdout.readline() == "ready\n"
    player.stdout.close()
    return player
