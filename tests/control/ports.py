"""MIDI ports of no machine: what a test says is there, what it plays on them, and what is sent to them."""

from __future__ import annotations

from engine.control.midi_ports import Hear, Port


class FakePort:
    def __init__(self, ports: FakePorts, name: str, hear: Hear | None = None) -> None:
        self._ports, self.name, self.hear = ports, name, hear
        self.open = True

    def send(self, message: bytes) -> None:
        if self.name not in self._ports.there:
            raise OSError("gone")
        self._ports.sent.append((self.name, message))

    def close(self) -> None:
        self.open = False


class FakePorts:
    """Implements `Ports`: every name is a port in and out."""

    def __init__(self, *there: str) -> None:
        self.there = list(there)
        self.sent: list[tuple[str, bytes]] = []
        self.opened: list[FakePort] = []
        self.closed = False

    def inputs(self) -> list[str]:
        return list(self.there)

    def outputs(self) -> list[str]:
        return list(self.there)

    def open_input(self, name: str, hear: Hear) -> Port:
        self.opened.append(FakePort(self, name, hear))
        return self.opened[-1]

    def open_output(self, name: str) -> Port:
        return FakePort(self, name)

    def close(self) -> None:
        self.closed = True

    def play(self, name: str, *message: int) -> None:
        """This comes in at the port of that name, if it is listened to."""
        for port in self.opened:
            if port.open and port.name == name and port.hear is not None:
                port.hear(bytes(message))
