"""What telling others costs: a frame to five destinations, messages a second, and how late they arrive.

    python tools/bench_osc.py [--frames 2000] [--json FILE] [--ledfx LEDFX/bin/python]

Over loopback. Beside it python-osc as one would use it at first, a message built and sent for every signal or a bundle
of them built for every frame; and LedFx's OSC device, where one says in which environment LedFx is. Medians, but for
the consoles, which are told in one hop of four; every figure of one run, on one thread.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
from benchmarks import figures
from benchmarks.receivers import Sink, rows
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.udp_client import SimpleUDPClient

from engine.frame import SIGNALS, Row
from engine.lights.destination import Destination
from engine.lights.osc import Lights, Sender
from engine.lights.patch import first_lights, read_patch
from engine.live.lighting import Lighting

_DESTINATIONS: Final = 5


def microseconds(
    each: Callable[[Row], None], frames: list[Row], after: Callable[[], object], of: Any = statistics.median
) -> float:
    """The median time of a frame, or its mean; `after` every one of them, not counted."""
    taken = []
    for row in frames:
        begun = time.perf_counter_ns()
        each(row)
        taken.append((time.perf_counter_ns() - begun) / 1000)
        after()
    return float(of(taken[len(taken) // 10 :]))


def naive_messages(clients: list[Any]) -> Callable[[Row], None]:
    """A message a signal."""

    def send(row: Row) -> None:
        for client in clients:
            for signal in SIGNALS.values():
                client.send_message(signal.address, row[signal.part].tolist())

    return send


def naive_bundles(clients: list[Any]) -> Callable[[Row], None]:
    """A bundle a frame, built anew."""

    def send(row: Row) -> None:
        bundle: Any = OscBundleBuilder(IMMEDIATELY)
        for signal in SIGNALS.values():
            message: Any = OscMessageBuilder(signal.address)
            for value in row[signal.part].tolist():
                message.add_arg(value, "f")
            bundle.add_content(message.build())
        built = bundle.build()
        for client in clients:
            client.send(built)

    return send


def cost(frames: list[Row]) -> dict[str, float]:
    """Microseconds a frame to five destinations."""
    sinks = [Sink() for _ in range(_DESTINATIONS)]

    def drain() -> None:
        for sink in sinks:
            sink.drain()

    clients = [SimpleUDPClient("127.0.0.1", sink.port) for sink in sinks]
    lights = Lights([Destination("127.0.0.1", sink.port) for sink in sinks])
    consoles = Lights([], (), [first_lights(Destination("127.0.0.1", sink.port, "qlcplus")) for sink in sinks])
    lighting = Lighting(consoles, "mountains")
    slow = frames[: max(len(frames) // 20, 20)]
    found = {
        "every signal, five generic receivers": microseconds(lights.send, frames, drain),
        "the lights, five consoles (mean)": microseconds(
            lambda row: lighting.step(row, 0.0), frames, drain, statistics.fmean
        ),
        "python-osc, a bundle built a frame": microseconds(naive_bundles(clients), slow, drain),
        "python-osc, a message a signal": microseconds(naive_messages(clients), slow, drain),
    }
    lights.close()
    consoles.close()
    return found


def one_light(frames: list[Row], ledfx: Path | None) -> dict[str, float]:
    """Microseconds for one light's red, green and blue, all new, at three addresses of five receivers."""
    sinks = [Sink() for _ in range(_DESTINATIONS)]
    rgb = {"rgb": ["1/1", "1/2", "1/3"]}
    lights = Lights([], (), [read_patch({"to": f"127.0.0.1:{sink.port}:qlcplus", "map": rgb}) for sink in sinks])
    colours = iter(np.random.default_rng(0).random((len(frames), 3)).tolist())

    def put(_row: Row) -> None:
        colour = next(colours)
        for console in lights.consoles:
            console.put(colour.__getitem__)

    def drain() -> None:
        for sink in sinks:
            sink.drain()

    found = {"one light's colour to five consoles": microseconds(put, frames, drain)}
    lights.close()
    if ledfx is not None:
        ports = [str(sink.port) for sink in sinks]
        command = [str(ledfx), str(Path(__file__).with_name("peer_osc.py")), str(len(frames)), *ports]
        run = subprocess.run(command, capture_output=True, text=True, check=True)
        found["the same by LedFx's OSC device"] = float(run.stdout.split()[-1])
    return found


def sustained(frames: list[Row]) -> dict[str, float]:
    """Messages a second that arrive over loopback, sent as fast as can be for as long as all of them arrive."""
    found = {}
    for name, profile in (("bundles", "generic"), ("single messages", "plain")):
        sink = Sink()
        sender = Sender(Destination("127.0.0.1", sink.port, profile))
        over, count = threading.Event(), [0]

        def take(sink: Sink = sink, over: threading.Event = over, count: list[int] = count) -> None:
            sink.socket.settimeout(0.2)
            while True:
                try:
                    sink.socket.recv(1 << 16)
                    count[0] += 1
                except TimeoutError:
                    if over.is_set():
                        return

        taking = threading.Thread(target=take)
        taking.start()
        begun = time.perf_counter()
        for row in frames:
            sender.send(row)
        seconds = time.perf_counter() - begun
        over.set()
        taking.join()
        datagrams = len(sender._templates)
        share = count[0] / (len(frames) * datagrams)
        messages = (len(SIGNALS) + 5) * len(frames) * share
        found[f"messages a second, {name}"] = messages / seconds
        found[f"of these arrived, {name}"] = share
        sender.close()
    return found


def lateness(frames: list[Row]) -> dict[str, float]:
    """Microseconds from the call that sends a frame to its first datagram at a receiver that waits for it."""
    found = {}
    for name, others in (("one destination", 0), ("the last of five", _DESTINATIONS - 1)):
        sink, more = Sink(), [Sink() for _ in range(others)]
        lights = Lights([Destination("127.0.0.1", one.port) for one in (*more, sink)])
        arrived: list[int] = []
        sink.socket.settimeout(1.0)

        def take(sink: Sink = sink, arrived: list[int] = arrived) -> None:
            try:
                while True:
                    data = sink.socket.recv(1 << 16)
                    if b"/monochord/frame" in data[:48]:
                        arrived.append(time.perf_counter_ns())
            except TimeoutError:
                return

        taking = threading.Thread(target=take)
        taking.start()
        sent = []
        for row in frames[:500]:
            sent.append(time.perf_counter_ns())
            lights.send(row)
            time.sleep(0.002)
        taking.join()
        if len(arrived) == len(sent):
            late = np.subtract(arrived, sent) / 1000
            found[f"send → receive, {name}, p50"] = float(np.percentile(late, 50))
            found[f"send → receive, {name}, p95"] = float(np.percentile(late, 95))
        lights.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=2000)
    parser.add_argument("--ledfx", type=Path, metavar="PYTHON", help="the interpreter of an environment with LedFx")
    figures.ask(parser)
    asked = parser.parse_args()
    frames = rows(asked.frames)
    found = {f"µs a frame: {name}": value for name, value in cost(frames).items()}
    found |= {f"µs a frame: {name}": value for name, value in one_light(frames, asked.ledfx).items()}
    found |= sustained(frames)
    found |= {f"µs: {name}": value for name, value in lateness(frames).items()}
    for name, value in found.items():
        print(f"{name:60} {value:12,.1f}" if value > 1 else f"{name:60} {value:12.4f}")
    figures.keep(found, asked.json)


if __name__ == "__main__":
    main()
