"""What tests share: a JACK server with a dummy driver, sound files, and fewer guesses about time."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import settings

from engine.foundation import fonts
from engine.frame import RATE
from engine.musician import Musician

from .features.sounds import gain, placed, plucked, struck

# Every run of the suite tries the same examples; new ones are looked for by `pytest --hypothesis-profile=search`.
settings.register_profile("same", derandomize=True, deadline=None)  # how long it takes is not what is asked
settings.register_profile("search", deadline=None)
settings.load_profile("same")

_ALONE = (
    *("audio/test_hearing.py", "stage/test_audition.py", "stage/test_backdrop.py", "stage/test_lost_context.py"),
    *("stage/test_guarded_painter.py", "stage/test_isf_check.py", "stage/test_painter.py", "stage/test_understudy.py"),
    *("foundation/test_child.py", "test_conductor.py", "live/test_following.py", "test_latency.py"),
    *("live/test_showing.py", "live/test_synchrony.py", "live/test_lights_of_a_show.py", "live/test_backup.py"),
    *("control/test_page.py", "survey/test_page.py", "share/test_in_a_browser.py", "share/test_an_evening.py"),
    *("report/test_in_a_browser.py", "lights/test_receivers.py", "wall/test_bad_line.py", "stage/test_doors.py"),
    "tools/test_faults.py",
)
"""Where processes and programs of others are killed, frozen and awaited: such tests want the machine for themselves."""

Until = Callable[..., None]
SoundFile = Callable[..., Path]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what must not run beside other tests; `make test` lets the others run side by side, the slow ones first."""
    for item in items:
        if item.path.relative_to(Path(__file__).parent).as_posix() in _ALONE:
            item.add_marker("alone")
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture
def until() -> Until:
    """Waits until something is true; fails after `seconds` without it."""

    def wait(true: Callable[[], object], seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, f"not within {seconds} s"
            time.sleep(0.01)

    return wait


@pytest.fixture
def sound_file(tmp_path: Path) -> SoundFile:
    """Writes samples (n,) or (n, channels) to a file that libsndfile can write."""

    def write(name: str, samples: np.ndarray, rate: int = RATE, **more: str) -> Path:
        path = tmp_path / name
        soundfile.write(path, samples, rate, **more)
        return path

    return write


@pytest.fixture
def no_fonts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A machine on which no font is installed; gives the folder in which it would look."""
    folder = tmp_path / "fonts"
    folder.mkdir()
    monkeypatch.setattr(fonts, "_folders", lambda: [folder])
    for cached in (fonts._files, fonts.found_font):
        cached.cache_clear()
    yield folder
    for cached in (fonts._files, fonts.found_font):
        cached.cache_clear()


class JackServer:
    """A JACK server under a name of its own, and what a test does to it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = ["jackd", "-n", self.name, "-r", "-d", "dummy", "-r", str(RATE), "-p", "256", "-C", "2", "-P", "2"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            if subprocess.run(["jack_lsp"], capture_output=True, check=False).returncode == 0:
                return
            time.sleep(0.05)
        raise AssertionError("jackd did not start")

    def kill(self) -> None:
        """As the out-of-memory killer would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """In order: a server that is killed stays in JACK's registry, which has room for eight."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None


@pytest.fixture
def jack_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[JackServer]:
    """A running server; what is started during the test finds it and no other."""
    if shutil.which("jackd") is None or shutil.which("jack_lsp") is None:
        pytest.skip("jackd2 is not installed (apt-get install jackd2)")
    pytest.importorskip("jack", reason="JACK-Client is not installed", exc_type=OSError)
    name = "monochord-test"  # one name, so that the server that a test killed is cleared away by the next
    for key, value in {
        "JACK_NO_AUDIO_RESERVATION": "1",
        "JACK_NO_START_SERVER": "1",
        "JACK_DEFAULT_SERVER": name,
    }.items():
        monkeypatch.setenv(key, value)
    server = JackServer(name)
    server.start()
    yield server
    server.stop()


STRING, DRUM = [0.3, 0.9, 1.5], [0.6, 1.2]
"""When string and drum of `duo` begin, in seconds."""
PLAYING = {"channels": (1, 2), "musicians": (Musician("erhu", (1,)), Musician("drum", (2,)))}
"""Who plays in `duo`, as HearingSettings take it."""


@pytest.fixture
def duo(sound_file: SoundFile) -> str:
    """A plucked string on the left, a drum on the right."""
    damped = np.minimum(1, np.linspace(4, 0, RATE // 2))  # a string that is cut off clicks, and that is heard
    string = placed([(start, plucked(330, 0.5, seed) * damped * gain(-12)) for seed, start in enumerate(STRING)], 2.0)
    drum = placed([(start, struck(0.3, seed) * gain(-9)) for seed, start in enumerate(DRUM)], 2.0)
    return str(sound_file("duo.wav", np.stack([string, drum], axis=1), subtype="FLOAT"))
