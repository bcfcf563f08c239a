"""The one door to python-rtmidi: which MIDI ports there are, and open ones. The library is loaded when it is asked for.

On Linux the kernel's sequencer is used where there is one, else JACK. Ports are known by name: the numbers that some
systems put behind it change whenever something is plugged in.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, Protocol

from engine.errors import MissingDriver

INSTALL: Final = "pip install 'monochord[midi]'"
_OWN: Final = "monochord"  # what our own ports are called
_SEQUENCER: Final = Path("/dev/snd/seq")
_NUMBERS: Final = re.compile(r"\s+\d+:\d+$")  # of client and port, as ALSA puts them behind a name

Hear = Callable[[bytes], None]


class Port(Protocol):
    """An open port. A message is one whole MIDI message."""

    def send(self, message: bytes) -> None: ...
    def close(self) -> None: ...


class Ports(Protocol):
    """The MIDI ports of a machine."""

    def inputs(self) -> list[str]: ...
    def outputs(self) -> list[str]: ...
    def open_input(self, name: str, hear: Hear) -> Port: ...
    def open_output(self, name: str) -> Port: ...
    def close(self) -> None: ...


def matching(wanted: str, names: list[str]) -> str | None:
    """The port that is meant: of that name, else the first that has it as a part of its own."""
    low = wanted.casefold()
    exact = [name for name in names if _NUMBERS.sub("", name).casefold() == low or name.casefold() == low]
    return next(iter([*exact, *(name for name in names if low in name.casefold())]), None)


class RtPorts:
    """The ports of this machine. MissingDriver where there is no MIDI, with what to install."""

    def __init__(self) -> None:
        try:
            self._library: Any = importlib.import_module("rtmidi")
        except ImportError:
            raise MissingDriver(f"MIDI needs python-rtmidi, which is not here: {INSTALL}") from None
        self._api = _api(self._library)
        try:
            with _quiet():
                self._in = self._library.MidiIn(self._api, name=_OWN)
                self._out = self._library.MidiOut(self._api, name=_OWN)
        except Exception as why:  # the library's own kinds of error have no common root
            mend = "start a JACK server, or load the kernel's snd-seq" if sys.platform == "linux" else "is it set up?"
            raise MissingDriver(f"this machine has no MIDI ({why}): {mend}") from None

    def inputs(self) -> list[str]:
        """Names of the ports that can be listened to."""
        return _names(self._in)

    def outputs(self) -> list[str]:
        """Names of the ports that can be sent to."""
        return _names(self._out)

    def open_input(self, name: str, hear: Hear) -> Port:
        """Listen; `hear` is called from the driver's thread. OSError if the port is gone by now."""
        return self._opened(self._library.MidiIn, name, hear)

    def open_output(self, name: str) -> Port:
        """Send; OSError if the port is gone by now."""
        return self._opened(self._library.MidiOut, name)

    def _opened(self, kind: Callable[..., Any], name: str, hear: Hear | None = None) -> Port:
        port: Any = None
        try:
            port = kind(self._api, name=_OWN)
            if hear is not None:
                port.ignore_types(sysex=False, timing=False, active_sense=True)
                port.set_callback(lambda event, _: hear(bytes(event[0])))
            port.open_port(port.get_ports().index(name))
        except Exception as why:  # the port is gone by now, or the driver is
            if port is not None:
                port.delete()
            raise OSError(f"{name} cannot be opened: {why}") from None
        return _RtPort(port)

    def close(self) -> None:
        """Let go of the driver."""
        for port in (self._in, self._out):
            port.delete()


class _RtPort:
    def __init__(self, port: Any) -> None:
        self._port = port

    def send(self, message: bytes) -> None:
        """OSError if it cannot be sent."""
        try:
            self._port.send_message(list(message))
        except Exception as why:
            raise OSError(str(why)) from None

    def close(self) -> None:
        self._port.close_port()
        self._port.delete()


def _names(client: Any) -> list[str]:
    """The ports of others that this client of the driver can reach; none where the driver has died."""
    try:
        return [str(name) for name in client.get_ports() if not name.startswith(_OWN)]
    except Exception:  # the library's own kinds of error have no common root
        return []


def _api(library: Any) -> int:
    """Which of the drivers is asked."""
    known = library.get_compiled_api()
    if sys.platform == "linux":
        wanted = library.API_LINUX_ALSA if _SEQUENCER.exists() else library.API_UNIX_JACK
        if wanted in known:
            return int(wanted)
    return int(library.API_UNSPECIFIED)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Drivers write what they think of a missing server to the terminal, past Python: what matters is raised."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
