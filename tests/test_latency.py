"""Latency: what is compared with what, and the whole measurement through a real sound server."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from engine.latency import Latency, _compare, as_json, report

MS = 1_000_000


def _frames(clicks: list[int], late: int) -> np.ndarray:
    """Datagrams every 5 ms; a click is heard `late` hops after it began, its onset one hop later."""
    rows = []
    for hop in range(400):
        level = -20.0 if any(hop == click // 5 + late for click in clicks) else -120.0
        onsets = sum(hop >= click // 5 + late + 1 for click in clicks)
        rows.append((hop * 5 * MS, hop, level, onsets))
    return np.array(rows, float)


def test_a_click_is_compared_with_the_first_datagram_and_picture_that_show_it() -> None:
    clicks = [500, 1000, 1500]
    pictures = np.array([(hop, hop * 5 * MS + 7 * MS) for hop in range(0, 400, 3)])
    found = _compare(np.array(clicks, float) * MS, _frames(clicks, late=1), pictures)
    assert found.clicks == 3
    assert found.level.tolist() == [5.0, 5.0, 5.0]
    assert found.onset.tolist() == [10.0, 10.0, 10.0]
    assert ((found.picture >= 12) & (found.picture <= 22)).all()


def test_a_click_that_nobody_noticed_is_counted_and_not_timed() -> None:
    found = _compare(np.array([500.0, 700.0]) * MS, _frames([500], late=1), np.zeros((0, 2), np.int64))
    assert found.clicks == 2
    assert len(found.level) == len(found.onset) == 1
    assert len(found.picture) == 0


def test_the_report_names_percentiles_and_draws_a_histogram() -> None:
    values = np.arange(1.0, 101.0)
    text = report(Latency(100, values, values / 2, np.zeros(0)))
    assert "sound → sound.level     50.50    95.05    99.01 ms   100" in text
    assert "█" in text
    assert as_json(Latency(100, values, values, values))["sound → picture"]["p50"] == 50.5


@pytest.mark.jack
@pytest.mark.gl
@pytest.mark.slow
def test_latency_is_measured_through_a_loopback_of_a_real_sound_server(jack_server: object) -> None:
    command = [sys.executable, "-m", "engine", "latency", "--device", "system", "--output", "system", "--headless"]
    measuring = subprocess.Popen(
        [*command, "--scene", "fallback", "--clicks", "10", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    cable = threading.Thread(target=_lay_a_cable, args=(measuring,))
    cable.start()
    out, err = measuring.communicate(timeout=60)
    cable.join()
    assert measuring.returncode == 0, err.decode()
    found = json.loads(out)
    # Here the last sample of a block may be heard before its time: the server loops within one period.
    assert -6 < found["sound → sound.level"]["p50"] < 60
    assert -6 < found["sound → rhythm.onsets"]["p50"] < 60
    assert 0 < found["sound → picture"]["p50"] < 150


def _lay_a_cable(measuring: subprocess.Popen[bytes]) -> None:
    """From what is played to what is listened to, as soon as both are there."""
    import jack

    with jack.Client("cable", no_start_server=True) as client:
        while measuring.poll() is None:
            outs = client.get_ports("PortAudio.*", is_output=True, is_audio=True)
            ins = client.get_ports("PortAudio.*", is_input=True, is_audio=True)
            for source in outs:
                for sink in ins:
                    # A stream that is just opening has ports that go again, and takes no cable before it runs: the
                    # next turn finds what is really there.
                    with contextlib.suppress(jack.JackError):
                        if sink not in client.get_all_connections(source):
                            client.connect(source, sink)
            time.sleep(0.1)
