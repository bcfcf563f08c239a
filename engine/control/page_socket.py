"""The operator's page, live: what it is told 25 times a second, and the orders that come back, each with its answer."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from aiohttp import WSMsgType, web

from engine.control.bad_order import BadOrder
from engine.control.outbox import Outbox
from engine.control.rate import Buckets
from engine.control.scene_input import SceneInput
from engine.control.show_view import SceneCard, ShowView
from engine.frame import Band, Form, Pitch, Place, Rhythm, Score, Signal, Sound, Texture, signals_of

LIVE_PERIOD: Final = 1 / 25
"""Seconds between two times that pages are told how the show is."""
_VALUES_EACH: Final = 2  # ticks between two times that the values of controls are told,
_WHOLE_EACH: Final = 25  # all of them, in case one was missed,
_FACTS_EACH: Final = 12  # and how the devices are
_ALL_EACH: Final = 5  # and every signal, to who looks at them
_PER_SECOND, _BURST = 240.0, 240.0  # orders of one page
_SHOWN: Final[tuple[Signal, ...]] = (
    Sound.level,
    Sound.peak,
    Sound.loudness,
    Sound.silence,
    Sound.clipping,
    Band.level,
    Band.share,
    Rhythm.hits,
    Rhythm.onsets,
    Rhythm.beats,
    Rhythm.phase,
    Rhythm.tempo,
    Rhythm.confidence,
    Rhythm.bar,
    Pitch.hz,
    Pitch.cents,
    Pitch.confidence,
    Texture.fractal,
    Texture.roughness,
    Form.intensity,
    Place.x,
    Place.y,
    Place.confidence,
    Place.novelty,
    Place.family,
    Score.bar,
    Score.place,
    Score.tempo,
    Score.certainty,
)
"""What the page draws; each musician's level comes behind them."""


@dataclass(eq=False, slots=True)
class _Page:
    """One page that is open; `all`: it looks at every signal."""

    outbox: Outbox
    all: bool = False


