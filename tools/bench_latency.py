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
import os
import subprocess
import sys
import time

import numpy as np
from benchmarks import figures
from watching.clicks import CLIENT, PERIOD, JackClicks, jack_server


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
    arguments = parser.parse_args()
    from engine import latency
    from engine.cli.terminal import progress
    from engine.cli.typed import parse_size
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
