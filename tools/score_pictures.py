"""Draws the README's pictures of sheet music: a page photographed, what is read on it, and the film of it followed.

python tools/score_pictures.py       needs verovio, resvg-py and PyWavelets; some minutes, most of them the film's

The page is *Mo Li Hua* (traditional, in the public domain) engraved by Verovio; the photograph is made of it by
arithmetic, and so is the plucked string that plays it, its tempo wandering. What is read on the page, and where the
player is on it, is found by the engine alone. Out come tools/pictures/score.jpg,
tools/pictures/page_followed.webp and the still of the scene, scenes/pictures/page.jpg.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import av
import numpy as np
import resvg_py
import soundfile
import verovio
from mo_li_hua.arrangement import TUNE
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from engine import rehearsal
from engine.audio.hearing_settings import HearingSettings
from engine.frame import RATE
from engine.score.comparing import compare
from engine.score.jianpu_picture import jianpu_image
from engine.score.musicxml_writer import musicxml
from engine.score.opening import open_sheet
from engine.score.piano_roll import piano_roll
from engine.score.plain_text import tune_of_text
from engine.score.tune import Tune
from engine.score.tune_json import tune_of

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "score"))
from photographing import photographed  # noqa: E402  # the page that the tests hold before the camera

PICTURES: Final = ROOT / "tools" / "pictures"
_SIZE: Final = (640, 360)
_FPS: Final = 16.0
_SECONDS: Final = 24.0
_STILLS: Final = (4.5, 12.0, 21.0)
_SEED: Final = 1804
_WIDTH: Final = 1280  # pixels of the figure
_GAP: Final = 14
_GROUND: Final = (14, 14, 16)
_QUIET: Final = (164, 162, 156)
_CLIP: Final = (400, 225)
_EACH: Final = 2  # pictures of the film for one of the clip
_CLIP_BYTES, _FIGURE_BYTES = 900_000, 400_000


def tune() -> Tune:
    """The tune, as it is in the recording's arrangement."""
    lines = " | ".join(TUNE)
    return tune_of_text(f"title: Mo Li Hua\nkey: 1=D\ntime: 4/4\n1: {lines} |\n")


def engraved(music: Tune) -> NDArray[np.float32]:
    """The page, 0 black to 1 white."""
    kit = verovio.toolkit()
    kit.setOptions(
        {"pageWidth": 1700, "pageHeight": 960, "scale": 100, "footer": "none", "header": "none", "font": "Leland"}
    )
    kit.loadData(musicxml(music).decode())
    png = bytes(resvg_py.svg_to_bytes(svg_string=kit.renderToSVG(1), width=1700, background="white"))
    return np.asarray(Image.open(io.BytesIO(png)).convert("L"), np.float32) / np.float32(255)


def played(music: Tune) -> NDArray[np.float32]:
    """A plucked string (Karplus and Strong, 1983) that plays it, now broader, now quicker, by up to a sixth."""
    rng = np.random.default_rng(_SEED)
    sound = np.zeros(int(RATE * (_SECONDS + 3.0)), np.float32)
    at = 0.8
    for note in music.sounding:
        begin = round(at * RATE)
        if begin >= len(sound) - RATE // 4:
            break
        pace = 104.0 * (1.0 + 0.16 * np.sin(float(note.onset) / 5.0))
        lasting = float(note.duration) * 60.0 / pace
        at += lasting
        assert note.pitch is not None
        string = _plucked(440.0 * 2.0 ** ((note.pitch - 69) / 12.0), min(lasting * 1.25, 3.0), rng)
        part = sound[begin : begin + len(string)]
        part += (0.26 + 0.1 * rng.random()) * string[: len(part)]
    return sound


def _plucked(hz: float, seconds: float, rng: np.random.Generator) -> NDArray[np.float32]:
    period = RATE / hz
    whole = int(period - 0.5)
    share = period - 0.5 - whole
    string = np.zeros(int(seconds * RATE) + whole + 2)
    pluck = rng.uniform(-1.0, 1.0, whole + 2)
    string[: whole + 2] = np.convolve(pluck, np.ones(5) / 5, "same")
    for begin in range(whole + 2, len(string), whole):
        end = min(begin + whole, len(string))
        past = [string[begin - lag : end - lag] for lag in (whole, whole + 1, whole + 2)]
        string[begin:end] = 0.9975 * ((0.5 - 0.5 * share) * past[0] + 0.5 * past[1] + 0.5 * share * past[2])
    fade = np.minimum(1.0, np.arange(len(string))[::-1] / (0.08 * RATE))
    return np.asarray(string * fade / max(float(abs(string).max()), 1e-9), np.float32)


