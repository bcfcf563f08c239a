"""The cells of a QR code, as the show tells them: how many a side has, and all of them as the bits of a hex number."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

_LARGEST: Final = 177  # cells a side has at most, of all codes that there are


def qr_cells(side: int, bits: str, quiet: int) -> NDArray[np.uint8] | None:
    """The code with `quiet` light cells around it, (n, n), 255 where it is dark, top row first; None for no code."""
    if not 0 < side <= _LARGEST:
        return None
    try:
        found = int(bits, 16)
    except ValueError:
        return None
    if found < 0 or found.bit_length() > side * side:
        return None
    flat = np.frombuffer(f"{found:0{side * side}b}".encode(), np.uint8) - ord("0")
    return np.pad(flat.reshape(side, side) * np.uint8(255), quiet)
