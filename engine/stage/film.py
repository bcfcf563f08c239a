"""The door to av: a film with sound, written beside its place and put there only when it is whole.

av's wheel is built with GPL x264 and takes up to 3 s to import, so it is imported when a film is made, no earlier.
"""

from __future__ import annotations

import os
import queue
import threading
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadFile, BadSetting, MissingDriver
from engine.frame import RATE, Samples

Pixels = NDArray[np.uint8]
"""A picture: (height, width, 4), red green blue alpha, top row first."""

PRESETS: Final[dict[str, tuple[tuple[int, int], float]]] = {
    "landscape": ((1920, 1080), 60.0),
    "square": ((1080, 1080), 60.0),
    "vertical": ((1080, 1920), 60.0),
    "gif": ((480, 270), 20.0),
}
"""What films are made for: size, and pictures a second."""

_AHEAD: Final = 3
"""Pictures that may wait for the encoder while the next is drawn."""
_VIDEO: Final = {"preset": "veryfast", "crf": "18"}
_NARROW: Final = 128
"""Below this width x264's macroblock tree reads memory that nobody wrote: the same pictures give other bytes."""
_SOUND_BITS: Final = 192_000  # a second
# No dates and no versions in the file: the same pictures and sound are the same bytes. The index goes first, so
# that a film on a page begins to play before it is loaded.
_CONTAINER: Final = {
    ".mp4": {"movflags": "+faststart", "fflags": "+bitexact"},
    ".gif": {"fflags": "+bitexact"},
}


