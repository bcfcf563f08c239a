"""The floor of latency: a bare callback of the sound driver that only measures the level and sends it by OSC."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np
from pythonosc.osc_message import OscMessage

from engine.latency import CLICK_DB, Receiver
from watching.clicks import CLIENT, JackClicks

_CODE = """
import sys, time, sounddevice as sd, numpy as np
from pythonosc.udp_client import SimpleUDPClient
to = SimpleUDPClient('127.0.0.1', int(sys.argv[1]))
def heard(x, n, t, s):
    to.send_message('/level', float(20 * np.log10(np.sqrt(np.mean(x * x)) + 1e-6)))
with sd.InputStream(device=sys.argv[2], channels=1, samplerate=48000, blocksize=int(sys.argv[3]), dtype='float32',
                    latency='low', callback=heard):
    time.sleep(3600)
"""
_OPENING = 1.5  # seconds until its stream runs
_LATEST = 200e6  # nanoseconds after which a click counts as lost: another one comes


def bare_callback(clicks: JackClicks, count: int, block: int) -> list[float]:
    """Milliseconds from the first sample of `count` clicks to the datagram of a callback of `block` samples."""
    with Receiver() as receiver:
        process = subprocess.Popen([sys.executable, "-c", _CODE, str(receiver.port), f"{CLIENT}, JACK", str(block)])
        time.sleep(_OPENING)
        skipped = len(clicks.times())
        while len(clicks.times()) < skipped + count:
            time.sleep(0.1)
        process.kill()
        process.wait()
    loud = np.array([at for at, datagram in receiver.datagrams if OscMessage(datagram).params[0] > CLICK_DB])
    found = []
    for click in clicks.times()[skipped : skipped + count]:
        after = loud[(loud >= click) & (loud < click + _LATEST)]
        if len(after):
            found.append((after[0] - click) / 1e6)
    return found
