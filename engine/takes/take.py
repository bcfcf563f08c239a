"""A take: the performance as data. One file: a line that says how to read it, then one slot a hop.

A slot is the hop's frame and its sound, in the same layout as in shared memory, and it is appended when the hop
is over: a take that ends in a power cut is whole up to its last hop. Its first line names the musicians, the
instrument's own band, the map of sounds and the score that was followed, if there are any, so that it can be heard
again as it was; where it was made for showing, the show's keys too, and the hashes of what drew it.

Where there was a stage, a slot has room for what it was told (engine/takes/told.py) as well. What finds no room waits
for the next slots. When the take is closed the whole script is written once more, behind the hops, so that nobody need
read them all to find it: in slots that begin with what no frame begins with.
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
from engine.takes.told import Pen, Script, Told, read_script

SUFFIX: Final = ".monochord"
"""The ending of a take's name."""
_MAGIC: Final = "monochord take 2"
_FORMER: Final = "monochord take 1"  # nothing of what the stage was told
_ROOM: Final = 128  # bytes of a slot for what the stage is told: 24 kB a second
_MOST_ROOM: Final = 4096  # bytes of it that are believed of a take
_NO_HOP: Final = b"\xff" * 8  # as the number of a hop that is nan; a frame begins with its own
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
        *,
        staged: bool = False,
    ) -> None:
        """Begin a take at `path`; BadFile if it cannot be written. The musicians' channels are the take's own.

        `space` is the map that the show named, if it named one, `score` the one that was followed, as JSON. `show`:
        its `keys`, as a show file has them, flat, and what it was `made_with`. `staged`: there is a stage, and what
        it is told is kept.
        """
        self.path, self.channels = path, channels
        self.hops = 0
        self._slots = np.zeros(_FLUSH_HOPS, _slot(channels, len(musicians), _ROOM if staged else 0))
        self._size = self._slots.dtype.itemsize
        self._waiting = 0
        self._pen = Pen() if staged else None
        self._told = False
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
        if staged:
            header["told"] = _ROOM
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
        if self._pen is not None and self._pen.waiting:
            part = self._pen.next(_ROOM)
            slot["told"][: len(part)] = np.frombuffer(part, np.uint8)
            self._told = True
        self._waiting += 1
        self.hops += 1
        if self._waiting == _FLUSH_HOPS:
            self.flush()

    def tell(self, told: Told) -> None:
        """What the stage was told, where there is one; it is written with the next hop. At once, from any thread."""
        if self._pen is not None:
            self._pen.tell(told)

    def flush(self) -> None:
        """Hand over to the disk what is still waiting."""
        data, self._waiting = self._slots[: self._waiting].tobytes(), 0
        if self._told:
            self._slots["told"] = 0
            self._told = False
        self._put(data)

    def close(self) -> None:
        """Write the rest and close."""
        if not self._file.closed:
            try:
                self.flush()
                if self._pen is not None:
                    self._put(_tail(*self._pen.rest(), self._size))
            finally:
                self._file.close()

    def _put(self, data: bytes) -> None:
        """All of these slots, however little the disk takes at a time; where it is full, as many as are whole."""
        begin, left = self._file.tell(), memoryview(data)
        try:
            while left:
                left = left[self._file.write(left) :]
        except OSError:
            self._file.truncate(self._file.seek(begin + (len(data) - len(left)) // self._size * self._size))
            raise

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
        self._staged = bool(header.get("told"))
        dtype = _slot(self.channels, len(self.musicians), header.get("told", 0))
        slots = (path.stat().st_size - start) // dtype.itemsize
        there: NDArray[np.void] = (
            np.memmap(path, dtype=dtype, mode="r", offset=start, shape=(slots,)) if slots else np.empty(0, dtype=dtype)
        )
        while self._staged and slots and there[slots - 1].tobytes()[: len(_NO_HOP)] == _NO_HOP:
            slots -= 1
        self._slots, self._tail = there[:slots], there[slots:]

    @property
    def hops(self) -> int:
        """How many hops it has; those that are whole."""
        return len(self._slots)

    @property
    def script(self) -> Script | None:
        """What the stage was told; None where there was no stage, or nobody kept it."""
        if not self._staged:
            return None
        begins, size, text = _read_tail(b"".join(slot.tobytes()[len(_NO_HOP) :] for slot in self._tail))
        if begins == 0 and len(text) == size:
            return read_script(text)
        # The take ended in a power cut, or its script is very long: it stands among the hops.
        kept = self._slots["told"].tobytes().replace(b"\0", b"")
        return read_script(kept + text if begins else max(kept, text, key=len))

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
            begin = file.read(64)
        return any(magic.encode() in begin for magic in (_MAGIC, _FORMER))
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


def script_in(path: Path) -> Script | None:
    """What the stage was told in the show of the take at `path`; None where nobody kept it.

    BadFile if it cannot be read.
    """
    return Take(path).script


def _slot(channels: int, musicians: int, room: int) -> np.dtype[np.void]:
    """A hop as it is shared, and behind it room for what the stage was told."""
    shared = slot_dtype(channels, musicians)
    told = [("told", np.dtype("u1"), (room,))] if room else []
    return np.dtype([(name, shared[name].base, shared[name].shape) for name in shared.names or ()] + told)


def _tail(begins: int, text: bytes, size: int) -> bytes:
    """Slots of `size` bytes that are no hops: the script from byte `begins` on, and how long that is."""
    text = f"{begins} {len(text)}\n".encode() + text
    room = size - len(_NO_HOP)
    parts = [text[start : start + room].ljust(room, b"\0") for start in range(0, len(text), room)]
    return b"".join(_NO_HOP + part for part in parts)


def _read_tail(tail: bytes) -> tuple[int, int, bytes]:
    """From which byte of the script on it goes, how long it should be, what is there of it.

    0, −1 and nothing where that cannot be read.
    """
    head, _, text = tail.partition(b"\n")
    try:
        begins, size = map(int, head.split())
    except ValueError:
        return 0, -1, b""
    return begins, size, text.rstrip(b"\0")


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
    if not isinstance(header, dict) or header.get("what") not in (_MAGIC, _FORMER):
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
    room = header.get("told", 0)
    if not isinstance(room, int) or not 0 <= room <= _MOST_ROOM:
        raise BadFile(f"{path} has told={room}, a slot has room for 0 to {_MOST_ROOM} bytes of what the stage was told")
    return header, len(line)
