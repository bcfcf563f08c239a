"""The one door to Numba.

A kernel is compiled when its module is imported, for the types it names, and kept on disk: nothing is ever
compiled in mid-show. Two rules follow from how Numba keeps compiled code: an array that may be read-only is
another type, so kernels are given arrays of our own; and a kernel calls only kernels of its own file, because a
change in another file would not be noticed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import numba
import numpy as np
from numpy.typing import NDArray

from engine.foundation.compiling import compiled_anew

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T", bound=np.generic)

_FUSE: Final = {"contract"}  # a multiplication and an addition may be one instruction
_REORDER: Final = {"contract", "reassoc", "nsz"}  # and sums may be vectorised; NaN keeps its meaning

_LINE: Final = 64  # bytes


def kernel(signature: str, *, reorder: bool = False) -> Callable[[F], F]:
    """A decorator that compiles a function for `signature`, without the GIL and without checks of division.

    `reorder` lets sums be taken in another order, which makes long ones several times faster: for kernels
    without recurrences. On one machine the result is the same on every run either way.
    """

    def compiled(function: F) -> F:
        options = {"nogil": True, "error_model": "numpy", "fastmath": _REORDER if reorder else _FUSE}
        try:
            made: Any = numba.njit(signature, cache=True, **options)(function)
        except RuntimeError:  # there is nowhere to keep it: a read-only installation without a home folder
            made = numba.njit(signature, cache=False, **options)(function)
        if made.stats.cache_misses:
            compiled_anew()
        dispatcher: F = made
        return dispatcher

    return compiled


def aligned(array: NDArray[T]) -> NDArray[T]:
    """A copy, C-contiguous, that begins with a line of the processor's cache: a vector across two costs twice."""
    raw = np.zeros(array.nbytes + _LINE, np.uint8)
    start = -raw.ctypes.data % _LINE
    copy = raw[start : start + array.nbytes].view(array.dtype).reshape(array.shape)
    copy[...] = array
    return copy


def place(initial: NDArray[T], into: NDArray[T] | None) -> NDArray[T]:
    """Where a machine writes what it says: `into`, a part of somebody's row, if given; it begins as `initial`."""
    if into is None:
        return initial
    expect_shape("into", into, initial.shape)
    into[...] = initial
    return into


def expect_shape(name: str, array: NDArray[Any], shape: tuple[int, ...]) -> None:
    """ValueError if array is not of that shape: compiled code does not look where its arrays end."""
    if array.shape != shape:
        raise ValueError(f"{name}.shape={array.shape} must be {shape}")
