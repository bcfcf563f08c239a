"""Faults of the machine: no memory left, a sound server that dies and comes back, a clock that is set."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import struct
import subprocess
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from watching.clicks import CLIENT, JackClicks, jack_server
from watching.from_outside import Eyes, Lights
from watching.processes import family
from watching.show import RunningShow, until

from engine.latency import CLICK_DB
from nights.night import BEGINNING, COMING_BACK, Fault, Night, drawing, music, trouble
from nights.verdict import Verdict, so, within

_SHARE = 0.6  # of the memory that is free is taken, and never more
_SHORT = 1024  # megabytes, where it has to be short: a virtual machine's host must find each of them
_LEAST = 2048  # megabytes that must be free
_STEPS = (3600, -172_800, 30, -5, 0)  # seconds by which the clock is off, one after the other
_CLOCK = r"""
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile long *moved;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("CLOCK_MOVED");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *there = file < 0 ? MAP_FAILED : mmap(0, sizeof(long), PROT_READ, MAP_SHARED, file, 0);
    if (there != MAP_FAILED) moved = there;
}
int clock_gettime(clockid_t which, struct timespec *at) {
    long code = syscall(SYS_clock_gettime, which, at);
    if (code == 0 && moved && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) at->tv_sec += *moved;
    return (int)code;
}
int gettimeofday(struct timeval *at, void *zone) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return 0;
}
time_t time(time_t *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at) *at = now.tv_sec;
    return now.tv_sec;
}
"""
"""The clock of the day as the system has it, moved by the seconds that a file says."""
_SMALL = 'scene = "fallback"\n[stage]\nsize = [64, 36]\n'


def memory(night: Night) -> Verdict:
    """Another program takes most of the memory that is left."""
    free = _free()
    if free < _LEAST:
        return Verdict("memory", skipped=f"{free} MB are free here, {_LEAST} are wanted")
    before, since = night.restarts, time.monotonic()
    wanted = min(int(_SHARE * free), _SHORT) if night.short else int(_SHARE * free)
    with trouble("hog", wanted, night.moments(8.0, 1.0)) as hog:
        assert hog.stdout is not None
        taken = hog.stdout.readline() == "taken\n"
        hog.wait()
    checks = [so(f"{wanted} of {free} MB taken", well=taken), *night.unharmed(since, before)]
    return Verdict("memory", tuple(checks))


def _free() -> int:
    found = re.search(r"MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text())
    return int(found[1]) // 1024 if found else 0


def sound_server(night: Night) -> Verdict:
    """The sound server dies under a show that listens to it, and comes back."""
    if shutil.which("jackd") is None or importlib.util.find_spec("jack") is None:
        return Verdict("jack-dies", skipped="no JACK here (apt-get install jackd2 libportaudio2, JACK-Client)")
    name = "monochord-faults"  # always the same, so that what a dead server left is cleared away by the next
    with ExitStack() as stack, Lights() as lights:
        server, clicks = ExitStack(), ExitStack()
        stack.push(server)
        stack.push(clicks)
        server.enter_context(jack_server(name))
        clicks.enter_context(JackClicks())
        settings = f'{_SMALL}[sound]\ndevice = "{CLIENT}, JACK"\n[[osc]]\nto = "127.0.0.1:{lights.port}"\n'
        show = RunningShow(night.folder / "jack", ["live", "--headless"], settings)
        stack.callback(show.close)
        begun = until(lambda: _clicked(lights, 0.0) is not None and drawing(show), BEGINNING)
        with Eyes(show.process.pid, None) as eyes:
            night.settle(2.0)
            since = time.monotonic()
            os.kill(dict(family(os.getpid()))["jackd"], signal.SIGKILL)
            clicks.close()
            server.close()
            said = until(lambda: "the ears are lost" in show.said, COMING_BACK)
            night.settle(night.moments(4.0, 1.0))
            server.enter_context(jack_server(name))
            clicks.enter_context(JackClicks())
            again = time.monotonic()
            back = until(lambda: _clicked(lights, again) is not None, COMING_BACK)
            came, now = _clicked(lights, again), time.monotonic()
            silence, gap = lights.longest(since, now), eyes.longest(since, now)
        code = show.close()
    return Verdict(
        "jack-dies",
        (
            so("listening", well=begun),
            so("said in a line", well=said),
            within("longest silence to the lights", silence, 0.5),
            within("longest without a picture", gap, 0.5),
            within("sound back, of a server that is back, after", came - again if back and came else None, 2.0),
            so("ended in order", well=code == 0),
        ),
    )


def _clicked(lights: Lights, since: float) -> float | None:
    """When a click was heard after this."""
    heard = zip(list(lights.moments), list(lights.levels), strict=False)
    return next((at for at, level in heard if at > since and level > CLICK_DB), None)


def clock(night: Night) -> Verdict:
    """The clock of the day is set, forwards and back, as a time server does it; nobody can set the monotonic one."""
    if (compiler := shutil.which("cc")) is None:
        return Verdict(
            "clock-set", skipped="no C compiler here, to put a clock that can be set before the system's own"
        )
    folder = night.folder / "clock"
    folder.mkdir()
    code, library, moved = folder / "clock.c", folder / "clock.so", folder / "moved"
    code.write_text(_CLOCK)
    moved.write_bytes(bytes(8))
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(code)], check=True)
    environment = {"LD_PRELOAD": str(library), "CLOCK_MOVED": str(moved)}
    steps = _STEPS[:2] if night.short else _STEPS
    with Lights() as lights:
        command = ["preview", str(music(night.folder / "music.wav")), "--loop", "--silent", "--headless"]
        settings = f'{_SMALL}[[osc]]\nto = "127.0.0.1:{lights.port}"\n'
        show = RunningShow(folder / "show", command, settings, environment=environment)
        try:
            begun = until(lambda: len(lights.hops) > 100 and drawing(show), BEGINNING)
            with Eyes(show.process.pid, None) as eyes:
                night.settle(2.0)
                since, shown = time.monotonic(), []
                for step in steps:
                    with moved.open("r+b") as file:
                        file.write(struct.pack("q", step))
                    shown.append(_shown(environment))
                    night.settle(night.moments(3.0, 1.0))
                now = time.monotonic()
                silence, gap, lost = lights.longest(since, now), eyes.longest(since, now), lights.lost(since, now)
            alive, reads = show.alive, str(library) in (Path("/proc") / str(show.process.pid) / "maps").read_text()
        finally:
            code_of_end = show.close()
    set_to = ", ".join(f"{step:+d} s" for step in steps)
    return Verdict(
        "clock-set",
        (
            so("the show reads a clock that can be set", well=begun and reads),
            so(f"it was set to {set_to}", well=all(abs(at - step) < 60 for at, step in zip(shown, steps, strict=True))),
            within("longest silence to the lights", silence, 0.5),
            within("longest without a picture", gap, 1.0),
            so("no hop lost", well=lost == 0),
            so("the show went on and ended in order", well=alive and code_of_end == 0),
        ),
    )


def _shown(environment: dict[str, str]) -> float:
    """By how many seconds a program's clock of the day is off that runs as the show does."""
    ran = subprocess.run(["date", "+%s"], capture_output=True, text=True, check=True, env={**os.environ, **environment})
    return int(ran.stdout) - time.time()


FAULTS: Sequence[tuple[str, Fault]] = (("memory", memory),)
OWN: Sequence[tuple[str, Fault]] = (("jack-dies", sound_server), ("clock-set", clock))
