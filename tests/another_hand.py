"""What somebody does to a show while it runs: in another thread, as a desk does."""

from __future__ import annotations

import threading
from collections.abc import Callable

from engine.conductor import Conductor


def run_while(conductor: Conductor, does: Callable[[], None]) -> None:
    """Run a show until `does`, in another thread, is done; what fails there fails here."""
    failed: list[BaseException] = []

    def hand() -> None:
        try:
            does()
        except BaseException as why:
            failed.append(why)
        finally:
            conductor.stop()

    thread = threading.Thread(target=hand)
    thread.start()
    conductor.run()
    thread.join()
    if failed:
        raise failed[0]
