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

import numpy as np
from benchmarks import figures
from watching.bare_callback import bare_callback
from watching.clicks import CLIENT, PERIOD, JackClicks, jack_server

from engine.frame import HOP


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
        floor = bare_callback(clicks, arguments.clicks, HOP)
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