def figure(parts: Sequence[tuple[str, Image.Image]], stills: Sequence[Image.Image]) -> Image.Image:
    """Photograph, what was read and the piano roll side by side, the stills below; a line above each."""
    letters = ImageFont.load_default(17)
    wide = (_WIDTH - 2 * _GAP) // 3
    small = [part.resize((wide, round(part.height * wide / part.width)), Image.Resampling.LANCZOS) for _, part in parts]
    tall = max(part.height for part in small)
    below = stills[0].height * wide // stills[0].width
    picture = Image.new("RGB", (_WIDTH, tall + below + _GAP + 2 * 28), _GROUND)
    pen = ImageDraw.Draw(picture)
    for column, ((says, _), part) in enumerate(zip(parts, small, strict=True)):
        left = column * (wide + _GAP)
        pen.text((left, 20), says, _QUIET, letters, anchor="ls")
        picture.paste(part, (left, 28))
    for column, still in enumerate(stills):
        left = column * (wide + _GAP)
        says = f"the film of it followed, {_STILLS[column]:g} s"
        pen.text((left, 28 + tall + _GAP + 16), says, _QUIET, letters, anchor="ls")
        picture.paste(still.resize((wide, below), Image.Resampling.LANCZOS), (left, 28 + tall + _GAP + 26))
    return picture


def save_within(picture: Image.Image, path: Path, most: int) -> None:
    """As JPEG, as good as the room allows."""
    for quality in range(90, 40, -4):
        picture.save(path, quality=quality, optimize=True)
        if path.stat().st_size <= most:
            break
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} kB")


def write_clip(film: Path) -> None:
    """The film small and silent, for a page that shows pictures only."""
    with av.open(str(film)) as opened:
        frames = [
            frame.to_image().resize(_CLIP, Image.Resampling.LANCZOS)
            for number, frame in enumerate(opened.decode(video=0))
            if number % _EACH == 0
        ]
    path, each = PICTURES / "page_followed.webp", round(1000 * _EACH / _FPS)
    for quality in range(82, 10, -6):
        frames[0].save(path, save_all=True, append_images=frames[1:], duration=each, loop=0, quality=quality, method=4)
        if path.stat().st_size <= _CLIP_BYTES:
            break
    print(f"{path.relative_to(ROOT)}: {len(frames) * each / 1000:.0f} s, {path.stat().st_size / 1000:.0f} kB")


def main() -> None:
    music = tune()
    with tempfile.TemporaryDirectory() as folder:
        photo, sound, film = (Path(folder) / name for name in ("page.jpg", "played.wav", "film.mp4"))
        grey = photographed(engraved(music), seed=4, width=1700, shadow=0.4).grey
        tint = np.clip(grey[..., None] * np.array([1.0, 0.965, 0.90]), 0.0, 1.0)
        Image.fromarray(np.rint(255 * tint).astype(np.uint8)).save(photo, quality=88)
        soundfile.write(sound, played(music), RATE)
        opened = open_sheet(photo)
        read = tune_of(opened.told)
        found = compare(music, read)
        print(f"read: precision {found.precision:.3f}, recall {found.recall:.3f}, {len(opened.page.notes)} notes")
        hearing = HearingSettings(source=str(sound), score=opened.told)
        stills = rehearsal.render(
            hearing, "page", film, size=_SIZE, fps=_FPS, seconds=_SECONDS, page=opened.page, stills_at=_STILLS
        )
        parts = [
            ("a photograph (made of an engraving)", Image.open(photo)),
            ("what was read, in numbers", jianpu_image(read)),
            ("and what was missed or invented", piano_roll(music, found)),
        ]
        shown = [Image.fromarray(np.ascontiguousarray(still[..., :3])) for still in stills]
        shown[1].save(ROOT / "scenes" / "pictures" / "page.jpg", quality=88, subsampling=0, optimize=True)
        save_within(figure(parts, shown), PICTURES / "score.jpg", _FIGURE_BYTES)
        write_clip(film)


if __name__ == "__main__":
    main()
