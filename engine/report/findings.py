"""All that a report draws, as plain numbers: found once, and the same for the same recording and settings."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.analysis import Analysis
from engine.errors import BadFile, MissingDriver
from engine.features.beat import FREE
from engine.listening.mood_judge import MOODS
from engine.listening.space import Space
from engine.report import flat_map
from engine.report.bins import Bins, Curve
from engine.report.facts import SURE, Facts, facts
from engine.report.importance import Confusion, Importance, confusion, importance
from engine.report.own_band import Spectra, spectra
from engine.report.references import References, references
from engine.report.witness import Witness
from engine.stage.spectrogram import ROWS

COLUMNS: Final = 720
"""Columns of a picture over time at most."""
_CURVES: Final = {
    "level": "sound.level",
    "loudness": "sound.loudness",
    "brightness": "sound.centroid",
    "fractal": "texture.fractal",
    "katz": "texture.katz",
    "density": "form.density",
    "intensity": "form.intensity",
    "clarity": "pitch.clarity",
    "confidence": "rhythm.confidence",
    "novelty": "place.novelty",
}
"""Curves that are a signal's mean in each bin."""
_MOOD: Final = (*MOODS, "valence", "arousal", "known")

Picture = NDArray[np.uint8]
"""(rows, columns), the lowest row first, over the whole recording."""


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Moments on a map: `time` (n,) in seconds, where each lies (n, 2), and a number that colours it."""

    time: Curve
    plane: NDArray[np.float64]
    value: Curve


@dataclass(frozen=True, slots=True, eq=False)
class SoundMap:
    """The map of sounds a recording was placed on: its sounds (a, 2) and the family of each (a,)."""

    name: str
    families: tuple[str, ...]
    plane: NDArray[np.float64]
    family: NDArray[np.int64]

    def tints(self, colours: Sequence[str], others: str) -> list[str]:
        """A colour for each family: one of its own for those of which the map holds most sounds."""
        counts = np.bincount(self.family, minlength=len(self.families))
        rank = {int(which): place for place, which in enumerate(np.argsort(-counts, kind="stable"))}
        return [colours[rank[which]] if rank[which] < len(colours) else others for which in range(len(counts))]


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """A recording as its report draws it.

    `curves` (n,) belong to `time` (n,); `events` are seconds; `maps` are `way` on the map of sounds, and `fractal` and
    `spectrogram`, t-SNE of its own moments; `families` (n,) count `sounds.families`, −1 where nothing was heard;
    `missing` says in one sentence why something is not there.
    """

    name: str
    settings: dict[str, str]
    facts: Facts
    time: Curve
    curves: dict[str, Curve]
    events: dict[str, Curve]
    pictures: dict[str, Picture]
    maps: dict[str, Places]
    spectra: Spectra
    references: References | None
    sounds: SoundMap | None
    families: NDArray[np.int64]
    importance: Importance | None
    confusion: Confusion | None
    missing: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Every number that is drawn; curves with null where there is nothing, pictures as base64 of their bytes."""
        return {
            "name": self.name,
            "settings": self.settings,
            "facts": self.facts.table(),
            "time": _listed(self.time),
            "curves": {name: _listed(curve) for name, curve in self.curves.items()},
            "events": {name: _listed(when) for name, when in self.events.items()},
            "pictures": {name: _packed(picture) for name, picture in self.pictures.items()},
            "maps": {
                name: {"time": _listed(one.time), "plane": one.plane.round(4).tolist(), "value": _listed(one.value)}
                for name, one in self.maps.items()
            },
            "spectrum": {
                "hz": _listed(self.spectra.hz),
                "before_db": _listed(self.spectra.before_db),
                "after_db": None if self.spectra.after_db is None else _listed(self.spectra.after_db),
                "band_hz": None if (band := self.spectra.band) is None else [band.low_hz, band.high_hz],
            },
            "pyin": None
            if self.references is None
            else {"time": _listed(self.references.time), "cents": _listed(self.references.cents)},
            "families": {
                "names": [] if self.sounds is None else list(self.sounds.families),
                "heard": self.families.tolist(),
            },
            "importance": None if self.importance is None else self.importance.table(),
            "confusion": self.confusion,
            "missing": self.missing,
        }


def findings(
    name: str, analysis: Analysis, witness: Witness, settings: dict[str, str], *, compared: bool = True
) -> Findings:
    """Of a recording that `witness` has heard to its end. `compared`: with librosa's curves, where it is here."""
    found = analysis.signals
    bins = Bins(analysis.time)
    sounding = found["form.silence"] == 0
    missing: dict[str, str] = {}
    curves = {own: bins.mean(found[signal]) for own, signal in _CURVES.items()}
    reach = witness.reach[: len(analysis.time)]
    curves |= {"wave_low": bins.lowest(reach[:, 0]), "wave_high": bins.highest(reach[:, 1])}
    sure = found["rhythm.confidence"] >= FREE
    moving = found["rhythm.tempo"] > 0
    curves["tempo"] = bins.mean(found["rhythm.tempo"], moving & sure)
    curves["unsure_tempo"] = bins.mean(found["rhythm.tempo"], moving & ~sure)
    voiced = (found["pitch.hz"] > 0) & (found["pitch.confidence"] >= SURE) & sounding
    curves["cents"] = bins.surest(found["pitch.cents"], found["pitch.confidence"] * voiced)
    key = (found["pitch.key"] + np.where(found["pitch.mode"] > 0.5, 0, 12)).astype(np.int64)
    curves["key"] = bins.commonest(key, sounding).astype(np.float64)
    curves |= {f"mood.{mood}": bins.mean(found[f"mood.{mood}"]) for mood in _MOOD}
    if not np.isfinite(analysis.mood.distance):
        missing["mood"] = "No mood was heard: the model of moods is not installed, or there is too little to hear."
    sounds = _sound_map(witness, missing)
    placed = sounding & (found["place.confidence"] > 0)
    small = Bins(analysis.time, COLUMNS)
    return Findings(
        name=name,
        settings=settings,
        facts=facts(analysis),
        time=bins.time,
        curves=curves,
        events=_events(analysis),
        pictures={
            "spectrogram": _pooled(witness.spectrogram.picture()),
            "chroma": _bytes(small.mean(found["pitch.chroma"], sounding).T),
            "profile": _bytes(small.mean(found["texture.profile"], sounding).T - 1.0),
            "features": _bytes(small.mean(found["mood.features"]).T),
        },
        maps=_maps(analysis, witness, sounding, placed, missing),
        spectra=_spectra(witness, missing),
        references=_references(witness, missing) if compared else None,
        sounds=sounds,
        families=bins.commonest(found["place.family"].astype(np.int64), placed & (sounds is not None)),
        importance=importance(missing),
        confusion=confusion(),
        missing=missing,
    )


