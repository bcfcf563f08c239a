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
from numpy.typing import NDArray

F = TypeVar("F", bound=Callable[..., Any])

_FUSE: Final = {"contract"}  # a multiplication and an addition may be one instruction
_REORDER: Final = {"contract", "reassoc", "nsz"}  # and sums may be vectorised; NaN keeps its meaning


def kernel(signature: str, *, reorder: bool = False) -> Callable[[F], F]:
    """A decorator that compiles a function for `signature`, without the GIL and without checks of division.

    `reorder` lets sums be taken in another order, which makes long ones several times faster: for kernels
    without recurrences. On one machine the result is the same on every run either way.
    """

    def compiled(function: F) -> F:
        options = {"nogil": True, "error_model": "numpy", "fastmath": _REORDER if reorder else _FUSE}
        try:
            made: F = numba.njit(signature, cache=True, **options)(function)
        except RuntimeError:  # there is nowhere to keep it: a read-only installation without a home folder
            made = numba.njit(signature, cache=False, **options)(function)
        return made

    return compiled


def expect_shape(name: str, array: NDArray[Any], shape: tuple[int, ...]) -> None:
    """ValueError if array is not of that shape: compiled code does not look where its arrays end."""
    if array.shape != shape:
        raise ValueError(f"{name}.shape={array.shape} must be {shape}")