class PageLive:
    """All pages that are open. Everything runs in the server's own loop."""

    def __init__(self, view: ShowView, url: str) -> None:
        self._view, self._url = view, url
        self._signals = signals_of(view.musicians)
        shown = [signal.name for signal in _SHOWN] + [f"{one}.sound.level" for one in view.musicians]
        self._names = shown
        self._columns = np.array([self._signals[name].start for name in shown])
        self.pages: set[_Page] = set()
        self._buckets = Buckets(_PER_SECOND, _BURST)
        self._tick = 0
        self._number = -1
        self._logged = 0
        self._presets: Sequence[str] = ()
        self._values: Mapping[str, Any] = {}
        self._held: Sequence[str] = ()

    async def serve(self, socket: web.WebSocketResponse, outbox: Outbox) -> None:
        """Tell a page what there is, and do what it asks for, until it goes."""
        page = _Page(outbox)
        outbox.put(_text(hello=self._hello()))
        outbox.put(_text(table=self._table()))
        outbox.put(_text(facts=self._view.facts(), values=self._view.present(), held=self._view.held()))
        outbox.put(_text(log=self._view.log(0)))
        self.pages.add(page)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._hear(page, message.data)
        finally:
            self.pages.discard(page)

    def tell(self) -> None:
        """Tell every page how the show is; call it 25 times a second."""
        view = self._view
        self._tick += 1
        presets = view.presets() if self._tick % _FACTS_EACH == 0 else self._presets
        if view.table.number != self._number or presets != self._presets:
            self._number, self._presets = view.table.number, presets
            self._put(_text(table=self._table()))
        lines = view.log(self._logged)
        if lines:
            self._logged = lines[-1][0] + 1
            self._put(_text(log=lines))
        row = view.row()
        news: dict[str, Any] = {
            "at": round(float(row[1]), 3),
            "live": np.round(row[self._columns], 3).tolist(),
            "spectrum": base64.b64encode(view.spectrum()).decode(),
        }
        self._replace("live", _text(**news))
        if self._tick % _VALUES_EACH == 0:
            self._tell_values()
        if self._tick % _FACTS_EACH == 0:
            self._replace("facts", _text(facts=view.facts()))
        if self._tick % _ALL_EACH == 0 and any(page.all for page in self.pages):
            every = _text(all=np.round(row[2:], 3).tolist())
            for page in self.pages:
                if page.all:
                    page.outbox.replace("all", every)

    def _tell_values(self) -> None:
        values, held = self._view.present(), self._view.held()
        whole = self._tick % _WHOLE_EACH < _VALUES_EACH
        news = {key: value for key, value in values.items() if whole or self._values.get(key) != value}
        if news or whole or held != self._held:
            self._put(_text(values=news, held=held))
        self._values, self._held = values, held

    def _put(self, text: str) -> None:
        for page in self.pages:
            page.outbox.put(text)

    def _replace(self, key: str, text: str) -> None:
        for page in self.pages:
            page.outbox.replace(key, text)

    def _hear(self, page: _Page, text: str) -> None:
        """One order, answered under its own number; what is no order at all is passed over."""
        try:
            said = json.loads(text)
        except (ValueError, RecursionError):
            return
        if not isinstance(said, dict):
            return
        if "all" in said:
            page.all = bool(said["all"])
        number, address, arguments = said.get("n"), said.get("do"), said.get("args", [])
        if not (isinstance(number, int) and isinstance(address, str) and isinstance(arguments, list)):
            return
        page.outbox.put(_text(n=number, **self._obeyed(page, address, arguments)))

    def _obeyed(self, page: _Page, address: str, arguments: list[object]) -> dict[str, Any]:
        now, who = time.monotonic(), str(id(page))
        if not self._buckets.open(who, now):
            return {"error": "too much at once: some of it was not done"}
        self._buckets.take(who, now, 1)
        try:
            order = self._view.table.read(address, arguments)
        except BadOrder as why:
            return {"error": str(why)}
        except (ValueError, OverflowError, RecursionError):
            return {"error": f"{address[:80]} does not take this"}
        if order is not None:
            self._view.order(order)
        return {"ok": True}

    def _hello(self) -> dict[str, Any]:
        view = self._view
        signals = [
            (one.name, one.unit, one.span[0], one.span[1], one.meaning, one.size) for one in self._signals.values()
        ]
        return {
            "names": self._names,
            "signals": signals,
            "musicians": view.musicians,
            "scenes": [_scene(number, card) for number, card in enumerate(view.scenes)],
            "palettes": {name: list(colors) for name, colors in view.palettes.items()},
            "cues": view.table.repertoire.cues,
            "families": list(view.families),
            "url": self._url,
        }

    def _table(self) -> dict[str, Any]:
        table = self._view.table
        inputs = [_input(table.input_address(item.name) or "", item) for item in table.inputs]
        return {"scene": table.scene, "number": table.number, "inputs": inputs, "presets": list(self._view.presets())}


def _scene(number: int, card: SceneCard) -> dict[str, Any]:
    return {
        "name": card.name,
        "title": card.title,
        "says": card.description,
        "colors": card.colors,
        "presets": card.presets,
        "picture": f"/page/scene/{number}.jpg" if card.picture else "",
    }


def _input(address: str, item: SceneInput) -> dict[str, Any]:
    return {
        "name": item.name,
        "address": address,
        "type": item.type,
        "label": item.label or item.name,
        "default": item.default,
        "min": item.minimum,
        "max": item.maximum,
        "values": item.values,
        "labels": item.labels,
        "movedBy": item.moved_by,
    }


def _text(**content: Any) -> str:
    """As JSON in ASCII: names of files and what somebody typed may hold half characters, which no UTF-8 is made of."""
    return json.dumps(content, separators=(",", ":"))
