"""What fitting a map costs as there are more sounds."""

from __future__ import annotations

import math
import resource
import time
from pathlib import Path
from typing import Final

import numpy as np

from engine.listening.atlas import Corpus, fitted

COUNTS: Final = (1000, 3000, 10_000, 30_000, 100_000)
_SHIFT: Final = 0.02
_NEIGHBOURS_SHARE: Final = 0.2501  # of the progress that `fitted` tells, the first part is the search for neighbours


def fitting(folder: Path, most: int) -> dict[str, dict[str, float]]:
    """A line for each size of corpus; returned by the number of sounds."""
    found: dict[str, dict[str, float]] = {}
    parts = [np.load(path) for path in sorted(folder.glob("*.npz"))]
    embedding = np.concatenate([part["embedding"].astype(np.float32) for part in parts])
    names, family = np.unique(np.concatenate([part["family"] for part in parts]), return_inverse=True)
    group = np.unique(np.concatenate([part["group"] for part in parts]), return_inverse=True)[1]
    when = np.concatenate([part["time"] for part in parts]).astype(np.float64)
    rng = np.random.default_rng(0)
    print("   sounds   neighbours         all   µs / (n · log2 n)   memory")
    for count in (n for n in COUNTS if n <= most):
        which = np.arange(count) % len(embedding)
        points = embedding[which] + rng.normal(0, _SHIFT, (count, embedding.shape[1])).astype(np.float32)
        again = group[which] + (group.max() + 1) * (np.arange(count) // len(embedding))
        own = family[which].astype(np.int16)
        corpus = Corpus(points, tuple(map(str, names)), own, again, when[which], np.zeros(count, bool))
        start, told = time.process_time(), [0.0]

        def note(share: float, start: float = start, told: list[float] = told) -> None:
            if share <= _NEIGHBOURS_SHARE:
                told.append(time.process_time() - start)

        fitted(corpus, progress=note)
        spent = time.process_time() - start
        each = spent / (count * math.log2(count)) * 1e6
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        found[str(count)] = {"neighbours": told[-1], "all": spent, "each": each, "memory": memory}
        print(f"{count:9d} {told[-1]:10.1f} s {spent:9.1f} s {each:19.1f} {memory:6.0f} MB", flush=True)
    return found
