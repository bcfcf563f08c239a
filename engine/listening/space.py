"""The map of sounds: where a description lies among all the sounds that were heard before.

A map NAME is three files. NAME.onnx is the projection (`embedding` [n,128] → `plane` [n,2], `cube` [n,3], nearly all of
the corpus within −1..1). NAME.toml is its card: which network it was fitted on, the families, the corpus, the figures.
NAME.npz holds the anchors, some two thousand sounds that stand for the corpus. `monochord space fit` makes all three.
"""

from __future__ import annotations

import hashlib
import zipfile
from bisect import bisect_right
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadFile, nearest
from engine.foundation import assets, models

SHIPPED_MAP: Final = "space"
"""The name of the map that comes with the engine."""
SIZE: Final = 128
"""Numbers that describe a sound."""
PICTURE: Final = 128
"""Pixels of the density picture, across and down."""
EDGE: Final = 1.1
"""What the density picture shows of the plane: −EDGE..EDGE, rightwards and upwards."""
PERCENTILES: Final = 101
"""Of the distances from the nearest anchor: the 0th to the 100th."""

_VOTERS: Final = 8  # nearest anchors that say which family it is
_TELLING: Final = ["plane", "cube", "near", "which"]
_LARGEST: Final = 1e18  # the square of a description is less: float32 still has it
_USUAL: Final = 0.95  # how novel a sound may be before nothing about it is sure
_MEND: Final = "fit it again: monochord space fit"


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """Where a sound lies: `plane` (2,) and `cube` (3,), about −1..1.

    `novelty` is how many of the corpus's own sounds lie nearer to it than this one, 0..1; `confidence` 0..1 how much
    the anchors around agree, less where they are far; `family` counts `Space.families`.
    """

    plane: NDArray[np.float32]
    cube: NDArray[np.float32]
    novelty: float
    confidence: float
    family: int


@dataclass(frozen=True, slots=True, eq=False)
class Anchors:
    """Sounds that stand for the corpus, and what is known about it; the arrays are those of NAME.npz.

    `embedding` (a, 128), `plane` (a, 2), `cube` (a, 3), `family` (a,) of each; `distances` (101,) the percentiles of
    how far sounds that the map was not fitted on lie from the nearest anchor; `density` (128, 128), top row first, how
    many sounds lie where on the plane, 255 the most.
    """

    embedding: NDArray[np.float32]
    plane: NDArray[np.float32]
    cube: NDArray[np.float32]
    family: NDArray[np.int16]
    distances: NDArray[np.float32]
    density: NDArray[np.uint8]


_ARRAYS: Final[dict[str, tuple[str, tuple[int | None, ...]]]] = {  # kinds and shapes; None is the number of anchors
    "embedding": ("f", (None, SIZE)),
    "plane": ("f", (None, 2)),
    "cube": ("f", (None, 3)),
    "family": ("i", (None,)),
    "distances": ("f", (PERCENTILES,)),
    "density": ("u", (PICTURE, PICTURE)),
}


