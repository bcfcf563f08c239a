"""When aubio hears onsets and beats in recordings, as JSON: {file: {onsets, beats}}. A peer to be judged beside.

    python tools/peer_aubio.py FILE.wav ... > aubio.json

Runs under an interpreter of its own, since aubio (the wheel `aubio-ledfx`) wants another numpy. Its defaults, at
our hop and rate.
"""

import json
import sys

import aubio

RATE, HOP = 48000, 256


def heard(path: str) -> dict[str, list[float]]:
    onset = aubio.onset("default", 1024, HOP, RATE)
    tempo = aubio.tempo("default", 1024, HOP, RATE)
    found: dict[str, list[float]] = {"onsets": [], "beats": []}
    source = aubio.source(path, RATE, HOP)
    while True:
        samples, read = source()
        if read < HOP:
            return found
        if onset(samples):
            found["onsets"].append(onset.get_last_s())
        if tempo(samples):
            found["beats"].append(tempo.get_last_s())


print(json.dumps({path: heard(path) for path in sys.argv[1:]}))
