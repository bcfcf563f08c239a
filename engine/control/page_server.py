"""The server of the operator's page and of OSCQuery: one port, one thread with a loop of its own.

Nothing in here waits for the show, and the show waits for nothing in here: what is told is read from where the show
leaves it, and orders go where every other order goes.
"""

from __future__ import annotations

import asyncio
import ipaddress
import threading
from collections.abc import Awaitable, Callable, Collection
from contextlib import ExitStack, suppress
from typing import Final, Self

from aiohttp import web

from engine.control.announcement import Announcement
from engine.control.bad_order import Complaints
from engine.control.entrance import ENTER, Entrance, local_address
from engine.control.gate import Gate, kept_token
from engine.control.guard import MOST_BYTES
from engine.control.osc_reader import OscReader
from engine.control.oscquery import STREAM_PERIOD, OscQuery
from engine.control.outbox import Outbox
from engine.control.page_door import Door
from engine.control.page_files import PageFiles
from engine.control.page_place import PageSettings, own_address, own_names, page_socket
from engine.control.page_socket import LIVE_PERIOD, PageLive
from engine.control.show_view import ShowView

_MOST_SOCKETS: Final = 16  # pages and listeners of OSCQuery together
_MOST_BODY: Final = 1024  # bytes that somebody may post: a token is a few dozen
_STARTING: Final = 10.0  # seconds that the loop may take to begin
_HEARTBEAT: Final = 10.0  # seconds after which a websocket that is silent is asked whether it is there
_SILENCE: Final = 10.0  # seconds that a connection may wait for a request; there are only so many of them
_LOOKING: Final = 0.1  # seconds between two looks whether anybody is there
_COMPLAINTS: Final = 60.0  # seconds between two lines about what went wrong
_ANYBODY: Final = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))  # the gate has let them in

_Serve = Callable[[web.WebSocketResponse, Outbox], Awaitable[None]]


class PageServer:
    """The page and OSCQuery, served as long as it is open. A context manager."""

    def __init__(self, settings: PageSettings, view: ShowView) -> None:
        """Serve; BadSetting where that cannot be."""
        self.settings, self._view = settings, view
        with ExitStack() as undo:
            self._socket = undo.enter_context(page_socket(settings))
            self.port: int = self._socket.getsockname()[1]
            self.token = kept_token(settings.token_file) if settings.open_to_network else None
            self._files = PageFiles(view, self.url)
            gate = Gate(self.token, own_names(settings), settings.senders)
            self._entrance = Entrance(gate, self._files.open_paths, view.tell)
            self._query = OscQuery(view, OscReader(_ANYBODY, lambda: view.table, view.order, view.tell))
            self._live = PageLive(view, self.url)
            undo.pop_all()  # from here on the thread closes it
        self._sockets: set[web.WebSocketResponse] = set()
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="page")
        self._thread.start()
        self._ready.wait(_STARTING)

    @property
    def url(self) -> str:
        """Where a browser finds the page; with the token, where one is needed."""
        host = self.settings.host
        if host in ("0.0.0.0", "::", ""):
            host = own_address()
        place = f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"
        return f"http://{place}/page/" + (f"#{self.token}" if self.token else "")

    def close(self) -> None:
        """Serve no more; who is connected is told."""
        loop, end = self._loop, self._end
        if loop is not None and end is not None:
            with suppress(RuntimeError):  # it has ended by itself
                loop.call_soon_threadsafe(end.set)
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # The loop.

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as bug:
            self._view.tell(f"the page is gone ({type(bug).__name__}: {bug}); the show goes on")
        finally:
            self._socket.close()
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application(middlewares=[self._entrance.guarded], client_max_size=_MOST_BODY)
        app.add_routes([web.post(ENTER, self._entrance.enter), web.get("/page/live", self._page_socket)])
        app.add_routes([*self._files.routes(), web.get("/{path:.*}", self._osc_query)])
        runner = web.AppRunner(
            app, access_log=None, handle_signals=False, shutdown_timeout=0.5, keepalive_timeout=_SILENCE
        )
        await runner.setup()
        assert runner.server is not None
        server = await self._loop.create_server(Door(runner.server, self._loop), sock=self._socket, backlog=32)
        announced = Announcement(self.settings, self.port) if self.settings.announce else None
        ticks = [
            asyncio.create_task(self._each(LIVE_PERIOD, self._live.tell, self._live.pages)),
            asyncio.create_task(self._each(STREAM_PERIOD, self._query.tell, self._query.listeners)),
        ]
        try:
            if announced is not None and (trouble := await announced.open()):
                self._view.tell(trouble)
            self._ready.set()
            await self._end.wait()
        finally:
            for tick in ticks:
                tick.cancel()
            if announced is not None:
                await announced.close()
            server.close()
            await asyncio.gather(*(_farewell(one) for one in list(self._sockets)), return_exceptions=True)
            await runner.cleanup()

    async def _each(self, period: float, tell: Callable[[], None], readers: Collection[object]) -> None:
        """Tell them so often, while there is anybody; what goes wrong in it is told the operator, and it goes on."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        complaints = Complaints(self._view.tell, _COMPLAINTS)
        while True:
            due = max(due + (period if readers else _LOOKING), loop.time())
            await asyncio.sleep(due - loop.time())
            try:
                if readers:
                    tell()
            except Exception as bug:
                complaints.of("page", f"the page misses something ({type(bug).__name__}: {bug})")

    # Who asks, and who stays.

    async def _osc_query(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._socket_of(request, lambda ws, box: self._query.serve(ws, box, request.remote or ""))
        path, query = request.path, request.query_string
        if path == "/" and not query and "text/html" in request.headers.get("Accept", ""):
            raise web.HTTPSeeOther("/page/")  # a person has typed our address
        return self._query.answer(path, query, local_address(request))

    async def _page_socket(self, request: web.Request) -> web.StreamResponse:
        return await self._socket_of(request, self._live.serve)

    async def _socket_of(self, request: web.Request, serve: _Serve) -> web.StreamResponse:
        """A websocket from its beginning to its end."""
        if len(self._sockets) >= _MOST_SOCKETS:
            return web.Response(status=503, text=f"{_MOST_SOCKETS} are connected already\n")
        made = web.WebSocketResponse(heartbeat=_HEARTBEAT, max_msg_size=MOST_BYTES, compress=False, timeout=1.0)
        self._sockets.add(made)
        try:
            await made.prepare(request)
            await _attended(made, Outbox(made, lambda: _cut(request)), serve)
        finally:
            self._sockets.discard(made)
        return made


async def _attended(socket: web.WebSocketResponse, outbox: Outbox, serve: _Serve) -> None:
    """Serve it, and send what is put out for it meanwhile."""
    sending = asyncio.create_task(outbox.run())
    try:
        await serve(socket, outbox)
    finally:
        sending.cancel()


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


async def _farewell(one: web.WebSocketResponse) -> None:
    async with asyncio.timeout(1.0):
        await one.close(code=1001, message=b"the show is over")
