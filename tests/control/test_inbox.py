"""Orders wait in their turn, and who waits for them is woken at once."""

from __future__ import annotations

import threading
import time

from engine.control.inbox import Inbox
from engine.control.orders import StepCue


def test_orders_come_out_in_their_turn_and_all_at_once() -> None:
    inbox = Inbox()
    for step in (1, -1, 1):
        inbox.put(StepCue(step))
    assert inbox.wait(5.0) == [StepCue(1), StepCue(-1), StepCue(1)]
    assert inbox.wait(0.0) == inbox.wait(-1.0) == []


def test_who_waits_is_woken_by_an_order_and_by_the_end() -> None:
    inbox = Inbox()
    for wake in (lambda: inbox.put(StepCue(1)), inbox.wake):
        begun = time.monotonic()
        threading.Timer(0.05, wake).start()
        inbox.wait(60.0)
        assert time.monotonic() - begun < 50.0


def test_more_than_can_be_obeyed_is_lost_and_counted() -> None:
    inbox = Inbox()
    for _ in range(5000):
        inbox.put(StepCue(1))
    assert len(inbox.wait(0.0)) == 4096
    assert inbox.lost() == 904
    assert inbox.lost() == 0
