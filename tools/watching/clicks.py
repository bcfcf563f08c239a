"""Clicks through a JACK server without a sound card: a sound of which it is known when it was there."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Final, Self

import numpy as np

PERIOD: Final = 128
CLIENT: Final = "clicks"
"""Its name in JACK."""
APART: Final = 20_000
"""Samples from click to click, as a rule: 2.4 clicks a second."""


@contextlib.contextmanager
def jack_server(name: str, period: int = PERIOD) -> Iterator[None]:
    """A JACK server with the dummy driver under a name of its own."""
    os.environ |= {"JACK_NO_AUDIO_RESERVATION": "1", "JACK_NO_START_SERVER": "1", "JACK_DEFAULT_SERVER": name}
    command = ["jackd", "-n", name, "-R", "-P", "70", "-d", "dummy", "-r", "48000", "-p", str(period)]
    command += ["-C", "2", "-P", "2"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            if subprocess.run(["jack_lsp"], capture_output=True, check=False).returncode == 0:
                break
            time.sleep(0.05)
        else:
            raise SystemExit("jackd does not start (apt-get install jackd2)")
        yield
    finally:
        server.terminate()
        server.wait()


class JackClicks:
    """The source of clicks, in a process of its own. A context manager."""

    def __init__(self, apart: int = APART) -> None:
        """`apart`: samples from one click to the next, at least; up to two hops more."""
        self._process = subprocess.Popen(
            [sys.executable, "-P", __file__, str(apart)], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self._out = self._process.stdout
        self._out.readline()
        os.set_blocking(self._out.fileno(), False)
        self._times: list[int] = []

    def times(self) -> Sequence[int]:
        while line := self._out.readline():
            self._times.append(int(line))
        return self._times

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()


def be_the_source(apart: int) -> None:
    """Click again and again, anywhere within a hop; print when each first sample was there."""
    import jack

    client = jack.Client(CLIENT, no_start_server=True)
    port = client.outports.register("out_1")
    n = np.arange(192)
    click = (0.5 * np.exp(-n / 48) * np.cos(2 * np.pi * 2000 * n / 48000)).astype(np.float32)
    rng = np.random.default_rng(1)
    state = {"frame": 0, "next": 48000}
    times: list[int] = []

    @client.set_process_callback
    def process(frames: int) -> None:
        now = time.monotonic_ns()
        out = port.get_array()
        out[:] = 0
        first, start = state["next"] - state["frame"], state["frame"]
        if -len(click) < first < frames:
            begin = max(first, 0)
            part = click[begin - first : frames - first]
            out[begin : begin + len(part)] = part
            if first >= 0:
                times.append(now + round(1e9 * (first - frames) / 48000))
            if first + len(click) <= frames:
                state["next"] += apart + int(rng.integers(0, 512))
        state["frame"] = start + frames

    with client:
        print("ready", flush=True)
        told = 0
        while True:
            time.sleep(0.05)
            for moment in times[told:]:
                print(moment, flush=True)
            told = len(times)


if __name__ == "__main__":
    be_the_source(int(sys.argv[1]))
