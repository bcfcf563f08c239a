"""Sound → OSC and sound → picture, by clicks through a JACK dummy server while the stage draws.

    python tools/bench_latency.py --clicks 300 --scene mountains

Wants jackd2 and libportaudio2, and the packages of requirements-dev.lock (JACK-Client). The clicks come from a JACK
client of its own process, anywhere within a hop. A sound card hands over at the beginning of a period what sounded
during the one before, and so the time of a click's first sample is counted: nothing but the converters is left out.
The datagrams are stamped by the kernel. A bare sounddevice callback of one hop that only measures the level and sends
it with python-osc is run first, for the floor. Virtual machines stall for tens of milliseconds now and then: judge
p50 and p95 on them.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

import figures
import numpy as np

PERIOD = 128
CLIENT = "clicks"


@contextlib.contextmanager
def jack_server(name: str, period: int = PERIOD) -> Iterator[None]:
    """A JACK server with the dummy driver under a name of its own."""
    os.environ |= {"JACK_NO_AUDIO_RESERVATION": "1", "JACK_NO_START_SERVER": "1", "JACK_DEFAULT_SERVER": name}
    command = [
        "jackd",
        "-n",
        name,
        "-R",
        "-P",
        "70",
        "-d",
        "dummy",
        "-r",
        "48000",
        "-p",
        str(period),
        "-C",
        "2",
        "-P",
        "2",
    ]
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

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, "--be-the-source"], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
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

    def __enter__(self) -> JackClicks:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()


def be_the_source() -> None:
    """Click some 2.4 times a second, anywhere within a hop; print when each first sample was there."""
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
                state["next"] += 20000 + int(rng.integers(0, 512))
        state["frame"] = start + frames

    with client:
        print("ready", flush=True)
        told = 0
        while True:
            time.sleep(0.05)
            for moment in times[told:]:
                print(moment, flush=True)
            told = len(times)


def bare_floor(clicks: JackClicks, count: int) -> list[float]:
    """The floor: a callback of one hop that only measures and sends. Milliseconds."""
    code = (
        "import sys, time, sounddevice as sd, numpy as np\n"
        "from pythonosc.udp_client import SimpleUDPClient\n"
        "to = SimpleUDPClient('127.0.0.1', int(sys.argv[1])); hop = [0]\n"
        "def heard(x, n, t, s):\n"
        "    hop[0] += 1\n"
        "    to.send_message('/level', [hop[0], float(20 * np.log10(np.sqrt(np.mean(x * x)) + 1e-6))])\n"
        f"with sd.InputStream(device='{CLIENT}, JACK', channels=1, samplerate=48000, blocksize=256, dtype='float32',"
        " latency='low', callback=heard): time.sleep(3600)\n"
    )
    from pythonosc.osc_message import OscMessage

    from engine.latency import CLICK_DB, Receiver

    with Receiver() as receiver:
        process = subprocess.Popen([sys.executable, "-c", code, str(receiver.port)])
        time.sleep(1.5)
        skipped = len(clicks.times())
        while len(clicks.times()) < skipped + count:
            time.sleep(0.1)
        process.kill()
        process.wait()
    loud = np.array([at for at, datagram in receiver.datagrams if OscMessage(datagram).params[1] > CLICK_DB])
    found = []
    for click in clicks.times()[skipped : skipped + count]:
        after = loud[(loud >= click) & (loud < click + 250e6)]
        if len(after):
            found.append((after[0] - click) / 1e6)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clicks", type=int, default=300)
    parser.add_argument("--scene", default="mountains")
    parser.add_argument("--size", default="640x360")
    parser.add_argument("--fps", type=float, default=30.0)
    parser.add_argument("--period", type=int, default=PERIOD, help="frames of a JACK period")
    figures.ask(parser)
    parser.add_argument("--be-the-source", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.be_the_source:
        be_the_source()
    from engine import latency
    from engine.cli.options import parse_size
    from engine.cli.terminal import progress
    from engine.settings import settings

    with jack_server(f"bench{os.getpid()}", arguments.period), JackClicks() as clicks:
        floor = bare_floor(clicks, arguments.clicks)
        print(
            "floor: a bare callback of 256 samples, {:.2f} / {:.2f} / {:.2f} ms at p50 / p95 / p99".format(
                *np.percentile(floor, (50, 95, 99))
            )
        )
        show = settings(
            headless=True,
            scene=arguments.scene,
            sound__device=f"{CLIENT}, JACK",
            stage__size=parse_size(arguments.size),
            stage__fps=arguments.fps,
        )
        with progress(f"{arguments.clicks} clicks, {arguments.scene} at {arguments.size}") as tell:
            measured = latency.measure(show, clicks, arguments.clicks, tell)
    print(latency.report(measured))
    figures.keep({"floor": figures.spread(floor), **latency.as_json(measured)}, arguments.json)


if __name__ == "__main__":
    main()
