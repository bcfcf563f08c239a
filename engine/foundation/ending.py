"""What ends a show from outside: Ctrl-C, SIGTERM, and a terminal that goes away."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType


def on_signals(stop: Callable[[], None]) -> Callable[[], None]:
    """Call `stop` on Ctrl-C, SIGTERM and a terminal that goes away; what is returned puts the old handlers back."""
    if threading.current_thread() is not threading.main_thread():
        return lambda: None

    def handle(_number: int, _frame: FrameType | None) -> None:
        stop()

    old = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}

    def restore() -> None:
        for number, handler in old.items():
            signal.signal(number, handler)

    return restore
