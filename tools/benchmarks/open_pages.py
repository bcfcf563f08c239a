"""What the operator's page costs the show as more of them are open, for tools/bench_growth.py. Linux only."""

from __future__ import annotations

import math
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from watching.browsers import PORT, browsers
from watching.processes import Taken, taken

from benchmarks.curves import Curve, curve

_PATIENCE: Final = 120.0  # seconds


@contextmanager
def _show() -> Iterator[subprocess.Popen[bytes]]:
    """A show of its own, of a tone, that serves the operator's page."""
    command = [sys.executable, "-m", "engine", "preview", "tone:440", "--headless", "--silent", "--scene", "fallback"]
    command += ["--size", "160x90", "--fps", "10", "--page", str(PORT)]
    show = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield show
    finally:
        show.terminate()
        show.wait(30)


def pages(counts: Sequence[int], seconds: float) -> Curve:
    """Processor time of the show's own process, of all its threads, while so many have the page open."""
    found = curve("the show's process, all its threads", "pages open", "ms a second", counts)
    with _show() as show:
        _await_page(show)
        alone = _lowest(show)
        for count in counts:
            with browsers(count):
                begun = _settled(show, alone.descriptors + count, math.inf)
                at = time.monotonic()
                time.sleep(seconds)
                after = _looked(show)
                found["ours"].append(1000 * (after.worked - begun.worked) / (time.monotonic() - at))
                found["memory"].append(max(after.own - alone.own, 0.0))
            _settled(show, 0, alone.descriptors)
    return found


def _await_page(show: subprocess.Popen[bytes]) -> None:
    """Until somebody answers there."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        _looked(show)
        try:
            socket.create_connection(("127.0.0.1", PORT), 1.0).close()
            return
        except OSError:
            time.sleep(0.25)
    raise SystemExit(f"nobody served the page at port {PORT} within {_PATIENCE:g} s")


def _looked(show: subprocess.Popen[bytes]) -> Taken:
    now = taken(show.pid)
    if now is None or show.poll() is not None:
        raise SystemExit(f"the show has ended (try: monochord preview tone:440 --headless --silent --page {PORT})")
    return now


def _lowest(show: subprocess.Popen[bytes]) -> Taken:
    """What it takes when the fewest files are open, in two seconds: now and then one is open for a moment."""
    looks = []
    for _ in range(8):
        time.sleep(0.25)
        looks.append(_looked(show))
    return min(looks, key=lambda look: look.descriptors)


def _settled(show: subprocess.Popen[bytes], least: int, most: float) -> Taken:
    """What it takes when at least and at most so many descriptors are open: a page is one."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        if least <= _lowest(show).descriptors <= most:
            return _looked(show)
    raise SystemExit(f"the show never had {least} to {most} files open within {_PATIENCE:g} s")
