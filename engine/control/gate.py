"""The gate: who may see the page and ask OSCQuery. Knows nothing of HTTP but the words of a few headers."""

from __future__ import annotations

import contextlib
import hmac
import ipaddress
import os
import re
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from engine.control.listening_place import Network

COOKIE: Final = "monochord_page"
"""The name of the cookie in which a browser keeps the token."""
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{22}")  # 16 bytes in base 64, as `secrets.token_urlsafe` writes them
_HOST: Final = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:(?P<port>\d{1,5}))?")


def kept_token(path: Path | None) -> str:
    """The token in this file, made with it if there is none; of this run alone, where it cannot be kept."""
    fresh = secrets.token_urlsafe(16)
    if path is None:
        return fresh
    with contextlib.suppress(OSError, UnicodeDecodeError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                with os.fdopen(file, "w", encoding="ascii") as new:
                    new.write(fresh)
            except OSError:  # a full disk: an empty file would keep every later token from being kept
                path.unlink()
                raise
        found = path.read_text(encoding="ascii").strip()
        if _TOKEN.fullmatch(found):
            return found
    return fresh


class Gate:
    """Says who comes in. Without a token everybody on this machine does, for nobody else can reach it.

    A page in a stranger's browser is kept out by two names that a browser does not let it choose: `Host`, which must
    be ours (so no name of the stranger's can be made to mean this machine), and `Origin`, which must be the same.
    """

    def __init__(self, token: str | None, names: Iterable[str], senders: Sequence[Network] = ()) -> None:
        """`names`: what this machine is called, beside its addresses. `senders` come in without the token."""
        self.token, self._senders = token, tuple(senders)
        self._names = {"localhost", *(name.lower() for name in names)}

    def knows_host(self, host: str | None, own: str, port: int) -> bool:
        """Whether the browser asked for us: by a name of ours, or by the very address `own` that it reached."""
        found = _HOST.fullmatch(host or "")
        if found is None or int(found["port"] or 80) != port:
            return False
        name = found["name"].strip("[]").lower().removesuffix(".")
        return name in self._names or _address(name) == _address(own) != ""

    def knows_origin(self, origin: str | None, host: str) -> bool:
        """Whether what asks is our own page, or no page at all."""
        return origin is None or origin.lower() == f"http://{host}".lower()

    def opens(self, token: str | None) -> bool:
        """Whether this is the token. What is shown may be any text, half characters too: headers and JSON have such."""
        shown = (token or "").encode(errors="surrogatepass")
        return self.token is None or hmac.compare_digest(shown, self.token.encode())

    def lets_in(self, peer: str, tokens: Iterable[str | None]) -> bool:
        """Whether somebody at the address `peer`, who shows these, may see and steer the show."""
        if self.token is None or any(self.opens(token) for token in tokens):
            return True
        known = _address(peer)
        if not known:
            return False
        address = ipaddress.ip_address(known)
        return address.is_loopback or any(address in network for network in self._senders)


def _address(text: str) -> str:
    """An IP address in one way of writing, IPv4 within IPv6 as IPv4; empty for what is none."""
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)
