"""OSC in: one thread that waits for datagrams, one after the other, in a buffer of its own."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Final, Self

from engine.control.bad_order import Complaints
from engine.control.guard import MOST_BYTES
from engine.control.listening_place import OscInSettings, osc_socket
from engine.control.orders import Order
from engine.control.osc_reader import OscReader
from engine.control.table import Table

_COMPLAINTS: Final = 60.0  # seconds between two lines about what should never happen
_LOOK_UP: Final = 0.2  # seconds after which the thread looks whether the show is over
_IN_A_ROW: Final = 64  # datagrams dropped unread, after which the thread rests
_REST: Final = 0.002  # seconds: who floods us must not take the processor from the show


class OscIn:
    """Orders by OSC, as long as it is open. A context manager."""

    def __init__(
        self,
        settings: OscInSettings,
        table: Callable[[], Table],
        order: Callable[[Order], None],
        say: Callable[[object], None],
    ) -> None:
        """Listen; BadSetting where that cannot be.

        `table`: what can be asked just now. `order` is given what was asked, `say` what the operator should know;
        both from this one's own thread.
        """
        self._reader = OscReader(settings.senders, table, order, say)
        self._complaints = Complaints(say, _COMPLAINTS)
        self._socket = osc_socket(settings)
        self._socket.settimeout(_LOOK_UP)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="osc in")
        self._thread.start()

    @property
    def refused(self) -> Counter[str]:
        """What was not obeyed, by reason."""
        return self._reader.refused

    def close(self) -> None:
        """Listen no more."""
        self._over.set()
        self._thread.join()
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _listen(self) -> None:
        buffer = bytearray(MOST_BYTES + 4)  # a longer one is cut here, and refused
        view = memoryview(buffer)
        in_a_row = 0
        while not self._over.is_set():
            try:
                size, sender = self._socket.recvfrom_into(buffer)
            except TimeoutError:
                continue
            except OSError:  # a peer is gone, as some systems tell
                self._over.wait(_REST)
                continue
            read = self._heard(bytes(view[:size]), str(sender[0]))
            in_a_row = 0 if read else in_a_row + 1
            if in_a_row >= _IN_A_ROW:  # a flood: the kernel drops the rest of it for us
                in_a_row = 0
                self._over.wait(_REST)

    def _heard(self, datagram: bytes, sender: str) -> bool:
        """Whether it was read; a bug behind it is told, for it would end the thread, and all orders by OSC with it."""
        try:
            return self._reader.hear(datagram, sender, time.monotonic())
        except Exception as bug:
            self._complaints.of("bug", f"OSC: a message was lost ({type(bug).__name__}: {bug})")
            return True
