"""What the processes of a running show take of this machine, from /proc: memory, descriptors, threads. Linux only."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_MODULE: Final = re.compile(r"engine(?:\.[a-z_]+)+")
_TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Taken:
    """Of one process: its own megabytes, those that it shares, open descriptors, threads, segments, seconds of work."""

    own: float
    shared: float
    descriptors: int
    threads: int
    segments: int
    worked: float


def family(pid: int) -> Iterator[tuple[str, int]]:
    """A process and all that it has started, each with what it is: the module that it runs, or `conductor`.

    Of two that run the same module the younger one is the spare that waits for the end of the other.
    """
    parents: dict[int, list[tuple[int, int]]] = {}
    for folder in _PROC.iterdir():
        if folder.name.isdecimal() and (birth := _birth(folder)) is not None:
            parent, when = birth
            parents.setdefault(parent, []).append((when, int(folder.name)))
    yield "conductor", pid
    waiting, known = sorted(parents.get(pid, ())), set[str]()
    while waiting:
        _, one = waiting.pop(0)
        role = _role(one)
        yield (f"spare {role}" if role in known else role), one
        known.add(role)
        waiting += sorted(parents.get(one, ()))


def taken(pid: int) -> Taken | None:
    """What it takes now; None where it is gone."""
    folder = _PROC / str(pid)
    try:
        sizes = dict(re.findall(r"^(\w+):\s+(\d+) kB", (folder / "smaps_rollup").read_text(), re.MULTILINE))
        status = dict(re.findall(r"^(\w+):\s+(\S+)", (folder / "status").read_text(), re.MULTILINE))
        stat = (folder / "stat").read_text().rpartition(")")[2].split()
        links = [_link(one) for one in (folder / "fd").iterdir()]
    except OSError:
        return None
    own = int(sizes["Private_Clean"]) + int(sizes["Private_Dirty"])
    shared = int(sizes["Shared_Clean"]) + int(sizes["Shared_Dirty"])
    segments = sum(link.startswith(("/memfd:", "/dev/shm/")) for link in links)
    worked = (int(stat[11]) + int(stat[12])) / _TICKS
    return Taken(own / 1024, shared / 1024, len(links), int(status["Threads"]), segments, worked)


def _birth(folder: Path) -> tuple[int, int] | None:
    """Its parent, and when it began, in ticks of the system; None where it is gone, or dead and not yet buried."""
    try:
        state, parent, *more = (folder / "stat").read_text().rpartition(")")[2].split()
        return None if state == "Z" else (int(parent), int(more[17]))
    except (OSError, IndexError, ValueError):
        return None


def _role(pid: int) -> str:
    try:
        command = (_PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return "gone"
    found = _MODULE.search(command)
    return found[0].rpartition(".")[2] if found else Path(command.partition("\0")[0]).name


def _link(path: Path) -> str:
    try:
        return str(path.readlink())
    except OSError:
        return ""
