"""Child processes that the show can lose: started, spoken to, heard, and ended without waiting for them.

Both directions carry one JSON object a line; the first that a child hears are its settings. It asks for them when all
that it needs is loaded, so that a `Spare` can be had ready for the loss of the one before. A child never outlives its
parent: its standard input closes when the parent dies, and on Linux the kernel kills it even while a driver holds it
fast.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import queue
import select
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Generic, NoReturn, TypeVar

Message = Mapping[str, Any]
_PR_SET_PDEATHSIG: Final = 1
_FROM_OUTSIDE: Final = (-signal.SIGKILL, -signal.SIGTERM)
_CALM: Final = 2.0  # seconds without a loss until a spare is loaded: what came back has found its pace by then
_LOADING: Final = 60.0  # seconds that a spare may take for it; loading is slow where the disk is
_AGAIN: Final = 60.0  # seconds until one that has died is replaced
_ROOT: Final = Path(__file__).resolve().parents[2]


class Child:
    """The parent's end: a module's `main()` in a session of its own, so that Ctrl-C reaches only the parent.

    Make it from a thread that lives as long as the show: the kernel ties the child to that very thread.
    """

    def __init__(self, module: str, settings: Message | None = None, fds: Sequence[int] = ()) -> None:
        """Run `main()` of `module`, which begins when it has its settings: these, or those that `begin` is given.

        `fds` stay open under their numbers.
        """
        # Not -m, which would look for every module in the folder that the user stands in first.
        code = f"import sys; sys.path.append({str(_ROOT)!r}); from {module} import main; main()"
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", code, str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=tuple(fds),
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._in = self._process.stdin.fileno()
        self._out = self._process.stdout.fileno()
        self._err = self._process.stderr.fileno()
        for fd in (self._in, self._out, self._err):
            os.set_blocking(fd, False)
        self._partial = b""
        self._complaints: deque[str] = deque(maxlen=12)
        self.loaded = False
        """Whether it has said that it could begin at once."""
        if settings is not None:
            self.begin(settings)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it lives; negative for the signal that ended it."""
        return self._process.poll()

    @property
    def stopped(self) -> bool:
        """Whether somebody has stopped it (SIGSTOP), where the system tells."""
        try:
            return Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] in "Tt"
        except OSError:
            return False

    @property
    def lost_from_outside(self) -> bool:
        """Whether somebody else has ended or stopped it: no fault of what it was doing."""
        code = self.exit_code
        return self.stopped if code is None else code in _FROM_OUTSIDE

    @property
    def complaint(self) -> str:
        """The last line that it wrote to its standard error: why it died, as a rule."""
        self._drain_errors()
        return self._complaints[-1] if self._complaints else ""

    def begin(self, settings: Message) -> None:
        """Let it begin with these settings, which its pipe takes in one go: at most 64 KiB as JSON on Linux."""
        line = json.dumps(settings).encode() + b"\n"
        with contextlib.suppress(OSError):
            written = os.write(self._in, line)
            assert written == len(line), f"settings of {len(line)} bytes do not fit into a pipe"

    def say(self, **command: Any) -> None:
        """Send a command. Never waits: a child that does not read loses it, whole.

        ValueError for one that is longer than a pipe takes in one piece (4 KiB on Linux).
        """
        line = json.dumps(command, ensure_ascii=False).encode() + b"\n"
        if len(line) > select.PIPE_BUF:
            raise ValueError(f"command of {len(line)} bytes must be at most {select.PIPE_BUF}")
        with contextlib.suppress(OSError):
            os.write(self._in, line)

    def heard(self) -> Iterator[Message]:
        """What it has said since the last call. Never waits; a line that is no JSON object is passed over."""
        self._drain_errors()
        text = self._partial + _read_all(self._out)
        *lines, self._partial = text.split(b"\n")
        for line in lines:
            with contextlib.suppress(json.JSONDecodeError, UnicodeDecodeError):
                message = json.loads(line)
                if isinstance(message, dict) and message.pop("loaded", False):
                    self.loaded = True
                elif isinstance(message, dict):
                    yield message

    def end(self, grace: float = 0.0) -> None:
        """Ask it to go, wait at most `grace` seconds, then kill it; frozen or hung, it is gone afterwards."""
        if grace > 0 and self.exit_code is None:
            self.say(quit=True)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(grace)
        if self.exit_code is None:
            self._process.kill()
            # A driver may keep even a killed process for a while: somebody else waits for its end.
            threading.Thread(target=self._process.wait, daemon=True, name="undertaker").start()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(2.0)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            with contextlib.suppress(OSError):
                assert pipe is not None
                pipe.close()

    def drop(self) -> None:
        """End it before it has begun, and what was made for it."""
        self.end()

    def _drain_errors(self) -> None:
        if self._process.stderr is None or self._process.stderr.closed:
            return
        text = _read_all(self._err).decode(errors="replace")
        self._complaints.extend(line.strip() for line in text.splitlines() if line.strip())


