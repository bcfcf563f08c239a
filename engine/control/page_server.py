"""The server of the operator's page and of OSCQuery: one port, one thread with a loop of its own.

Nothing in here waits for the show, and the show waits for nothing in here: what is told is read from where the show
leaves it, and orders go where every other order goes.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import mimetypes
import threading
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Self

from aiohttp import web

from engine.control.announcement import Announcement
from engine.control.bad_order import Complaints
from engine.control.gate import COOKIE, Gate, kept_token
from engine.control.guard import MOST_BYTES
from engine.control.osc_reader import OscReader
from engine.control.oscquery import STREAM_PERIOD, OscQuery
from engine.control.outbox import Outbox
from engine.control.page_place import PageSettings, own_address, own_names, page_socket
from engine.control.page_socket import LIVE_PERIOD, PageLive
from engine.control.qr import qr_svg
from engine.control.show_view import ShowView

_FILES: Final = Path(__file__).parent / "page"
_MOST_SOCKETS: Final = 16
_MOST_CONNECTIONS: Final = 64
_MOST_BODY: Final = 1024
_STARTING: Final = 10.0  # seconds that the loop may take to begin
_HEARTBEAT: Final = 10.0  # seconds after which a websocket that is silent is asked whether it is there
_LOOKING: Final = 0.1  # seconds between two looks whether anybody is there
_GUESSING: Final = 0.5  # seconds that a wrong token takes to be answered
_REFUSALS: Final = 60.0  # seconds between two lines about askers who were refused for one reason
_ANYBODY: Final = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))
_PLAIN: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_PERIOD: Final = 365 * 24 * 3600

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class PageServer:
    """The page and OSCQuery, served as long as it is open. A context manager."""

    def __init__(self, settings: PageSettings, view: ShowView) -> None:
        """Serve; BadSetting where that cannot be."""
        self.settings, self._view = settings, view
        self._files = {path.name: path.read_bytes() for path in sorted(_FILES.iterdir()) if path.is_file()}
        self._socket = page_socket(settings)
        self.port: int = self._socket.getsockname()[1]
        self.token = kept_token(settings.token_file) if settings.open_to_network else None
        self._gate = Gate(self.token, own_names(settings), settings.senders)
        self._refusals = Complaints(view.tell, _REFUSALS)
        self._query = OscQuery(view, OscReader(_ANYBODY, lambda: view.table, view.order, view.tell))
        self._live = PageLive(view, self.url)
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
        app = web.Application(middlewares=[self._guarded], client_max_size=_MOST_BODY)
        app.router.add_get("/page", self._to_page)
        app.router.add_post("/page/enter", self._enter)
        app.router.add_get("/page/live", self._page_socket)
        app.router.add_get("/page/qr.svg", self._qr)
        app.router.add_get("/page/map.png", self._map)
        app.router.add_get("/page/scene/{number:\\d{1,4}}.jpg", self._picture)
        app.router.add_get("/page/{name:[a-z_]*(\\.[a-z]+)?}", self._file)
        app.router.add_get("/{path:.*}", self._osc_query)
        runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.5)
        await runner.setup()
        assert runner.server is not None
        server = await self._loop.create_server(_Door(runner.server, self._loop), sock=self._socket, backlog=32)
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
        complaints = Complaints(self._view.tell, _REFUSALS)
        while True:
            due = max(due + (period if readers else _LOOKING), loop.time())
            await asyncio.sleep(due - loop.time())
            try:
                if readers:
                    tell()
            except Exception as bug:
                complaints.of("page", f"the page misses something ({type(bug).__name__}: {bug})")

    # The gate.

    @web.middleware
    async def _guarded(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Nobody is answered whom the gate does not know."""
        host = request.headers.get("Host", "")
        own, port = _local(request)
        if not self._gate.knows_host(host, own, port):
            return self._refused(request, "a name that is not ours", 403)
        if not self._gate.knows_origin(request.headers.get("Origin"), host):
            return self._refused(request, "another site's page", 403)
        if request.method not in ("GET", "HEAD", "POST"):
            return self._refused(request, "a method that is not answered", 405)
        if not _is_open(request.path) and not self._let_in(request):
            return self._refused(request, "no token", 401)
        try:
            response = await handler(request)
        except web.HTTPException as why:
            response = web.Response(status=why.status, text=f"{why.reason}\n")
            if "Location" in why.headers:
                response.headers["Location"] = why.headers["Location"]
        if not response.prepared:
            response.headers.update(_PLAIN)
            response.headers["Content-Security-Policy"] = f"{_POLICY}; connect-src 'self' ws://{host}"
        return response

    def _let_in(self, request: web.Request) -> bool:
        kind, _, bearer = request.headers.get("Authorization", "").partition(" ")
        shown = (request.cookies.get(COOKIE), bearer if kind.lower() == "bearer" else None)
        return self._gate.lets_in(request.remote or "", shown)

    def _refused(self, request: web.Request, why: str, status: int) -> web.Response:
        self._refusals.of(why, f"page: {request.remote} was refused ({why})")
        return web.Response(status=status, text=f"refused: {why}\n", headers=_PLAIN)

    async def _enter(self, request: web.Request) -> web.Response:
        """The token from the address's fragment becomes a cookie that only this very page sends back."""
        try:
            said = json.loads(await request.text())
        except (ValueError, RecursionError):
            raise web.HTTPBadRequest from None
        token = said.get("token") if isinstance(said, dict) else None
        if not isinstance(token, str) or not self._gate.opens(token):
            await asyncio.sleep(_GUESSING)
            return self._refused(request, "a wrong token", 401)
        response = web.Response(status=204)
        if self.token:
            response.set_cookie(COOKIE, self.token, httponly=True, samesite="Strict", path="/", max_age=_PERIOD)
        return response

    # What is served.

    async def _to_page(self, request: web.Request) -> web.Response:
        raise web.HTTPSeeOther("/page/")

    async def _file(self, request: web.Request) -> web.Response:
        name = request.match_info["name"] or "index.html"
        if name not in self._files:
            raise web.HTTPNotFound
        kind = "text/javascript" if name.endswith(".js") else mimetypes.guess_type(name)[0] or "text/plain"
        text = kind.startswith("text/")
        return web.Response(body=self._files[name], content_type=kind, charset="utf-8" if text else None)

    async def _qr(self, request: web.Request) -> web.Response:
        return web.Response(text=qr_svg(self.url), content_type="image/svg+xml")

    async def _map(self, request: web.Request) -> web.Response:
        picture = self._view.map_picture()
        if picture is None:
            raise web.HTTPNotFound
        return web.Response(body=picture, content_type="image/png")

    async def _picture(self, request: web.Request) -> web.Response:
        number, scenes = int(request.match_info["number"]), self._view.scenes
        path = scenes[number].picture if number < len(scenes) else None
        if path is None:
            raise web.HTTPNotFound
        try:
            return web.Response(body=path.read_bytes(), content_type="image/jpeg")
        except OSError:
            raise web.HTTPNotFound from None

    async def _osc_query(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._socket_of(request, lambda ws, box: self._query.serve(ws, box, request.remote or ""))
        path, query = request.path, request.query_string
        if path == "/" and not query and "text/html" in request.headers.get("Accept", ""):
            raise web.HTTPSeeOther("/page/")  # a person has typed our address
        return self._query.answer(path, query, _local(request))

    async def _page_socket(self, request: web.Request) -> web.StreamResponse:
        return await self._socket_of(request, self._live.serve)

    async def _socket_of(
        self, request: web.Request, serve: Callable[[web.WebSocketResponse, Outbox], Awaitable[None]]
    ) -> web.StreamResponse:
        """A websocket from its beginning to its end."""
        if len(self._sockets) >= _MOST_SOCKETS:
            return web.Response(status=503, text=f"{_MOST_SOCKETS} are connected already\n")
        made = web.WebSocketResponse(heartbeat=_HEARTBEAT, max_msg_size=MOST_BYTES, compress=False, timeout=1.0)
        await made.prepare(request)
        outbox = Outbox(made, lambda: _cut(request))
        self._sockets.add(made)
        sending = asyncio.create_task(outbox.run())
        try:
            await serve(made, outbox)
        finally:
            sending.cancel()
            self._sockets.discard(made)
        return made


class _Door:
    """Lets as many connections in as are served, and not one more."""

    def __init__(self, server: web.Server, loop: asyncio.AbstractEventLoop) -> None:
        self._server, self._loop = server, loop
        self._coming = 0  # let in, and not yet among the server's own

    def __call__(self) -> asyncio.BaseProtocol:
        if len(self._server.connections) + self._coming >= _MOST_CONNECTIONS:
            return _Full()
        self._coming += 1
        self._loop.call_soon(self._came)  # just before the loop tells the connection that it is made
        return self._server()

    def _came(self) -> None:
        self._coming -= 1


class _Full(asyncio.Protocol):
    """What answers where too many are connected: nothing does."""

    def connection_made(self, transport: Any) -> None:
        transport.abort()


def _is_open(path: str) -> bool:
    """Whether anybody may have it: the page's own files, which know nothing of the show, and the way in."""
    rest = path.removeprefix("/page")
    return path.startswith("/page") and rest not in ("/live", "/qr.svg", "/map.png") and not rest.startswith("/scene/")


def _local(request: web.Request) -> tuple[str, int]:
    """Our address as the asker reached it."""
    name = request.transport.get_extra_info("sockname") if request.transport else None
    return (str(name[0]), int(name[1])) if name else ("", 0)


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


async def _farewell(one: web.WebSocketResponse) -> None:
    async with asyncio.timeout(1.0):
        await one.close(code=1001, message=b"the show is over")