class Space:
    """A map, ready to find places on; one thread at a time."""

    def __init__(self, space: str | Path) -> None:
        """A map by name or path. BadFile in one line if a file of it is missing, damaged or another's."""
        self.name, self._folder = there(space)
        where = self._folder / self.name
        self.card = models.card(self.name, self._folder)
        self.families: tuple[str, ...] = tuple(self._said("families", list))
        self.network: str = self._said("network", str)
        """The sha256 of the embedding network that the map was fitted on."""
        if not self.families:
            raise BadFile(f"space={where}.toml has families=[], one at least is wanted ({_MEND})")
        self.anchors = self._anchors(where.with_name(f"{self.name}.npz"))
        self._session = models.session(self.name, self._folder)
        models.expect(
            self._session, f"{where}.onnx", {"embedding": (None, SIZE)}, {"plane": (None, 2), "cube": (None, 3)}
        )
        own = self.anchors.embedding
        self._squares = np.einsum("ad,ad->a", own, own)
        self._family: list[int] = self.anchors.family.tolist()  # plain numbers: numpy is slow with so few
        self._distances: list[float] = self.anchors.distances.tolist()
        usual = np.interp(_USUAL, np.linspace(0, 1, PERCENTILES), self.anchors.distances)
        self._usual = max(float(usual) ** 2, 1e-12)
        self._near = max(float(self.anchors.distances[PERCENTILES // 2]) ** 2, 1e-12)
        self._voters = min(_VOTERS, len(own))
        self._tells = self._tells_of_anchors()

    def check(self, network: str) -> None:
        """BadFile if this is not the network (sha256) that the map was fitted on, saying which was."""
        if network != self.network:
            raise BadFile(
                f"space={self.name} was fitted on the network with sha256={self.network[:16]}…, "
                f"not on the one given, {network[:16]}… ({_MEND})"
            )

    def project(self, embeddings: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Where descriptions (n, 128) lie: on the plane (n, 2), in the cube (n, 3)."""
        plane, cube = self._session.run(["plane", "cube"], {"embedding": np.ascontiguousarray(embeddings, np.float32)})
        return np.asarray(plane), np.asarray(cube)

    def place(self, embedding: NDArray[np.float32]) -> Spot:
        """Where a description (128,) lies. What is not finite lies in the middle, is all new, and nothing is sure.

        ValueError if it has another shape.
        """
        if embedding.shape != (SIZE,):
            raise ValueError(f"embedding.shape={embedding.shape} must be ({SIZE},)")
        with np.errstate(over="ignore", invalid="ignore"):
            own = float(embedding @ embedding)
        if not own < _LARGEST:
            return _nowhere()
        plane, cube, apart, voters = self._found(embedding, own)
        if not all(map(isfinite, (*plane.tolist(), *cube.tolist()))):
            return _nowhere()
        votes = [0.0] * len(self.families)
        for square, voter in zip(apart, voters, strict=True):
            votes[self._family[voter]] += 1 / (1 + square / self._near)
        most = max(votes)
        return Spot(
            plane,
            cube,
            self._novelty(apart[0] ** 0.5),
            most / sum(votes) * min(1.0, self._usual / max(apart[0], 1e-12)),
            votes.index(most),
        )

    def _novelty(self, apart: float) -> float:
        """How many of the corpus's own sounds lie nearer to an anchor, between the percentiles that are known."""
        known = self._distances
        above = bisect_right(known, apart)
        if above == 0 or above == len(known):
            return above / len(known)
        low, high = known[above - 1], known[above]
        return (above - 1 + (apart - low) / (high - low)) / (len(known) - 1)

    def _found(
        self, embedding: NDArray[np.float32], own: float
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], list[float], list[int]]:
        """Plane, cube, and of the nearest anchors, nearest first, the squared distances and the numbers."""
        if self._tells:
            plane, cube, near, which = self._session.run(_TELLING, {"embedding": embedding[None]})
            squares, voters = near[0, : self._voters].tolist(), which[0, : self._voters].tolist()
            return plane[0], cube[0], [max(square + own, 0.0) for square in squares], voters
        (plane,), (cube,) = self.project(embedding[None])
        apart = np.maximum(self._squares - 2 * (self.anchors.embedding @ embedding) + own, 0)
        nearest_few = np.argpartition(apart, self._voters - 1)[: self._voters]
        nearest_few = nearest_few[np.argsort(apart[nearest_few])]
        return plane, cube, apart[nearest_few].tolist(), nearest_few.tolist()

    def _tells_of_anchors(self) -> bool:
        """Whether the projection itself says which anchors are nearest, and means the same ones."""
        if not set(_TELLING) <= {out.name for out in self._session.get_outputs()}:
            return False
        some = self.anchors.embedding[:: max(len(self.anchors.family) // 16, 1)]
        near, which = self._session.run(_TELLING[2:], {"embedding": some})
        count = len(self.anchors.family)
        if near.shape[1] < self._voters or which.max() >= count:
            return False
        truth = self.anchors.embedding[which[:, 0]]
        apart = np.maximum(near[:, 0] + np.einsum("nd,nd->n", some, some), 0)
        squares = np.einsum("nd,nd->n", some - truth, some - truth)
        return bool(np.allclose(apart, squares, atol=0.05 * self._near))

    def _said(self, key: str, kind: type) -> Any:
        """What the card says under this key."""
        value = self.card.get(key)
        if not isinstance(value, kind):
            shown = "nothing" if value is None else repr(value)[:40]
            raise BadFile(
                f"space={self._folder / self.name}.toml says {shown} of `{key}`: it is no map of sounds ({_MEND})"
            )
        return value

    def _anchors(self, path: Path) -> Anchors:
        """The anchors, checked."""
        try:
            content = path.read_bytes()
            if hashlib.sha256(content).hexdigest() != self._said("anchors_sha256", str):
                raise BadFile(f"space={path} is not the one that {self.name}.toml describes ({_MEND})")
            with np.load(path, allow_pickle=False) as kept:
                arrays = {name: kept[name] for name in _ARRAYS}
        except OSError as why:
            raise BadFile(f"space={path}: {why.strerror or why} ({_MEND})") from why
        except (KeyError, ValueError, EOFError, zipfile.BadZipFile) as why:
            raise BadFile(f"space={path} holds no anchors: {why} ({_MEND})") from why
        count = len(arrays["family"])
        for name, (kind, shape) in _ARRAYS.items():
            wanted = tuple(count if size is None else size for size in shape)
            found = arrays[name]
            if found.dtype.kind != kind or found.shape != wanted or not np.isfinite(found).all():
                raise BadFile(
                    f"space={path} has {name} {found.dtype}{list(found.shape)}, not {kind}{list(wanted)} ({_MEND})"
                )
        family = arrays["family"].astype(np.int16)
        if not count or family.min() < 0 or family.max() >= len(self.families):
            raise BadFile(f"space={path} has {count} anchors of other families than its card names ({_MEND})")
        numbers = {name: np.ascontiguousarray(arrays[name], np.float32) for name in ("embedding", "plane", "cube")}
        distances = np.maximum.accumulate(arrays["distances"].astype(np.float32))
        return Anchors(**numbers, family=family, distances=distances, density=arrays["density"].astype(np.uint8))


def located(space: str | None) -> tuple[str, Path]:
    """The name of a map by name or path, the shipped one if none is named, and the folder where it lies."""
    return models.located(space if space is not None else assets.MODELS / f"{SHIPPED_MAP}.onnx")


def there(space: str | Path) -> tuple[str, Path]:
    """The name of a map by name or path, and the folder where it lies. BadFile if there is none."""
    name, folder = models.located(space)
    if not (folder / f"{name}.onnx").exists():
        known = sorted(path.name.removesuffix(".npz") for path in assets.MODELS.glob("*.npz"))
        raise BadFile(f"space={space}: there is no {folder / name}.onnx ({nearest(name, known)}; or {_MEND})")
    return name, folder


def _nowhere() -> Spot:
    return Spot(np.zeros(2, np.float32), np.zeros(3, np.float32), 1.0, 0.0, 0)
