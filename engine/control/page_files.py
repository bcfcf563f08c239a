"""What the page is made of, over HTTP: its own files, pictures of the scenes, the map, the code that a phone reads."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import Final

from aiohttp import web

from engine.control.qr import qr_svg
from engine.control.show_view import ShowView

_FILES: Final = Path(__file__).parent / "page"


class PageFiles:
    """They are read once; what is none of them is not found, whatever the path says."""

    def __init__(self, view: ShowView, url: str) -> None:
        """`url`: where a browser finds the page."""
        self._view, self._url = view, url
        self._files = {path.name: path.read_bytes() for path in sorted(_FILES.iterdir()) if path.is_file()}

    @property
    def open_paths(self) -> list[str]:
        """Those that know nothing of the show."""
        return ["/page", "/page/", *(f"/page/{name}" for name in self._files)]

    def routes(self) -> list[web.RouteDef]:
        """Where each is served."""
        return [
            web.get("/page", self._to_page),
            web.get("/page/qr.svg", self._qr),
            web.get("/page/survey.svg", self._survey_code),
            web.get("/page/survey.csv", self._survey_votes),
            web.get("/page/map.png", self._map),
            web.get("/page/scene/{number:\\d{1,4}}.jpg", self._picture),
            web.get("/page/{name:[a-z_]*(\\.[a-z]+)?}", self._file),
        ]

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
        return web.Response(text=qr_svg(self._url), content_type="image/svg+xml")

    async def _survey_code(self, request: web.Request) -> web.Response:
        """Where the audience's phones find their page, as long as they may."""
        url = self._view.facts().get("survey", {}).get("url")
        if not url:
            raise web.HTTPNotFound
        return web.Response(text=qr_svg(url), content_type="image/svg+xml")

    async def _survey_votes(self, request: web.Request) -> web.Response:
        kept = {"Content-Disposition": 'attachment; filename="votes.csv"'}
        return web.Response(text=self._view.survey_csv(), content_type="text/csv", headers=kept)

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
