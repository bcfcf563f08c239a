"""From a datagram to orders: who sent it, how much that one says, what the guard finds in it, what the table knows."""

from __future__ import annotations

import ipaddress
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from engine.control.bad_order import BadOrder, Complaints
from engine.control.guard import Guard, Message, Refused
from engine.control.listening_place import Network
from engine.control.orders import Order
from engine.control.pattern import MOST_STEPS, Addresses, Costly, is_pattern
from engine.control.rate import Buckets
from engine.control.table import Table

_ORDERS: Final = 1.0  # seconds between two lines about orders of one kind
_REFUSALS: Final = 60.0  # and about datagrams that were refused for one reason
_PATTERN: Final = 20  # steps that a pattern counts for beside those of its search: being refused costs so much
_MATCH: Final = 10  # and each address that it means: giving the order costs so much
_MOST_KNOWN: Final = 1024  # senders of whom is remembered whether they may


class OscReader:
    """Datagrams in, orders out. All methods are for one thread; none of them raises, whatever the bytes are."""

    def __init__(
        self,
        senders: Sequence[Network],
        table: Callable[[], Table],
        order: Callable[[Order], None],
        say: Callable[[object], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`table`: what can be asked just now. `order` is given what was asked, `say` what the operator should know."""
        self._senders, self._table, self._order = tuple(senders), table, order
        self._guard, self._buckets = Guard(), Buckets()
        self._bad, self._refusals = Complaints(say, _ORDERS, clock), Complaints(say, _REFUSALS, clock)
        self._known: dict[str, bool] = {}
        self._dropped: Counter[str] = Counter()
        self._addresses, self._number = Addresses(()), -1
        self._pattern_steps = 0

    @property
    def refused(self) -> Counter[str]:
        """What was not obeyed, by reason."""
        return self._guard.refused + self._dropped

    @property
    def steps(self) -> int:
        """Rounds of all loops that the last datagram took."""
        return self._guard.steps + self._pattern_steps

    def hear(self, datagram: bytes, sender: str, now: float) -> bool:
        """One datagram from this address, which came at `now`; whether it was read, or dropped unseen."""
        if not self._may(sender):
            self._drop("sender", f"{sender} may not send here (--osc-from lets it)")
            return False
        if not self._buckets.open(sender, now):
            self._drop("rate", f"{sender} says too much, and is heard only in part")
            return False
        self._pattern_steps = 0
        try:
            messages = self._guard.step(datagram)
        except Refused as why:
            self._buckets.take(sender, now, 1)
            self._refusals.of(why.reason, f"OSC from {sender} was refused: {why.reason}")
            return True
        self._buckets.take(sender, now, max(len(messages), 1))
        for message in messages:
            self._obey(message)
        return True

    def _obey(self, message: Message) -> None:
        try:
            if is_pattern(message.address):
                self._give_all(message)
            else:
                self._give(message.address, message)
        except BadOrder as why:
            self._dropped["bad order"] += 1
            self._bad.of(why.kind, why)
        except Costly as why:
            self._drop(str(why), f"{message.address[:80]} is {why}")

    def _give(self, address: str, message: Message) -> None:
        order = self._table().read(address, message.arguments)
        if order is not None:
            self._order(order)

    def _give_all(self, message: Message) -> None:
        """Whatever a pattern means: those of its addresses that take these arguments."""
        if self._pattern_steps >= MOST_STEPS:
            self._dropped["a pattern that means too much"] += 1
            return
        table = self._table()
        if table.number != self._number:
            self._number, self._addresses = table.number, Addresses(table.entries)
        left = MOST_STEPS - self._pattern_steps
        self._pattern_steps = MOST_STEPS  # a pattern that is refused is the last one
        meant = self._addresses.matching(message.address, left)
        left -= self._addresses.steps + _PATTERN + _MATCH * len(meant)
        if left < 0:
            raise Costly("a pattern that means too much")
        self._pattern_steps = MOST_STEPS - left
        taken = 0
        for address in meant:
            try:
                self._give(address, message)
                taken += 1
            except BadOrder:
                self._dropped["bad order"] += 1
        if not taken:
            raise BadOrder("OSC address", f"nothing at {message.address[:80]} takes this")

    def _may(self, sender: str) -> bool:
        known = self._known.get(sender)
        if known is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            known = self._known[sender] = self._allowed(sender)
        return known

    def _allowed(self, sender: str) -> bool:
        address = ipaddress.ip_address(sender.partition("%")[0])
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        return address.is_loopback or any(address in network for network in self._senders)

    def _drop(self, reason: str, line: str) -> None:
        self._dropped[reason] += 1
        self._refusals.of(reason, f"OSC: {line}")