def _events(analysis: Analysis) -> dict[str, Curve]:
    found, time = analysis.signals, analysis.time

    def counted(name: str) -> Curve:
        return np.asarray(time[np.diff(found[name], prepend=0.0) > 0], np.float64)

    sections = found["score.section"]
    return {
        "onsets": np.array(analysis.onsets, np.float64),
        "beats": np.array(analysis.beats, np.float64),
        "phrases": counted("form.phrases"),
        "sections": np.asarray(time[np.diff(sections, prepend=0.0) != 0], np.float64),
    }


def _maps(
    analysis: Analysis,
    witness: Witness,
    sounding: NDArray[np.bool_],
    placed: NDArray[np.bool_],
    missing: dict[str, str],
) -> dict[str, Places]:
    found = analysis.signals
    bins = Bins(analysis.time, flat_map.MOST)
    maps: dict[str, Places] = {}
    plane = bins.mean(np.column_stack([found["place.x"], found["place.y"]]), placed)
    there = np.isfinite(plane[:, 0])
    if there.any():
        maps["way"] = Places(bins.time[there], plane[there], bins.mean(found["place.confidence"], placed)[there])
    rough = np.column_stack([found["texture.profile"], found["texture.fractal"], found["texture.petrosian"]])
    described = bins.mean(rough, sounding)
    _lay_out(maps, missing, "fractal", bins.time, described, bins.mean(found["texture.fractal"], sounding))
    columns = witness.spectrogram.picture().T
    time = (np.arange(len(columns)) * witness.spectrogram.every + 1) * analysis.time[0]
    keep = (time <= analysis.time[-1]) & (columns.max(axis=1) > 0.1)
    columns, time = columns[keep], time[keep]
    which = flat_map.chosen(len(columns))
    bands = columns[which].reshape(len(which), ROWS // 8, 8).mean(axis=2)
    brightness = np.interp(time[which], bins.time, np.nan_to_num(bins.mean(found["sound.centroid"])))
    _lay_out(maps, missing, "spectrogram", time[which], bands, brightness)
    return maps


def _lay_out(
    maps: dict[str, Places],
    missing: dict[str, str],
    name: str,
    time: Curve,
    described: NDArray[np.floating],
    value: Curve,
) -> None:
    there = np.isfinite(described).all(axis=1)
    if there.sum() < flat_map.LEAST:
        missing[f"{name}_map"] = "Too little is to be heard for a map of its moments."
        return
    maps[name] = Places(time[there], flat_map.laid_out(described[there]), value[there])


def _spectra(witness: Witness, missing: dict[str, str]) -> Spectra:
    found = spectra(witness.beginning, witness.hearing.own_band)
    if found.why:
        missing["band"] = f"The instrument's own band was not found: {found.why}."
    return found


def _references(witness: Witness, missing: dict[str, str]) -> References | None:
    try:
        return references(witness.beginning)
    except MissingDriver as why:
        missing["references"] = f"There are no reference curves beside our own: {why}."
        return None


def _sound_map(witness: Witness, missing: dict[str, str]) -> SoundMap | None:
    from engine.listening.ear import familiar

    try:
        _, space = familiar(witness.hearing.own_space)
    except BadFile as why:
        missing["way"] = f"There is no map of sounds: {why}."
        return None
    return _told(space)


def _told(space: Space) -> SoundMap:
    anchors = space.anchors
    return SoundMap(
        space.name, space.families, anchors.plane.astype(np.float64).round(3), anchors.family.astype(np.int64)
    )


def _pooled(picture: NDArray[np.float32]) -> Picture:
    """The loudest of each column's part, two rows as one."""
    rows = np.maximum(picture[::2], picture[1::2])
    if rows.shape[1] > COLUMNS:
        edges = np.linspace(0, rows.shape[1], COLUMNS + 1).astype(np.intp)[:-1]
        rows = np.maximum.reduceat(rows, edges, axis=1)
    return _bytes(rows)


def _bytes(shares: NDArray[np.floating]) -> Picture:
    return np.asarray(np.clip(np.nan_to_num(shares), 0, 1) * 255 + 0.5, np.uint8)


def _listed(values: NDArray[np.floating]) -> list[float | None]:
    return [None if np.isnan(one) else one for one in np.asarray(values, np.float64).round(4).tolist()]


def _packed(picture: Picture) -> dict[str, Any]:
    rows, columns = picture.shape
    data = base64.b64encode(np.ascontiguousarray(picture).tobytes()).decode("ascii")
    return {"rows": rows, "columns": columns, "data": data}
