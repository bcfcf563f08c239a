"""The front of the survey: a child process that phones reach. It knows two questions and nothing of the show.

Run by `asking`. Three paths: the page, its style sheet, and where a vote is sent. It writes no file, keeps no log,
runs at the lowest priority, and tells its parent only how often each vote was given.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp import web

from engine.control.entrance import local_address
from engine.control.gate import Gate
from engine.control.listening_place import bound
from engine.control.page_place import PageSettings, own_names
from engine.errors import BadSetting
from engine.foundation.child import Message, Parent
from engine.survey import leaflet
from engine.survey.ballot_box import BallotBox, Outcome
from engine.survey.front_door import FrontDoor
from engine.survey.questions import language_of
from engine.survey.vote import MOST_BYTES, read_vote

COOKIE: Final = "monochord_survey"
"""By which a phone shows its pass."""
_KEPT: Final = 12 * 3600  # seconds that a phone keeps its pass
_LINE: Final = 4096  # bytes of a request's first line, and of one header
_HEADERS: Final = 48  # headers of a request, at most
_LOOKING: Final = 0.05  # seconds between two looks whether the parent has said something
_TELLING: Final = 0.25  # seconds between two times that it is told the counts
_NICE: Final = 19  # the lowest priority
_STATUS: Final = {Outcome.AGAIN: 409, Outcome.WAIT: 429, Outcome.FULL: 503, Outcome.UNKNOWN: 403}
_PLAIN: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with none at all a browser would hide where a form comes from
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Server": "Monochord",
}

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Questionnaire:
    """What is answered to phones that ask at `host`."""

    def __init__(self, box: BallotBox, host: str) -> None:
        self._box = box
        self._gate = Gate(None, own_names(PageSettings(host)))

    def app(self) -> web.Application:
        """The three paths, and nothing else."""
        app = web.Application(middlewares=[self._guarded], client_max_size=MOST_BYTES)
        app.add_routes([web.get("/", self._page), web.get("/survey.css", self._style), web.post("/vote", self._vote)])
        return app

    @web.middleware
    async def _guarded(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Nobody is answered who asks for another name than ours, or is sent by another site's page."""
        host = request.headers.get("Host", "")
        try:
            if not self._gate.knows_host(host, *local_address(request)):
                raise web.HTTPForbidden
            if not self._gate.knows_origin(request.headers.get("Origin"), host):
                raise web.HTTPForbidden
            response = await handler(request)
        except web.HTTPException as why:
            response = web.Response(status=why.status, text=f"{why.reason}\n")
        for name, value in _PLAIN.items():
            response.headers.setdefault(name, value)
        response.force_close()
        return response

    async def _page(self, request: web.Request) -> web.Response:
        language, shown = _language(request), request.cookies.get(COOKIE)
        if self._box.has_voted(shown):
            return _html(leaflet.answered(language))
        response = _html(leaflet.questionnaire(language))
        if not self._box.knows(shown):
            response.set_cookie(COOKIE, self._box.new_pass(), httponly=True, samesite="Strict", path="/", max_age=_KEPT)
        return response

    async def _style(self, request: web.Request) -> web.Response:
        cached = {"Cache-Control": "max-age=3600"}
        return web.Response(body=leaflet.STYLE, content_type="text/css", charset="utf-8", headers=cached)

    async def _vote(self, request: web.Request) -> web.Response:
        language = _language(request)
        answers = read_vote(request.content_type, await request.read())
        if answers is None:
            return _html(leaflet.refused(language, "unknown", again=True), 400)
        shown = request.cookies.get(COOKIE)
        outcome = self._box.cast(shown, request.remote or "", answers, time.monotonic())
        if outcome is Outcome.COUNTED:
            return web.Response(status=303, headers={"Location": f"/?lang={language}"})
        again = outcome in (Outcome.WAIT, Outcome.UNKNOWN)
        return _html(leaflet.refused(language, outcome.value, again=again), _STATUS[outcome])


def _language(request: web.Request) -> str:
    return language_of(request.query.get("lang"), request.headers.get("Accept-Language", ""))


def _html(text: str, status: int = 200) -> web.Response:
    return web.Response(status=status, text=text, content_type="text/html")


class Front:
    """The child: opens and closes the listener as it is told, and tells what was counted."""

    def __init__(self, settings: Message, parent: Parent) -> None:
        """`settings`: host, port, per_minute, most."""
        self._host, self._port = settings["host"], settings["port"]
        self._parent = parent
        self._box = BallotBox(settings["per_minute"], settings["most"])
        self._full = False
        self._told = 0.0
        self._most = settings["most"]

    async def run(self) -> None:
        """Until the parent says that it is over, or is gone."""
        app = Questionnaire(self._box, self._host).app()
        limits: dict[str, Any] = {
            "max_line_size": _LINE,
            "max_field_size": _LINE,
            "max_headers": _HEADERS,
            "auto_decompress": False,
            "lingering_time": 0.0,
        }
        runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.2, **limits)
        await runner.setup()
        assert runner.server is not None
        door = FrontDoor(runner.server, self._box.alias)
        letting_in: asyncio.Task[None] | None = None
        listener: socket.socket | None = None
        over = False
        while not over:
            for command in self._parent.commands():
                if command.get("open") and listener is None:
                    listener = self._listener()
                    letting_in = None if listener is None else asyncio.create_task(door.run(listener))
                elif not command.get("open") and listener is not None and letting_in is not None:
                    letting_in.cancel()
                    await asyncio.gather(letting_in, return_exceptions=True)
                    listener.close()
                    listener = letting_in = None
                    self._tell()
                    self._parent.tell(closed=True)
                over = over or bool(command.get("quit"))
            if time.monotonic() - self._told > _TELLING:
                self._tell()
            await asyncio.sleep(_LOOKING)
        self._tell()

    def _listener(self) -> socket.socket | None:
        place = PageSettings(self._host, self._port)
        try:
            made = bound("survey", place, self._host, self._port, socket.SOCK_STREAM, (socket.SO_REUSEADDR, 1))
        except BadSetting as why:
            self._parent.tell(failed=str(why))
            return None
        self._port = made.getsockname()[1]  # the same one when it is opened again
        self._parent.tell(listening=self._port)
        return made

    def _tell(self) -> None:
        self._told = time.monotonic()
        if taken := self._box.taken():
            self._parent.tell(votes=taken)
        if not self._full and len(self._box) >= self._most:
            self._full = True
            self._parent.tell(full=True)


def main() -> None:
    """Serve phones for as long as the parent wants it."""
    parent = Parent()
    settings = parent.settings
    os.nice(_NICE)
    logging.disable(logging.CRITICAL)  # what would be logged is who asked for what
    asyncio.run(Front(settings, parent).run())
