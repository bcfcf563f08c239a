"""The ballot box: one vote a phone, not too many from one address, and not more than there is room for.

It keeps no address, no kind of phone and no moment. A phone is known by a random number that we gave it; what is kept
of that number is a keyed hash, under a key that is made for this box and is gone with it. Which answers belong to
which hash is not kept: so a vote cannot be traced, and not changed either.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import ipaddress
import re
import secrets
from enum import Enum
from hashlib import blake2b
from typing import Final

from engine.control.rate import Buckets

MOST_VOTES: Final = 20_000
"""In all: more than any hall seats."""
PER_MINUTE: Final = 10
"""Votes from one address, in the long run: behind a router that hides them, all phones have one."""
_BURST_MINUTES: Final = 2  # of votes that one address may send at once
_SIZE: Final = 16  # bytes of a phone's number, of its seal, and of what is kept of it
_PASS: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_V6_NETWORK: Final = 64  # bits of an IPv6 address that a machine cannot choose for itself


class Outcome(Enum):
    """What became of a vote."""

    COUNTED = "counted"
    AGAIN = "again"
    WAIT = "wait"
    FULL = "full"
    UNKNOWN = "unknown"


class BallotBox:
    """Every method is for one and the same thread."""

    def __init__(self, per_minute: int = PER_MINUTE, most: int = MOST_VOTES) -> None:
        """`per_minute`: votes that come from one address, in the long run; at first twice as many."""
        self._key = secrets.token_bytes(32)
        self._most = most
        self._voted: set[bytes] = set()
        self._buckets = Buckets(per_minute / 60.0, float(_BURST_MINUTES * per_minute))
        self._taken: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._voted)

    def new_pass(self) -> str:
        """A number for a phone that has none, sealed so that nobody makes one up."""
        number = secrets.token_bytes(_SIZE)
        return base64.urlsafe_b64encode(number + self._seal(number)).rstrip(b"=").decode("ascii")

    def knows(self, shown: str | None) -> bool:
        """Whether this is a pass of ours."""
        return self._number(shown) is not None

    def has_voted(self, shown: str | None) -> bool:
        """Whether the phone with this pass has voted."""
        number = self._number(shown)
        return number is not None and self._kept(number) in self._voted

    def cast(self, shown: str | None, address: str, answers: str, now: float) -> Outcome:
        """Count `answers`, one of `PAIRS`, of the phone with this pass. `now` in seconds, never falling."""
        number = self._number(shown)
        if number is None:
            return Outcome.UNKNOWN
        kept = self._kept(number)
        if kept in self._voted:
            return Outcome.AGAIN
        if len(self._voted) >= self._most:
            return Outcome.FULL
        who = self.alias(address)
        if not self._buckets.open(who, now):
            return Outcome.WAIT
        self._buckets.take(who, now, 1)
        self._voted.add(kept)
        self._taken[answers] = self._taken.get(answers, 0) + 1
        return Outcome.COUNTED

    def taken(self) -> dict[str, int]:
        """What was counted since the last call: how often each of `PAIRS`."""
        taken, self._taken = self._taken, {}
        return taken

    def alias(self, address: str) -> str:
        """One name for an address, or for an IPv6 network, from which the address cannot be read."""
        try:
            found = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return ""
        if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is None:
            found = ipaddress.ip_network((found, _V6_NETWORK), strict=False).network_address
        return blake2b(found.packed, digest_size=_SIZE, key=self._key, person=b"address").hexdigest()

    def _number(self, shown: str | None) -> bytes | None:
        if shown is None or _PASS.fullmatch(shown) is None:
            return None
        try:
            whole = base64.urlsafe_b64decode(shown + "=")
        except (ValueError, binascii.Error):
            return None
        number, seal = whole[:_SIZE], whole[_SIZE:]
        return number if hmac.compare_digest(seal, self._seal(number)) else None

    def _seal(self, number: bytes) -> bytes:
        return blake2b(number, digest_size=_SIZE, key=self._key, person=b"pass").digest()

    def _kept(self, number: bytes) -> bytes:
        return blake2b(number, digest_size=_SIZE, key=self._key, person=b"voted").digest()
