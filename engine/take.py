"""A take: the performance as data. One file: a line that says how to read it, then one slot a hop.

A slot is the hop's frame and its sound, in the same layout as in shared memory, and it is appended when the hop
is over: a take that ends in a power cut is whole up to its last hop. Its first line names the musicians, the
instrument's own band, the map of sounds and the score that was followed, if there are any, so that it can be heard
again as it was; where it was made for showing, the show's keys too, and the hashes of what drew it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadFile, BadSetting
from engine.frame import HOP, LAYOUT, RATE, ROW, Row, Samples, slot_dtype
from engine.instrument import InstrumentBand
from engine.musician import Musician, read_musicians

SUFFIX: Final = ".monochord"
_MAGIC: Final = "monochord take 1"
_FLUSH_HOPS: Final = 188  # about a second
_LONGEST_HEADER: Final = 1 << 24  # a score of thousands of bars


class TakeWriter:
    """Appends hops to a new take. A context manager; at most the last second is in memory only."""

    def __init__(
        self,
        path: Path,
        channels: int,
        musicians: Sequence[Musician] = (),
        band: InstrumentBand | None = None,
        space: str | None = None,
        score: Mapping[str, Any] | None = None,
        show: Mapping[str, Any] | None = None,
    ) -> None:
        """Begin a take at `path`; BadFile if it cannot be written. The musicians' channels are the take's own.

        `space` is the map that the show named, if it named one, `score` the one that was followed, as JSON. `show`:
        its `keys`, as a show file has them, flat, and what it was `made_with`.
        """
        self.path, self.channels = path, channels
        self.hops = 0
        self._slots = np.zeros(_FLUSH_HOPS, slot_dtype(channels, len(musicians)))
        self._waiting = 0
        header: dict[str, Any] = {
            "what": _MAGIC,
            "rate": RATE,
            "hop": HOP,
            "channels": channels,
            "row": ROW,
            "layout": LAYOUT,
        }
        if musicians:
            header["musicians"] = [str(musician) for musician in musicians]
        if band is not None:
            header["band"] = asdict(band)
        if space is not None:
            header["space"] = space
        if score is not None:
            header["score"] = score
        if show is not None:
            header["show"] = show
        try:
            self._file = path.open("wb", buffering=0)
        except OSError as why:
            raise BadFile(f"record={path} cannot be written: {why.strerror}") from why
        try:
            self._file.write(json.dumps(header).encode() + b"\n")
        except OSError as why:
            self._file.close()
            raise BadFile(f"record={path} cannot be written: {why.strerror}") from why

    def write(self, row: Row, samples: Samples) -> None:
        """Add one hop. OSError when the disk is full: what was written before stays readable."""
        slot = self._slots[self._waiting]
        slot["frame"] = row
        slot["samples"] = samples
        self._waiting += 1
        self.hops += 1
        if self._waiting == _FLUSH_HOPS:
            self.flush()

    def flush(self) -> None:
        """Hand over to the disk what is still waiting."""
        waiting, self._waiting = self._slots[: self._waiting], 0
        self._file.write(waiting.tobytes())

    def close(self) -> None:
        """Write the rest and close."""
        if not self._file.closed:
            try:
                self.flush()
            finally:
                self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Take:
    """A take to read: `rows` and `sound(first, hops)`; mapped, so that its length costs nothing."""

    def __init__(self, path: Path) -> None:
        """Open the take at `path`; BadFile says in one line what is wrong with it."""
        header, start = _read_header(path)
        self.path = path
        self.channels = int(header["channels"])
        self.musicians = _musicians(path, header)
        dtype = slot_dtype(self.channels, len(self.musicians))
        hops = (path.stat().st_size - start) // dtype.itemsize
        self._slots: NDArray[np.void] = (
            np.memmap(path, dtype=dtype, mode="r", offset=start, shape=(hops,)) if hops else np.empty(0, dtype=dtype)
        )

    @property
    def hops(self) -> int:
        return len(self._slots)

    @property
    def rows(self) -> NDArray[np.float64]:
        """Every frame of the take, (hops, ROW); with musicians (hops, ROW · (1 + musicians))."""
        rows: NDArray[np.float64] = self._slots["frame"]
        return rows

    def sound(self, first: int, hops: int) -> Samples:
        """The sound of `hops` hops from hop `first`, (n·HOP, channels); shorter at the end."""
        part = self._slots["samples"][first : first + hops]
        return np.ascontiguousarray(part).reshape(-1, self.channels)


def is_take(path: Path) -> bool:
    """Whether the file says of itself that it is a take."""
    try:
        with path.open("rb") as file:
            return _MAGIC.encode() in file.read(64)
    except OSError:
        return False


def musicians_in(path: Path) -> tuple[Musician, ...]:
    """Who plays in the take at `path`; nobody is named in any other file. BadFile if the take cannot be read."""
    if not (path.is_file() and is_take(path)):
        return ()
    return _musicians(path, _read_header(path)[0])


def band_in(path: Path) -> InstrumentBand | None:
    """The band that the take at `path` was listened to in; None for none. BadFile if the take cannot be read."""
    given = _read_header(path)[0].get("band")
    if given is None:
        return None
    try:
        return InstrumentBand(**{**given, "hum_hz": tuple(given["hum_hz"])})
    except (BadSetting, TypeError, KeyError, ValueError) as why:
        raise BadFile(f"{path} has band={given}, which is none: {why}") from None


def space_in(path: Path) -> str | None:
    """The map that the show named which recorded the take at `path`; None for none. BadFile if it cannot be read."""
    named = _read_header(path)[0].get("space")
    if named is None or (isinstance(named, str) and named.strip()):
        return named
    raise BadFile(f'{path} has space={named!r}, the name of a map is wanted: "mine"')


def score_in(path: Path) -> dict[str, Any] | None:
    """The score that was followed in the take at `path`, as JSON; None for none. BadFile if it cannot be read."""
    score = _read_header(path)[0].get("score")
    if score is None or isinstance(score, dict):
        return score
    raise BadFile(f"{path} has score={str(score)[:40]!r}, a tune is wanted")


def show_in(path: Path) -> dict[str, Any] | None:
    """The show that the take at `path` was made for: its `keys`, and what it was `made_with`; None for none.

    BadFile if it cannot be read.
    """
    show = _read_header(path)[0].get("show")
    if show is None or (isinstance(show, dict) and isinstance(show.get("keys"), dict)):
        return show
    raise BadFile(f"{path} has show={str(show)[:40]!r}, the keys of a show are wanted")


def _musicians(path: Path, header: dict[str, Any]) -> tuple[Musician, ...]:
    given = header.get("musicians", [])
    if not (isinstance(given, list) and all(isinstance(item, str) for item in given)):
        raise BadFile(f'{path} has musicians={given}, names with channels are wanted: ["1:erhu", "2:drum"]')
    try:
        channels, musicians = read_musicians(given)
    except BadSetting as why:
        raise BadFile(f"{path} names its musicians wrong: {why}") from None
    if channels and max(channels) > header["channels"]:
        raise BadFile(f"{path} has a musician on channel {max(channels)}, and sound on {header['channels']}")
    return musicians


def _read_header(path: Path) -> tuple[dict[str, Any], int]:
    try:
        with path.open("rb") as file:
            line = file.readline(_LONGEST_HEADER)
        header = json.loads(line)
    except OSError as why:
        raise BadFile(f"{path}: {why.strerror}") from why
    except ValueError as why:
        raise BadFile(f"{path} is not a take (its first line is no JSON)") from why
    if not isinstance(header, dict) or header.get("what") != _MAGIC:
        raise BadFile(f"{path} is not a take (record one with --record)")
    if (header.get("rate"), header.get("hop")) != (RATE, HOP):
        raise BadFile(f"{path} has rate={header.get('rate')} hop={header.get('hop')}, not {RATE} and {HOP}")
    if header.get("layout") != LAYOUT:
        raise BadFile(
            f"{path} has frames of layout {header.get('layout')}, this version writes {LAYOUT}"
            " (analyse it with the version that recorded it)"
        )
    channels = header.get("channels")
    if not isinstance(channels, int) or not 1 <= channels <= 64:
        raise BadFile(f"{path} has channels={channels}, a take has 1 to 64")
    return header, len(line)