class Film:
    """Writes pictures and sound to an MP4 file: H.264, AAC at 48 kHz, as every player and page takes it.

    A context manager: leaving it finishes the film, leaving it by an exception leaves nothing behind. The first
    sample sounds when the first picture shows: the encoder's own delay is written into the file's edit list.
    Encoding runs in a thread of its own. BadSetting for a size or rate that cannot be; BadFile, in one line, if
    the file cannot be written, from whichever call comes next.
    """

    suffix = ".mp4"

    def __init__(self, path: Path, size: tuple[int, int], fps: float | Fraction = 60, channels: int = 2) -> None:
        width, height = size
        if width % 2 or height % 2 or not (2 <= width <= 8192 and 2 <= height <= 8192):
            raise BadSetting(f"size={width}x{height} of a film must be even, 2 to 8192 (try {_even(size)})")
        if not 1 <= fps <= 240:
            raise BadSetting(f"fps={fps} of a film must be 1 to 240 (try 60)")
        if channels not in (0, 1, 2):
            raise BadSetting(f"channels={channels} of a film must be 0, 1 or 2 (try 2)")
        if path.suffix.lower() != self.suffix:
            raise BadSetting(f"film={path} must end in .mp4 or .gif (try {path.with_suffix('.mp4')})")
        self.path, self.size, self.channels = path, size, channels
        self.fps = Fraction(fps).limit_denominator(1001)
        self.pictures = 0
        self.samples = 0
        self._part = path.with_name(f".{path.stem}.{os.getpid()}.part{self.suffix}")
        self._problem: BaseException | None = None

    def __enter__(self) -> Self:
        """Begin the file. MissingDriver without av; BadFile if it cannot be made."""
        self._av = import_av()
        _sweep(self.path)
        try:
            self._part.touch()  # av opens the file only when the first picture comes
            self._container = self._av.open(str(self._part), "w", options=_CONTAINER[self.suffix])
            self._add_streams()
        except BaseException as problem:  # a signal that ends the render here is no OSError and leaves nothing either
            self._part.unlink(missing_ok=True)
            if isinstance(problem, OSError):
                raise self._refusal(problem) from None
            raise
        self._free: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for _ in range(_AHEAD):
            self._free.put(self._av.VideoFrame(*self.size, "rgba"))
        self._work: queue.Queue[Any] = queue.Queue(maxsize=8 * _AHEAD)
        self._thread = threading.Thread(target=self._encode, name="film", daemon=True)
        self._thread.start()
        return self

    def picture(self, pixels: Pixels) -> None:
        """Add one picture of the film's size; it is copied at once."""
        width, height = self.size
        if pixels.shape != (height, width, 4) or pixels.dtype != np.uint8:
            raise ValueError(f"a picture of this film is ({height}, {width}, 4) uint8, not {pixels.shape}")
        self._raise_problem()
        frame = self._free.get()
        plane = frame.planes[0]
        rows = np.frombuffer(plane, dtype=np.uint8).reshape(height, plane.line_size)
        rows[:, : width * 4].reshape(height, width, 4)[...] = pixels
        frame.pts, frame.time_base = self.pictures, 1 / self.fps
        self.pictures += 1
        self._work.put(frame)

    def sound(self, samples: Samples) -> None:
        """Add sound, (n, channels) at 48 kHz, any n; what is no number is silence."""
        if samples.ndim != 2 or samples.shape[1] != self.channels:
            raise ValueError(f"the sound of this film is (n, {self.channels}), not {samples.shape}")
        self._raise_problem()
        if not len(samples) or not self.channels:
            return
        planar = np.ascontiguousarray(np.nan_to_num(samples.T, nan=0.0, posinf=1.0, neginf=-1.0), dtype=np.float32)
        frame = self._av.AudioFrame.from_ndarray(planar, format="fltp", layout=_layout(self.channels))
        frame.sample_rate, frame.pts, frame.time_base = RATE, self.samples, Fraction(1, RATE)
        self.samples += len(samples)
        self._work.put(frame)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._work.put(None)
            self._thread.join()
            if kind is None and self._problem is None:
                self._finish()
        finally:  # reached by a signal in mid-sentence, too: the encoder ends before its file is closed
            try:
                self._thread.join()
                with suppress(Exception):
                    self._container.close()
            finally:
                self._part.unlink(missing_ok=True)
        if kind is None:
            self._raise_problem()

    def _add_streams(self) -> None:
        av = self._av
        width, height = self.size
        options = {**_VIDEO, "x264-params": "mbtree=0"} if width < _NARROW else dict(_VIDEO)
        self._video = self._container.add_stream("libx264", rate=self.fps, options=options)
        context = self._video.codec_context
        context.width, context.height, context.pix_fmt = width, height, "yuv420p"
        context.time_base = 1 / self.fps
        # Say which colours are meant, or players guess by the size and the reds drift.
        context.colorspace = av.video.reformatter.Colorspace.ITU709
        context.color_range = av.video.reformatter.ColorRange.MPEG
        context.color_primaries = av.video.reformatter.ColorPrimaries.BT709
        context.color_trc = av.video.reformatter.ColorTrc.BT709
        self._colors = {
            "format": "yuv420p",
            "src_color_range": av.video.reformatter.ColorRange.JPEG,
            "dst_color_range": av.video.reformatter.ColorRange.MPEG,
            "dst_colorspace": av.video.reformatter.Colorspace.ITU709,
        }
        self._reformatter = av.video.reformatter.VideoReformatter()
        self._audio = None
        if self.channels:
            self._audio = self._container.add_stream("aac", rate=RATE, layout=_layout(self.channels))
            self._audio.codec_context.bit_rate = _SOUND_BITS

    def _encode(self) -> None:
        """The thread: everything that came, in its order, until None. After a failure it only empties the queue."""
        while (item := self._work.get()) is not None:
            try:
                if self._problem is None:
                    self._encode_one(item)
            except BaseException as problem:
                self._problem = problem
            finally:
                if isinstance(item, self._av.VideoFrame):
                    self._free.put(item)

    def _encode_one(self, item: Any) -> None:
        if isinstance(item, self._av.VideoFrame):
            frame = self._reformatter.reformat(item, **self._colors)
            frame.pts, frame.time_base = item.pts, item.time_base
            self._container.mux(self._video.encode(frame))
        elif self._audio is not None:
            self._container.mux(self._audio.encode(item))

    def _finish(self) -> None:
        """Let the encoders give what they hold, close the file, and put it in its place."""
        try:
            for stream in filter(None, (self._video, self._audio)):
                self._container.mux(stream.encode(None))
            self._container.close()
            self._part.replace(self.path)
        except BaseException as problem:
            self._problem = problem

    def _raise_problem(self) -> None:
        if isinstance(self._problem, OSError):
            raise self._refusal(self._problem) from None
        if self._problem is not None:
            raise self._problem

    def _refusal(self, problem: OSError) -> BadFile:
        reason = problem.strerror or str(problem)
        return BadFile(f"{self.path}: the film cannot be written: {reason} (choose a folder with room for it)")


