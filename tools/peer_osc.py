"""LedFx's OSC device at the work of `bench_osc.py`: a light's red, green and blue to five receivers.

Run by `bench_osc.py --ledfx PYTHON` with the interpreter of an environment that has LedFx (GPL; the engine never
imports it): `PYTHON tools/peer_osc.py FRAMES PORT…` prints the median of microseconds a frame.
"""

from __future__ import annotations

import statistics
import sys
import time

import numpy as np
from ledfx.devices.osc import OSCServerDevice
from pythonosc.udp_client import SimpleUDPClient


def device(port: int) -> OSCServerDevice:
    """A device without the program around it."""
    made = object.__new__(OSCServerDevice)
    made._config = {
        "port": port,
        "pixel_count": 1,
        "send_type": "Three_Addresses",
        "starting_addr": 0,
        "path": "/0/dmx/{address}",
    }
    made.last_frame = np.full((1, 3), -1)
    made._client = SimpleUDPClient("127.0.0.1", port)
    return made


def main() -> None:
    frames, *ports = (int(argument) for argument in sys.argv[1:])
    devices = [device(port) for port in ports]
    taken = []
    for colours in np.random.default_rng(0).integers(0, 255, (frames, 1, 3)):
        begun = time.perf_counter_ns()
        for one in devices:
            one.flush(colours)
        taken.append((time.perf_counter_ns() - begun) / 1000)
    print(statistics.median(taken[len(taken) // 10 :]))


if __name__ == "__main__":
    main()
