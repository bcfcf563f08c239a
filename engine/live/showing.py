"""The show as the operator's page and OSCQuery see it: read from where its parts leave what they know."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image

from engine.audio.hearing import Hearing
from engine.control.bad_order import BadOrder
from engine.control.orders import Order, Watch
from engine.control.show_view import Present, SceneCard
from engine.control.table import Table
from engine.errors import BadFile, MonochordError
from engine.foundation import models
from engine.frame import HOP, RATE, Row, blank_row
from engine.frame_ring import FrameRing
from engine.listening.density import density
from engine.listening.space import located
from engine.live.desk import Desk
from engine.live.operator_log import Line
from engine.settings import Settings
from engine.stage.color import Color
from engine.stage.palette import palettes
from engine.stage.preset import split_name
from engine.stage.scene import load_scene
from engine.stage.sound_texture import WINDOW
from engine.stage.spectrogram import spectrum_rows
from engine.survey.asking import Survey

_PICTURES: Final = 200  # that the latency looks back on
_STALE: Final = 5.0  # seconds after which a picture says nothing of how late the stage is now
_MAP_LOW, _MAP_HIGH = np.array([22, 24, 28]), np.array([126, 148, 150])  # colours of the map: no sounds, and the most


class Showing:
    """Implements `ShowView`. What costs time (scenes, palettes, the map) is read once, when it is made."""

    def __init__(
        self,
        settings: Settings,
        hearing: Hearing,
        desk: Desk,
        stairs: FrameRing,
        *,
        order: Callable[[Order], None],
        tell: Callable[[object], None],
        log: Callable[[], Sequence[Line]],
        status: Callable[[], dict[str, Any]],
        survey: Survey | None = None,
    ) -> None:
        """`order`, `tell`: as the conductor's. `log`: the lines for the operator. `status`: how the show is."""
        self._settings, self._hearing, self._desk, self._stairs = settings, hearing, desk, stairs
        self._backdrop = desk.backdrop
        self.order, self.tell = order, tell
        self._log, self._status = log, status
        self._survey = survey
        self._blank = blank_row(len(settings.hearing.names))
        self.musicians = settings.hearing.names
        self.palettes = {name: tuple(map(_hex, one.colors.values())) for name, one in palettes().items()}
        self.scenes = tuple(_card(name, self.musicians) for name in desk.table.repertoire.scenes)
        self.families = _families(settings.hearing.own_space)
        self._map = _map_png(settings.hearing.own_space)
        self._presets: tuple[object, tuple[str, ...]] = (None, ())
        order(Watch(True))

    @property
    def table(self) -> Table:
        return self._desk.table

    @property
    def osc_port(self) -> int | None:
        return self._settings.osc_in.port if self._settings.osc_in else None

    def row(self) -> Row:
        """The newest row; a blank one before the first hop."""
        return self._stairs.row() if self._stairs.count else self._blank

    def present(self) -> Present:
        return self._desk.present()

    def held(self) -> Sequence[str]:
        """The inputs of the scene that are held by hand."""
        return tuple(self._backdrop["overrides"]) if self._backdrop else ()

    def log(self, since: int) -> Sequence[Line]:
        """Lines for the operator from number `since` on that are still kept."""
        return [line for line in self._log() if line[0] >= since]

    def spectrum(self) -> bytes:
        """144 bytes, low to high."""
        if not self._stairs.count:
            return bytes(144)
        rows = spectrum_rows(self._stairs.sound(-(-WINDOW // HOP)))
        return bytes((255.0 * rows.reshape(144, 2).max(axis=1)).astype(np.uint8))

    def survey_csv(self) -> str:
        """What the audience has answered until now."""
        return self._survey.csv() if self._survey is not None else ""

    def map_picture(self) -> bytes | None:
        return self._map

    def presets(self) -> Sequence[str]:
        """The user's own presets of the scene on stage; the file is read when it is another one."""
        path, scene = self._desk.presets.path, split_name(self.table.scene)[0]
        try:
            key = (scene, path.stat().st_mtime_ns)
        except OSError:
            return ()
        if self._presets[0] != key:
            try:
                self._presets = (key, tuple(self._desk.presets.names(scene)))
            except BadOrder:
                self._presets = (key, ())
        return self._presets[1]

    def facts(self) -> Mapping[str, Any]:
        """How devices, stage, lights and sound-check are."""
        hearing, backdrop, settings = self._hearing, self._backdrop, self._settings
        status = self._status()
        band = settings.hearing.own_band
        facts = {key: status[key] for key in ("position", "cue", "next", "tapped", "paused")}
        facts["ears"] = {
            "name": hearing.name,
            "restarts": hearing.restarts,
            "overflows": hearing.overflows,
            "file": settings.hearing.source is not None,
            "fresh": time.monotonic() - hearing.stamp < 1.0,
        }
        if backdrop is not None:
            facts["stage"] = {"name": backdrop.renderer, "restarts": backdrop.restarts, **self._lateness()}
        facts["lights"] = self.table.repertoire.receivers
        facts["score"] = status["score"]
        facts["consoles"] = len(settings.lights)
        facts["followers"] = [str(follower) for follower in settings.followers]
        facts["osc_in"] = str(settings.osc_in) if settings.osc_in else ""
        facts["take"] = str(settings.record.name) if settings.record else ""
        facts["band"] = None if band is None else [band.low_hz, band.high_hz, band.room_dbfs, len(band.hum_hz)]
        if self._survey is not None:
            facts["survey"] = self._survey.facts()
        facts["hops"] = self._stairs.count
        return facts

    def _lateness(self) -> dict[str, float]:
        """Pictures a second, and how old the sound is that they show: median and 95th percentile, milliseconds."""
        assert self._backdrop is not None
        report = self._backdrop.report
        now, count, stamp = time.monotonic(), self._stairs.count, self._stairs.stamp
        shown = report.since(max(report.pictures - _PICTURES, 0))
        shown = shown[1e-9 * shown[:, 1] > now - _STALE]
        if len(shown) < 2 or not count:
            return {"rate": 0.0}
        moments = 1e-9 * shown[:, 1]
        found = {"rate": round((len(shown) - 1) / max(float(np.ptp(moments)), 1e-6), 1)}
        _, first = np.unique(shown[:, 0], return_index=True)  # a hop's first picture is the one that tells
        ages = 1000.0 * (moments[first] - (stamp - (count - 1 - shown[first, 0]) * HOP / RATE))
        ages = ages[(ages > -50.0) & (ages < 5000.0)]
        if len(ages):
            middle, late = np.percentile(ages, (50, 95))
            found |= {"p50": round(max(float(middle), 0.0), 1), "p95": round(max(float(late), 0.0), 1)}
        return found


def _card(name: str, musicians: tuple[str, ...]) -> SceneCard:
    """A scene as it is offered; one that cannot be read is offered by its name."""
    try:
        scene = load_scene(name, musicians)
    except MonochordError:
        return SceneCard(name, Path(name).stem)
    picture = scene.path.parent / "pictures" / f"{scene.path.stem}.jpg"
    colors = tuple(_hex(color) for color in scene.palette.values())
    return SceneCard(
        name,
        scene.title,
        " ".join(scene.shader.description.split())[:240],
        colors,
        scene.presets,
        picture if picture.is_file() else None,
    )


def _families(space: str | None) -> tuple[str, ...]:
    """What the sounds on a map are called; nothing where there is no such map."""
    try:
        name, folder = located(space)
        return tuple(str(family) for family in models.card(name, folder).get("families", ()))
    except (BadFile, OSError, TypeError):
        return ()


def _map_png(space: str | None) -> bytes | None:
    seen = density(space)
    if seen is None:
        return None
    share = np.sqrt(seen / 255.0)[..., np.newaxis]
    kept = io.BytesIO()
    Image.fromarray((_MAP_LOW + share * (_MAP_HIGH - _MAP_LOW)).astype(np.uint8)).save(kept, "PNG")
    return kept.getvalue()


def _hex(color: Color) -> str:
    return "#" + "".join(f"{round(255 * min(max(part, 0.0), 1.0)):02x}" for part in color[:3])