class Gif(Film):
    """Writes pictures to a GIF that begins again at its end, each with a palette of its own; it has no sound."""

    suffix = ".gif"

    def __init__(self, path: Path, size: tuple[int, int], fps: float | Fraction = 20) -> None:
        if not (fps > 0 and (100 / fps) % 1 == 0 and fps <= 50):
            raise BadSetting(f"fps={fps:g} of a GIF must divide 100, at most 50 (try 20 or 25)")
        super().__init__(path, size, fps, channels=0)

    def sound(self, samples: Samples) -> None:
        """Nobody will hear it."""

    def _add_streams(self) -> None:
        width, height = self.size
        self._audio = None
        self._video = self._container.add_stream("gif", rate=self.fps)
        context = self._video.codec_context
        context.width, context.height, context.pix_fmt = width, height, "pal8"
        context.time_base = 1 / self.fps
        graph = self._graph = self._av.filter.Graph()
        source = graph.add_buffer(width=width, height=height, format="rgb0", time_base=1 / self.fps)
        split, palette = graph.add("split"), graph.add("palettegen", "stats_mode=single:reserve_transparent=0")
        painted, sink = graph.add("paletteuse", "new=1:dither=sierra2_4a"), graph.add("buffersink")
        source.link_to(split)
        split.link_to(palette, 0)
        split.link_to(painted, 1)
        palette.link_to(painted, 0, 1)
        painted.link_to(sink)
        graph.configure()

    def _encode_one(self, item: Any) -> None:
        frame = item.reformat(format="rgb0")
        frame.pts, frame.time_base = item.pts, item.time_base
        self._graph.push(frame)
        self._take()

    def _take(self) -> None:
        """Encode what the palette's filter has done."""
        with suppress(self._av.error.BlockingIOError, self._av.error.EOFError):
            while True:
                frame = self._graph.pull()
                frame.time_base = 1 / self.fps
                self._container.mux(self._video.encode(frame))

    def _finish(self) -> None:
        try:
            self._graph.push(None)
            self._take()
        except OSError as problem:
            self._problem = problem
            return
        super()._finish()


def open_film(path: Path, size: tuple[int, int], fps: float, channels: int = 2) -> Film:
    """The film that the end of the name asks for: .mp4, or .gif without sound."""
    return Gif(path, size, fps) if path.suffix.lower() == ".gif" else Film(path, size, fps, channels)


def _sweep(path: Path) -> None:
    """Clear away what renders of this film have left behind that were killed."""
    for part in path.parent.glob(f".{path.stem}.*.part{path.suffix}"):
        pid = part.name.removeprefix(f".{path.stem}.").split(".")[0]
        if pid.isdecimal() and not _lives(int(pid)):
            part.unlink(missing_ok=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _even(size: tuple[int, int]) -> str:
    return "x".join(str(min(max(side + side % 2, 2), 8192)) for side in size)


def _layout(channels: int) -> str:
    return "mono" if channels == 1 else "stereo"


def import_av() -> Any:
    """The library, with the parts of it that are used here; MissingDriver if it is not there."""
    try:
        import av
        import av.filter
        import av.video.reformatter
    except ImportError as problem:
        raise MissingDriver(f"films need av: {problem} (pip install av)") from None
    return av
