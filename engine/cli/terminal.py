"""What a person sees in the terminal: progress, the line of a running show, remarks."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine.frame import HOP, RATE

if TYPE_CHECKING:
    from engine.conductor import Conductor
    from engine.rehearsal import Progress
    from engine.score.opening import Opened

UNLIMITED: Final = (
    "the flash limiter is off: what flashes faster than 3 times a second can cause seizures; warn the audience"
)
_METER: Final = 24
_QUIET: Final = 10.0  # seconds between progress lines where there is no terminal


def remark(text: str) -> None:
    """A line for the person at the desk, on the standard error; one that nobody reads any more ends no show."""
    with suppress(OSError):
        print(f"\r\x1b[K{text}" if sys.stderr.isatty() else text, file=sys.stderr, flush=True)


@contextmanager
def waiting(text: str) -> Iterator[None]:
    """A line while something is awaited that cannot say how far it is; where no terminal shows it, none."""
    _write_over(f"{text} …")
    try:
        yield
    finally:
        _write_over("")


def _write_over(line: str) -> None:
    """This instead of the terminal's last line."""
    if sys.stderr.isatty():
        with suppress(OSError):
            print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)


@contextmanager
def progress(title: str) -> Iterator[Progress]:
    """A progress bar; without a terminal a line now and then. Gives the function to tell how much is done."""
    if not sys.stderr.isatty():
        yield _lines(title)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:3.0f} %"))
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task(title, total=1.0)
        yield lambda share: bar.update(task, completed=share)


def _lines(title: str) -> Progress:
    last = time.monotonic()

    def tell(share: float) -> None:
        nonlocal last
        if time.monotonic() - last > _QUIET:
            last = time.monotonic()
            remark(f"{title}: {share:.0%}")

    return tell


class Compiling:
    """Told of every kernel that is compiled: a remark at the first, and one now and then until they are done."""

    def __init__(self) -> None:
        self._due = 0.0

    def __call__(self, count: int) -> None:
        now = time.monotonic()
        if now < self._due:
            return
        done = f" ({count} kernels so far)" if self._due else ""
        self._due = now + _QUIET
        remark(f"compiling the senses for this machine, about a minute, once{done}")


def read_score(files: Sequence[Path], notation: str) -> Opened:
    """The score of a show. It may be pictures of pages, and each of them takes a second or more."""
    from engine.score.opening import open_sheet

    with progress("reading the score") as tell:
        opened = open_sheet(files, notation, tell)
    if opened.remark:
        remark(opened.remark)
    return opened


def show_line(conductor: Conductor) -> None:
    """The running show in one line, written over itself."""
    frame = conductor.newest
    if frame is None or not sys.stderr.isatty():
        return
    level = frame.sound.level
    filled = round(_METER * min(max(level + 60.0, 0.0), 60.0) / 60.0)
    meter = "█" * filled + "·" * (_METER - filled)
    pictures = conductor.backdrop.report.pictures if conductor.backdrop else 0
    seconds = conductor.hops * HOP / RATE
    rate = f"{pictures / seconds:.0f}" if seconds > 1 else "–"
    scene = conductor.backdrop.scene if conductor.backdrop else ""
    line = (
        f"{seconds:7.1f} s  {meter} {level:6.1f} dBFS  onsets {frame.rhythm.onsets:4.0f}  "
        f"fractal {frame.texture.fractal:.2f}  {scene}  {rate} pictures/s"
    )
    with suppress(OSError):
        print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