_Life = TypeVar("_Life", bound=Child)


class Spare(Generic[_Life]):
    """The next life of a child, loaded before it is needed: nobody waits for modules while the show has a hole."""

    def __init__(self, make: Callable[[], _Life]) -> None:
        """`make` starts one that has no settings yet."""
        self._make = make
        self._waiting: _Life | None = None
        self._due: float | None = None
        self._until = 0.0

    @property
    def pid(self) -> int | None:
        """The process of the one that waits, loaded or not; None where there is none."""
        return self._waiting.pid if self._waiting is not None else None

    @property
    def ready(self) -> bool:
        """Whether there is one that could begin at once."""
        return self._waiting is not None and self._well(self._waiting) and self._waiting.loaded

    def tend(self, now: float, *, calm: bool) -> None:
        """Have one loaded when the show has been `calm` for some seconds; one that is lost is replaced, not soon."""
        if self._waiting is not None:
            if not self._well(self._waiting) or (now > self._until and not self._waiting.loaded):
                self.close()
                self._due = now + _AGAIN
        elif not calm:
            self._due = None
        elif self._due is None:
            self._due = now + _CALM
        elif now >= self._due:
            try:
                self._waiting, self._until = self._make(), now + _LOADING
            except OSError:  # no memory, no descriptor left: the show goes on without one
                self._due = now + _AGAIN

    def take(self) -> _Life | None:
        """The one that waits, to be begun; None where none is loaded and well."""
        if not self.ready:
            return None
        taken, self._waiting, self._due = self._waiting, None, None
        return taken

    def close(self) -> None:
        """Let go of the one that waits."""
        if self._waiting is not None:
            self._waiting.drop()
        self._waiting = None

    def _well(self, waiting: _Life) -> bool:
        for _ in waiting.heard():  # that it is loaded; it has nothing else to say yet
            pass
        return waiting.exit_code is None and not waiting.stopped


class Watch:
    """Notices that a progress counter stands still."""

    def __init__(self, patience: float) -> None:
        """`patience` in seconds."""
        self.patience = patience
        self._seen = -1
        self._since = 0.0

    def stuck(self, counter: int, now: float) -> bool:
        """Whether `counter` has not moved for longer than the patience lasts."""
        if counter != self._seen:
            self._seen, self._since = counter, now
        return now - self._since > self.patience


def _read_all(fd: int) -> bytes:
    parts = []
    with contextlib.suppress(BlockingIOError, OSError):
        while part := os.read(fd, 65536):
            parts.append(part)
    return b"".join(parts)


class Parent:
    """The child's end: settings, commands that have come, messages that go out, and an end with the parent's own."""

    def __init__(self) -> None:
        """For a module's `main`, when all that it imports is there: it waits for the settings here."""
        _die_with_parent(int(sys.argv[1]))
        self._commands: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._in = sys.stdin.fileno()
        self._out = os.dup(sys.stdout.fileno())
        # Whatever a driver prints must not be taken for a message.
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        threading.Thread(target=self._listen, daemon=True, name="commands").start()
        self.tell(loaded=True)
        self.settings: Message = self._commands.get()

    def commands(self) -> Iterator[Message]:
        """Commands that have come since the last call; never waits."""
        with contextlib.suppress(queue.Empty):
            while True:
                yield self._commands.get_nowait()

    def tell(self, **message: Any) -> None:
        """Say something to the parent."""
        with contextlib.suppress(OSError):
            os.write(self._out, json.dumps(message).encode() + b"\n")

    def _listen(self) -> NoReturn:
        text = b""
        while part := os.read(self._in, 65536):
            *lines, text = (text + part).split(b"\n")
            for line in lines:
                with contextlib.suppress(json.JSONDecodeError, UnicodeDecodeError):
                    self._commands.put(json.loads(line))
        os._exit(0)  # the parent is gone: nothing is worth closing, and closing a driver may hang


def _die_with_parent(parent: int) -> None:
    """Ask the kernel for SIGKILL at the parent's death, and go at once if it has died already."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)
