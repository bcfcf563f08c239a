"""A phone in the audience, as far as HTTP goes: it asks for the page, keeps its cookie, and votes."""

from __future__ import annotations

import http.client
from collections.abc import Mapping

FORM = "application/x-www-form-urlencoded"


class Phone:
    """`cookie` is what it was given, as it sends it back."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.cookie = ""

    def ask(
        self, path: str, method: str = "GET", body: str | None = None, **headers: str
    ) -> tuple[int, Mapping[str, str], str]:
        """Status, headers and text of the answer. In the names of headers _ stands for -."""
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookie:
            told.setdefault("Cookie", self.cookie)
        try:
            line.request(method, path, body, told)
            answer = line.getresponse()
            found = dict(answer.getheaders())
            if "Set-Cookie" in found:
                self.cookie = found["Set-Cookie"].partition(";")[0]
            return answer.status, found, answer.read().decode()
        finally:
            line.close()

    def vote(self, music: str, visuals: str, path: str = "/vote", **headers: str) -> int:
        """The status that a vote is answered with."""
        return self.ask(path, "POST", f"music={music}&visuals={visuals}", Content_Type=FORM, **headers)[0]
