"""OSCQuery: what a show understands and how it is, told over HTTP, and streamed over a websocket to whoever listens."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from aiohttp import WSMsgType, web

from engine.control.osc_reader import OscReader
from engine.control.oscquery_tree import ATTRIBUTES, Leaf, Tree, Values, values_of
from engine.control.outbox import Outbox
from engine.control.show_view import ShowView
from engine.frame import Signal, signals_of

STREAM_PERIOD: Final = 1 / 60
"""Seconds between two values of one path that a listener is told."""
_MOST_PATHS: Final = 512  # that one listener listens to
# What of the proposal there is here, and what is not; every node has the first two attributes, OVERLOADS has none.
_MADE: Final = (*ATTRIBUTES[2:-1], "LISTEN", "IGNORE", "PATH_CHANGED", "PATH_ADDED", "PATH_REMOVED")
_NOT_MADE: Final = ("PATH_RENAMED", "OVERLOADS", "HTML", "ECHO")


class Listener:
    """One websocket of OSCQuery: which paths it listens to, and what it was told of each."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self.told: dict[str, bytes] = {}

    def tell(self, leaf: Leaf, values: Sequence[Any] | None) -> None:
        """Tell a value, if it is another one."""
        if values is None:
            return
        packet = leaf.packet(values)
        if self.told.get(leaf.path) != packet:
            self.told[leaf.path] = packet
            self.outbox.replace(leaf.path, packet)


class OscQuery:
    """The tree, its answers, and those who listen. Everything runs in the server's own loop."""

    def __init__(self, view: ShowView, reader: OscReader) -> None:
        """`reader` obeys the OSC that comes in binary frames."""
        self._view, self._reader = view, reader
        self._signals: Mapping[str, Signal] = signals_of(view.musicians)
        self._tree = Tree(self._signals, view.table)
        self.listeners: set[Listener] = set()

    # HTTP.

    def answer(self, path: str, query: str, local: tuple[str, int]) -> web.Response:
        """What a GET is answered: a node, one attribute of it, or who we are; 204, 400 and 404 as the proposal has it.

        `local`: our address as the asker knows it.
        """
        self.look()
        if query == "HOST_INFO":
            return _json(self._host_info(local))
        path = path.rstrip("/") or "/"
        values = self._values()
        attribute = query.removesuffix("=")
        if attribute and attribute not in ATTRIBUTES:
            return web.Response(status=400, text=f"{attribute[:40]} is no attribute of a node\n")
        node = self._tree.node(path, values)
        if node is None:
            return web.Response(status=404, text="there is no such node\n")
        if not attribute:
            return _json(node)
        if attribute not in node:
            return web.Response(status=204)
        return _json({attribute: node[attribute]})

    def _host_info(self, local: tuple[str, int]) -> dict[str, Any]:
        info: dict[str, Any] = {
            "NAME": "Monochord",
            "EXTENSIONS": {**dict.fromkeys(_MADE, True), **dict.fromkeys(_NOT_MADE, False)},
            "WS_IP": local[0],
            "WS_PORT": local[1],
        }
        if self._view.osc_port is not None:
            info |= {"OSC_IP": local[0], "OSC_PORT": self._view.osc_port, "OSC_TRANSPORT": "UDP"}
        return info

    def _values(self) -> Values:
        return values_of(self._view.row(), self._view.present())

    # Websockets.

    async def serve(self, socket: web.WebSocketResponse, outbox: Outbox, peer: str) -> None:
        """Do what a websocket asks for until it goes."""
        listener = Listener(outbox)
        self.listeners.add(listener)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._command(listener, message.data)
                elif message.type is WSMsgType.BINARY:
                    self._reader.hear(message.data, peer, time.monotonic())
        finally:
            self.listeners.discard(listener)

    def _command(self, listener: Listener, text: str) -> None:
        """LISTEN or IGNORE; what is neither, and a path that is none, is passed over."""
        try:
            said = json.loads(text)
        except (ValueError, RecursionError):
            return
        path = said.get("DATA") if isinstance(said, dict) else None
        if not isinstance(path, str):
            return
        if said.get("COMMAND") == "IGNORE":
            listener.told.pop(path, None)
        elif said.get("COMMAND") == "LISTEN" and path in self._tree.leaves and len(listener.told) < _MOST_PATHS:
            listener.told[path] = b""
            leaf = self._tree.leaves[path]
            listener.tell(leaf, self._values()(leaf))

    def tell(self) -> None:
        """Tell every listener what has changed; call it 60 times a second."""
        self.look()
        wanted = {path for listener in self.listeners for path in listener.told}
        if not wanted:
            return
        leaves = [self._tree.leaves[path] for path in wanted if path in self._tree.leaves]
        signals_only = all(leaf.part is not None for leaf in leaves)
        values = values_of(self._view.row(), {} if signals_only else self._view.present())
        now = {leaf.path: (leaf, values(leaf)) for leaf in leaves}
        for listener in self.listeners:
            for path in listener.told:
                if path in now:
                    listener.tell(*now[path])

    def look(self) -> None:
        """See whether other things can be asked of the show, and tell who listens."""
        table = self._view.table
        if table.number == self._tree.number:
            return
        before, self._tree = self._tree, Tree(self._signals, table)
        changes = before.changes(self._tree)
        for listener in self.listeners:
            for path in changes["PATH_REMOVED"]:
                listener.told.pop(path, None)
            for message in _as_commands(changes):
                listener.outbox.put(message)


def _as_commands(changes: Mapping[str, Iterable[str]]) -> Iterable[str]:
    return [json.dumps({"COMMAND": command, "DATA": path}) for command, paths in changes.items() for path in paths]


def _json(content: object) -> web.Response:
    return web.Response(text=json.dumps(content), content_type="application/json")
