"""Pictures out of a film: its cover, and a preview that moves."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from engine.errors import BadFile
from engine.foundation.whole_file import written
from engine.share.story import Story
from engine.share.titles import Pixels, with_title
from engine.stage.film import import_av

PREVIEW_BYTES: Final = 2_000_000
"""A preview is never larger: it is sent in messages."""
_PREVIEW_SECONDS: Final = 4.0
_PREVIEW_FPS: Final = 10  # pictures a second
_PREVIEW_WIDTH: Final = 400  # pixels
_QUALITIES: Final = (72, 55, 40, 28, 18, 10)  # of 100, the first of which is small enough
_JPEG: Final = 90  # of 100


def cover(film: Path, at: float, story: Story, folder: Path) -> None:
    """`cover.png` and `cover.jpg`: a picture of the film, with the title on it."""
    found = next(_frames(film, at, 0.0, 1.0), None)
    if found is None:
        raise BadFile(f"{film} has no picture at {at:.1f} s (is it damaged?)")
    picture = Image.fromarray(with_title(story, found)[..., :3])
    with written(folder / "cover.png") as part:
        picture.save(part, "PNG")
    with written(folder / "cover.jpg") as part:
        picture.save(part, "JPEG", quality=_JPEG, optimize=True, progressive=True)


def preview(film: Path, at: float, folder: Path) -> None:
    """`preview.webp`: some seconds of the film around a moment, that begin again at their end; at most 2 MB."""
    frames = list(_frames(film, max(at - _PREVIEW_SECONDS / 2, 0.0), _PREVIEW_SECONDS, _PREVIEW_FPS))
    small = [_small(frame) for frame in frames]
    if not small:
        raise BadFile(f"{film} has no picture at {at:.1f} s (is it damaged?)")
    for quality in _QUALITIES:
        data = _animated(small, quality)
        if len(data) <= PREVIEW_BYTES:
            break
        if quality == _QUALITIES[-1]:
            small = [frame.resize((frame.width // 2, frame.height // 2)) for frame in small]
            data = _animated(small, quality)
    with written(folder / "preview.webp") as part:
        part.write_bytes(data)


def _animated(frames: list[Image.Image], quality: int) -> bytes:
    file = io.BytesIO()
    more = {"save_all": True, "append_images": frames[1:], "duration": 1000 // _PREVIEW_FPS, "loop": 0, "method": 4}
    frames[0].save(file, "WEBP", quality=quality, **more)
    return file.getvalue()


def _small(frame: Pixels) -> Image.Image:
    picture = Image.fromarray(frame[..., :3])
    width = min(_PREVIEW_WIDTH, picture.width)
    return picture.resize((width, max(round(picture.height * width / picture.width), 1)), Image.Resampling.LANCZOS)


def _frames(film: Path, begin: float, seconds: float, fps: float) -> Iterator[Pixels]:
    """The film's pictures from `begin` on, `fps` a second: the first that is due each time."""
    av = import_av()
    try:
        with av.open(str(film)) as container:
            stream = container.streams.video[0]
            container.seek(int(begin / stream.time_base), stream=stream)
            due = begin
            last = None
            for frame in container.decode(stream):
                last = frame
                if frame.time is not None and frame.time + 1e-6 >= due:
                    yield np.asarray(frame.to_ndarray(format="rgba"))
                    due += 1 / fps
                    if due > begin + seconds:
                        return
            if due == begin and last is not None:  # it ended before: its last picture
                yield np.asarray(last.to_ndarray(format="rgba"))
    except (av.FFmpegError, IndexError) as why:
        raise BadFile(f"{film}: its pictures cannot be read ({why})") from None
