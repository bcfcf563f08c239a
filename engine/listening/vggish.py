"""The network of the learned ear: a patch of sound in, 128 numbers that describe it out.

Any ONNX model with a card will do whose first input is `log_mel` float32 [n,1,96,64], log(mel + 0.01), any further
normalisation inside, and whose first output is `embedding` float32 [n,128]. The shipped one has VGGish's shape and is
not Google's; its card says what taught it.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from engine.foundation import models
from engine.listening.mel import BANDS, PATCH, SILENT, Patches

if TYPE_CHECKING:
    import onnxruntime

SIZE: Final = 128
"""Numbers that describe a patch."""
SHIPPED: Final = "vggish"
"""The name of the network that comes with the engine."""

_IN, _OUT = "log_mel", "embedding"
_LOUDEST: Final = 20.0  # no log-mel value is larger: samples of 16 give 9.2 at most
_BATCH: Final = 32  # patches at once: more are not faster on one thread, and need memory


class Vggish:
    """A network that describes patches of log-mel columns. Safe to use from several threads."""

    def __init__(self, model: str | Path = SHIPPED) -> None:
        """A model by name or path. BadFile in one line where there is none, or it is not such a network."""
        name, folder = models.located(model)
        self.name = name
        self.path = folder / f"{name}.onnx"
        self.card = models.card(name, folder)
        self.sha256 = str(self.card["sha256"])
        """By which maps know the network that they were fitted on."""
        self._session = _opened(name, folder, self.sha256)

    def embed(self, patches: Patches) -> NDArray[np.float32]:
        """Descriptions (n, SIZE) of patches (n, PATCH, BANDS); ValueError if they have another shape.

        Finite whatever the patches are: what is no number in them is silence, what is too large the largest there is.
        """
        if patches.ndim != 3 or patches.shape[1:] != (PATCH, BANDS):
            raise ValueError(f"patches.shape={patches.shape} must be (n, {PATCH}, {BANDS})")
        found = np.zeros((len(patches), SIZE), np.float32)
        for start in range(0, len(patches), _BATCH):
            clean = np.nan_to_num(patches[start : start + _BATCH], nan=SILENT, posinf=_LOUDEST, neginf=SILENT)
            np.clip(clean, SILENT, _LOUDEST, out=clean)
            (described,) = self._session.run([_OUT], {_IN: clean[:, None].astype(np.float32, copy=False)})
            found[start : start + _BATCH] = described
        return np.nan_to_num(found, copy=False, nan=0.0, posinf=0.0, neginf=0.0)


@lru_cache(maxsize=4)
def _opened(name: str, folder: Path, sha256: str) -> onnxruntime.InferenceSession:
    """The model, opened once however many listen; another file under the same name is another model."""
    session = models.session(name, folder)
    models.expect(session, f"{folder / name}.onnx", {_IN: (None, 1, PATCH, BANDS)}, {_OUT: (None, SIZE)})
    return session
