"""Pictures on a journey: a run of them as bytes that lose nothing, a twentieth of what calm pictures are.

H.264 keeps red, green and blue as they are where it is told to quantise nothing, and what stands still costs it
nothing; the alpha, which no film has, stays behind.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any, Final

import numpy as np

from engine.stage.film import Pixels, import_av
from engine.stage.targets import Size

_RATE: Final = 60  # it is written into the bytes, and nobody reads it
_OPTIONS: Final = {"qp": "0", "preset": "ultrafast"}


def packed(pictures: Iterable[Pixels], size: Size) -> bytes:
    """The pictures, (height, width, 4) each, in their order; they are copied as they come."""
    av = import_av()
    into = io.BytesIO()
    with av.open(into, "w", format="nut") as container:
        video: Any = container.add_stream("libx264rgb", rate=_RATE, options=dict(_OPTIONS))
        video.width, video.height, video.pix_fmt = *size, "rgb24"
        for pixels in pictures:
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels[..., :3]), format="rgb24")
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
    return into.getvalue()


def unpacked(data: bytes) -> Iterator[Pixels]:
    """What was packed, (height, width, 4) each, opaque."""
    av = import_av()
    with av.open(io.BytesIO(data)) as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="rgba")
