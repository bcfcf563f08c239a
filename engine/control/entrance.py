"""The entrance: who is answered at all, before anything else is done; and how the token becomes a cookie."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection
from typing import Final

from aiohttp import web

from engine.control.bad_order import Complaints
from engine.control.gate import COOKIE, Gate

ENTER: Final = "/page/enter"
"""Where the token is shown."""
_GUESSING: Final = 0.5  # seconds that a wrong token takes to be answered
_REFUSALS: Final = 60.0  # seconds between two lines about askers who were refused for one reason
_KEPT: Final = 365 * 24 * 3600  # seconds that a browser keeps the cookie
_PLAIN: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
# The page loads nothing from elsewhere and is shown in nobody's frame; it speaks to our own websocket alone.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Entrance:
    """In front of all that is served. It runs in the server's own loop."""

    def __init__(self, gate: Gate, open_paths: Collection[str], tell: Callable[[object], None]) -> None:
        """`open_paths` know nothing of the show: anybody may have them. `tell` is told of those who are refused."""
        self.gate = gate
        self._open = frozenset((ENTER, *open_paths))
        self._refusals = Complaints(tell, _REFUSALS)

    @web.middleware
    async def guarded(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Nobody is answered whom the gate does not know."""
        host = request.headers.get("Host", "")
        own, port = local_address(request)
        if not self.gate.knows_host(host, own, port):
            return self._refused(request, "a name that is not ours", 403)
        if not self.gate.knows_origin(request.headers.get("Origin"), host):
            return self._refused(request, "another site's page", 403)
        if request.method not in ("GET", "HEAD", "POST"):
            return self._refused(request, "a method that is not answered", 405)
        if request.path not in self._open and not self._let_in(request):
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
        return self.gate.lets_in(request.remote or "", shown)

    def _refused(self, request: web.Request, why: str, status: int) -> web.Response:
        self._refusals.of(why, f"page: {request.remote} was refused ({why})")
        return web.Response(status=status, text=f"refused: {why}\n", headers=_PLAIN)

    async def enter(self, request: web.Request) -> web.Response:
        """The token from the address's fragment becomes a cookie that only this very page sends back."""
        try:
            said = json.loads(await request.text())
        except (ValueError, RecursionError, LookupError):  # no JSON, or letters by a code that nobody knows
            raise web.HTTPBadRequest from None
        token = said.get("token") if isinstance(said, dict) else None
        if not isinstance(token, str) or not self.gate.opens(token):
            await asyncio.sleep(_GUESSING)
            return self._refused(request, "a wrong token", 401)
        response = web.Response(status=204)
        if self.gate.token:
            response.set_cookie(COOKIE, self.gate.token, httponly=True, samesite="Strict", path="/", max_age=_KEPT)
        return response


def local_address(request: web.Request) -> tuple[str, int]:
    """Our address as the asker reached it."""
    name = request.transport.get_extra_info("sockname") if request.transport else None
    return (str(name[0]), int(name[1])) if name else ("", 0)
