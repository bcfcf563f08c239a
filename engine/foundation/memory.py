"""Memory that the processes of a show share: anonymous, so that nothing is left behind however they die."""

from __future__ import annotations

import mmap
import os
import tempfile
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


class SharedMemory:
    """A block of zeroed memory behind a file descriptor that a child process inherits.

    It has no name in any file system: the kernel frees it with its last user, kill -9 included.
    """

    def __init__(self, size: int, fd: int | None = None) -> None:
        """Make `size` bytes, or join the ones behind `fd`, which was passed by the process that made them."""
        self.size = size
        self.fd = _anonymous_file(size) if fd is None else fd
        self._map = mmap.mmap(self.fd, size)

    def array(self, dtype: DTypeLike, count: int, offset: int = 0) -> NDArray[Any]:
        """`count` items of `dtype`, beginning `offset` bytes in; every process sees the same ones."""
        return np.frombuffer(self._map, dtype=dtype, count=count, offset=offset)

    def close(self) -> None:
        """Let go of the descriptor; arrays that are still held keep the memory itself alive."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


def _anonymous_file(size: int) -> int:
    if hasattr(os, "memfd_create"):
        fd = os.memfd_create("monochord")
    else:  # macOS: a file that is unlinked before anybody can see it
        with tempfile.TemporaryFile() as file:
            fd = os.dup(file.fileno())
    os.ftruncate(fd, size)
    return fd
