"""The survey as the show has it: opened and closed by a hand, its counts kept, its file written, its end orderly.

What phones say is heard by a child process. From it come numbers alone, and they are looked at before they count.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any, Final

from engine.control.qr import qr_bits, write_qr
from engine.errors import BadFile, BadSetting
from engine.foundation.child import Child
from engine.survey.place import SurveySettings, host_of
from engine.survey.questions import PAIRS, QUESTIONS
from engine.survey.votes import Votes, as_csv, this_minute, write_votes

_STARTING: Final = 30.0  # seconds that the child may take until it listens
_WRITING: Final = 60.0  # seconds between two times that the file is written
_AGAIN: Final = 5.0  # seconds after which a child that has died is started again
_GRACE: Final = 5.0  # seconds that it has for its last counts


class Survey:
    """One evening's survey. Every method is for the show's main thread; what only looks, for any."""

    def __init__(self, settings: SurveySettings) -> None:
        self.settings = settings
        self.votes = Votes()
        self.wanted = False
        """Whether it is to be open."""
        self._on_wall_until = -math.inf
        self._port: int | None = None
        self._child: Child | None = None
        self._host, self._opened = "", False
        self._code = ("", 0, "")
        self._lines: deque[str] = deque(maxlen=20)
        self._failed = ""
        self._lost, self._again = False, 0.0
        self._path: Path | None = None
        self._written: Votes | None = None
        self._due = 0.0
        self._trouble = ""

    @property
    def url(self) -> str:
        """Where phones find it; nothing while it is closed."""
        if self._port is None or not self.wanted:
            return ""
        host = self._host
        return f"http://[{host}]:{self._port}/" if ":" in host else f"http://{host}:{self._port}/"

    def open(self) -> None:
        """Let phones in, soon. BadSetting where no phone could find it, and where the votes could not be kept."""
        if self._child is None:
            self._host = host_of(self.settings)
            self._path = _next_free(self.settings.votes)
            if self._path != self.settings.votes:
                self._lines.append(f"survey: {self.settings.votes} is there already: the votes go into {self._path}")
        try:
            self._keep()
        except OSError as why:
            raise BadSetting(f"survey={self._path} cannot be written: {why.strerror}") from None
        self.wanted = True
        if self._child is None or self._child.exit_code is not None:
            self._start()
        else:
            self._child.say(open=True)

    def close(self) -> None:
        """Let nobody in any more: nothing listens. What was counted stays, and who has voted is still known."""
        self.wanted, self._port, self._on_wall_until = False, None, -math.inf
        if self._child is not None:
            self._child.say(open=False)

    def show(self, on: bool, seconds: float = 0.0) -> None:
        """Let the code be on the wall for so many seconds, 0 until it is taken away; or take it away.

        BadSetting while it is closed: the code would lead nowhere.
        """
        if on and not self.wanted:
            raise BadSetting("it is closed, and a code on the wall would lead nowhere (open it first)")
        self._on_wall_until = (time.monotonic() + seconds if seconds > 0 else math.inf) if on else -math.inf

    @property
    def shown(self) -> bool:
        """Whether the code is to be on the wall."""
        return self.wanted and time.monotonic() < self._on_wall_until

    def on_wall(self) -> dict[str, Any] | None:
        """The code as the wall shows it, its side and its bits; None where it shows none."""
        code = self.code() if self.shown else {}
        return {"side": code["side"], "bits": code["bits"]} if code else None

    def await_open(self) -> None:
        """Wait until phones can come; BadSetting if they cannot."""
        deadline = time.monotonic() + _STARTING
        while self._port is None and self.wanted:
            self._hear()
            if self._failed:
                raise BadSetting(self._failed)
            if self._child_there.exit_code is not None or time.monotonic() > deadline:
                raise BadSetting(f"survey: it did not begin ({self._child_there.complaint or 'no answer'})")
            time.sleep(0.01)

    def tend(self, now: float) -> Iterator[str]:
        """Look after it; lines for the operator. Costs next to nothing: call it as often as you like."""
        if self._child is None:
            return
        self._hear()
        while self._lines:
            yield self._lines.popleft()
        if self._failed:
            yield self._failed
            self.wanted, self._failed = False, ""
        if self._child.exit_code is not None and self.wanted:
            if not self._lost:
                self._lost, self._port, self._again = True, None, now + _AGAIN
                yield f"survey: it was lost ({self._child.complaint or self._child.exit_code}) and begins again soon"
            elif now >= self._again:
                self._start()
        if now >= self._due:
            self._due = now + _WRITING
            yield from self._write()

    def facts(self) -> Mapping[str, Any]:
        """How it is, as plain data."""
        counts = {question: self.votes.of(question) for question in QUESTIONS}
        return {"open": self.wanted, "shown": self.shown, "url": self.url, "votes": self.votes.total, **counts}

    def csv(self) -> str:
        """The votes until now, as the file has them."""
        return as_csv(self.votes)

    def code(self) -> dict[str, Any]:
        """For the operator's panel: the QR code as its side and its bits, and how many have voted; {} while closed."""
        if not (url := self.url):
            return {}
        if self._code[0] != url:
            self._code = (url, *qr_bits(url))
        return {"side": self._code[1], "bits": self._code[2], "votes": self.votes.total}

    def end(self) -> list[str]:
        """The last counts, the last file; what the operator should know of them."""
        asked = self._child is not None and self._opened
        if self._child is not None:
            self.wanted = False
            self._child.say(open=False)
            self._child.say(quit=True)
            deadline = time.monotonic() + _GRACE
            while self._child.exit_code is None and time.monotonic() < deadline:
                self._hear()
                time.sleep(0.01)
            self._hear()
            self._child.end()
            self._child = None
        return [*self._write(), f"survey: {self.votes.total} voted"] if asked else []

    @property
    def _child_there(self) -> Child:
        assert self._child is not None
        return self._child

    def _start(self) -> None:
        """A child that lets phones in. One that comes after another knows no more who has voted."""
        if self._child is not None:
            self._child.end()
        self._lost = False
        one = self.settings
        settings = {"port": one.port, "per_minute": one.per_minute, "most": max(one.most - self.votes.total, 0)}
        self._child = Child("engine.survey.front", {"host": self._host, **settings})
        self._child.say(open=True)

    def _hear(self) -> None:
        """Take in what the child says, where it makes sense."""
        for message in self._child_there.heard():
            if type(port := message.get("listening")) is int and self.wanted:
                self._port, self._opened = port, True
                self._show_code()
                self._lines.append(f"survey: open at {self.url}")
            elif isinstance(message.get("failed"), str):
                self._failed = message["failed"][:200]
            elif isinstance(message.get("votes"), dict):
                self._count(message["votes"])
            elif message.get("full"):
                self._lines.append(f"survey: full, for {self.votes.total} have voted: no more are counted")
            elif message.get("closed") and not self.wanted:
                self._lines.append(f"survey: closed, {self.votes.total} voted")

    def _count(self, more: Mapping[str, Any]) -> None:
        room = self.settings.most - self.votes.total
        sound = {pair: n for pair, n in more.items() if pair in PAIRS and type(n) is int and n > 0}
        if sound and sum(sound.values()) <= room:
            self.votes = self.votes.with_more(this_minute(), sound)

    def _show_code(self) -> None:
        if self.settings.code is not None:
            try:
                write_qr(self.settings.code, self.url)
            except BadFile as why:
                self._lines.append(str(why))

    def _write(self) -> Iterator[str]:
        """The file, if there is anything new for it; a full disk ends no show."""
        try:
            self._keep()
            self._trouble = ""
        except OSError as why:
            trouble = f"survey={self._path} cannot be written: {why.strerror}"
            if trouble != self._trouble:
                self._trouble = trouble
                yield trouble

    def _keep(self) -> None:
        votes = self.votes
        if self._path is not None and votes is not self._written:
            write_votes(self._path, votes)
            self._written = votes


def _next_free(path: Path | None) -> Path | None:
    """This name, or the next that no file has: votes.csv, votes-2.csv, votes-3.csv."""
    if path is None or not path.exists():
        return path
    others = (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in count(2))
    return next(one for one in others if not one.exists())
