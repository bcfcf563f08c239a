"""What networks that others trained say about a sound, for ours to learn from."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.listening.mel import MEL_RATE

PATCH_HOP: Final = 48
"""Columns from one patch that the teachers hear to the next."""

Array = NDArray[np.float64]


class Teachers:
    """What two networks that others trained say about a clip."""

    def __init__(self, folder: Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._yamnet, self._mtt = (
            onnxruntime.InferenceSession(str(folder / f"{name}.onnx"), options)
            for name in ("yamnet_spectra", "mtt_vgg")
        )
        import librosa

        self._mels = librosa.filters.mel(sr=MEL_RATE, n_fft=512, n_mels=96).astype(np.float32)

    def say(self, sound: NDArray[np.float32], columns: NDArray[np.float32]) -> dict[str, Any]:
        return {"yamnet": self.yamnet(columns), "mtt": self.mtt(sound, np.array([2.5, 5.0, 7.5]))}

    def yamnet(self, columns: NDArray[np.float32], hop: int = PATCH_HOP) -> NDArray[np.float16]:
        """(patches, 1024) from log(mel + 0.01); YAMNet adds 0.001."""
        quiet = np.log(np.exp(columns) - 0.01 + 0.001)
        starts = range(0, len(quiet) - 95, hop)
        patches = np.stack([quiet[start : start + 96] for start in starts])[:, None]
        embedding: NDArray[np.float16] = self._yamnet.run(["embedding"], {"log_mel": patches})[0].astype(np.float16)
        return embedding

    def mtt(self, sound: NDArray[np.float32], centres: Array) -> NDArray[np.float16]:
        """(centres, 128) of the 3 s around each centre, in seconds."""
        padded = np.pad(sound, 256, mode="reflect")
        frames = np.lib.stride_tricks.sliding_window_view(padded, 512)[::256]
        hann = np.hanning(513)[:-1].astype(np.float32)
        power = np.abs(np.fft.rfft(frames * hann, axis=1)).astype(np.float32) ** 2
        tall = np.log10(10_000 * power @ self._mels.T + 1)
        windows = []
        for centre in centres:
            first = int(np.clip(centre * MEL_RATE / 256 - 93, 0, max(len(tall) - 187, 0)))
            window = tall[first : first + 187]
            windows.append(np.pad(window, ((0, 187 - len(window)), (0, 0))))
        embedding: NDArray[np.float16] = self._mtt.run(["embedding"], {"log_mel": np.stack(windows)[:, None]})[0]
        return embedding.astype(np.float16)
