"""What it costs the machine that plays that others follow: microseconds of the listening thread a hop, and bytes.

    python tools/bench_wall.py        # --json FILE

Hops of the built-in recording, one every 5.3 ms as on stage, to followers on this machine that are there, and to some
that are not. Medians, and what 99 of 100 hops stay below.
"""

from __future__ import annotations

import argparse
import socket
import time

import numpy as np
from benchmarks import figures

from engine.audio.hearing_settings import HearingSettings
from engine.foundation import assets
from engine.frame import HOP, RATE
from engine.frame_ring import stereo
from engine.rehearsal import Rehearsal
from engine.wall.address import Address
from engine.wall.leader import Followers
from engine.wall.packet import Head, Hop, pack_hop, pack_sound, unpack

SECONDS = 6.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    figures.ask(parser)
    asked = parser.parse_args()
    rehearsal = Rehearsal(HearingSettings(str(assets.RECORDING)), SECONDS)
    heard = [(frame.row, stereo(block.samples)) for block, frame in rehearsal]
    hops = [Hop(row, 0.0, 0.0) for row, _ in heard]
    again, size = [], 0
    for at in range(3, len(hops)):
        data = pack_hop(Head(1), hops[at : at - 2 : -1])
        again.append(len(unpack(data).hops) - 1)
        size += len(data) + len(pack_sound(Head(1), at, heard[at][1], heard[at - 1][1]))
    rate = 8e-6 * size / len(again) * RATE / HOP
    print(f"{len(hops)} hops; {np.mean(np.array(again) > 0):.0%} of the datagrams bring the hop before once more")
    print(f"{rate:.2f} Mbit/s to each follower")
    found: dict[str, float | list[float]] = {"Mbit/s": rate}
    for count, there in ((0, True), (1, True), (2, True), (4, True), (1, False), (4, False)):
        sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        addresses = [Address("127.0.0.1", one.getsockname()[1]) for one in sockets]
        if not there:
            for one in sockets:
                one.close()
        followers, took = Followers(addresses), []
        due = time.monotonic()
        for row, samples in heard:
            due += HOP / RATE
            time.sleep(max(due - time.monotonic(), 0.0))
            begun = time.perf_counter()
            followers.send(row, samples, due)
            took.append(time.perf_counter() - begun)
        followers.close()
        for one in sockets:
            one.close()
        middle, most = 1e6 * np.percentile(took, (50, 99))
        name = f"{count} followers{'' if there else ' that are not there'}"
        found[name] = [middle, most]
        print(f"{name}: {middle:.0f} µs a hop, 99 % within {most:.0f}")
    figures.keep(found, asked.json)


if __name__ == "__main__":
    main()
