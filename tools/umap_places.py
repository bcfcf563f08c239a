"""Where parametric UMAP puts the same sounds: run by tools/fit_space.py under a Python of its own.

    python -m venv umap && umap/bin/pip install umap-learn tensorflow-cpu tf-keras
    umap/bin/python tools/umap_places.py IN.npz OUT.npz

IN holds `learned` (n, 128) and `unheard` (m, 128); OUT gets the `places` of each, and `what` was used: parametric UMAP,
or, where there is no TensorFlow, UMAP's own transform.
"""

from __future__ import annotations

import sys

import numpy as np


def main() -> None:
    source, target = sys.argv[1:]
    with np.load(source) as given:
        learned, unheard = given["learned"], given["unheard"]
    try:
        from umap.parametric_umap import ParametricUMAP

        what, reducer = "parametric UMAP", ParametricUMAP(n_neighbors=30, random_state=0, verbose=False)
    except ImportError:
        from umap import UMAP

        what, reducer = "UMAP's transform", UMAP(n_neighbors=30, random_state=0)
    places = reducer.fit_transform(learned)
    np.savez(target, learned=places, unheard=reducer.transform(unheard), what=what)


if __name__ == "__main__":
    main()
