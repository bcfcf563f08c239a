"""What this process has in memory."""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path


def resident() -> int:
    """Bytes of this process in memory."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:  # not Linux: the peak, which cannot grow unseen either
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def megabytes_since(before: int) -> float:
    """Megabytes more than the bytes that were there `before`; 0 where there are fewer now."""
    return max((resident() - before) / 1e6, 0.0)
