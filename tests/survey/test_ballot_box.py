"""One vote a phone, so many from one address, so many in all; and nothing kept of whoever voted."""

from __future__ import annotations

import base64
import pickle
import sys

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.survey.ballot_box import BallotBox, Outcome

HERE = "192.168.1.20"
BOX = BallotBox()


def test_a_phone_votes_once_and_is_known_for_having_voted() -> None:
    box = BallotBox()
    phone, other = box.new_pass(), box.new_pass()
    assert not box.has_voted(phone)
    assert box.cast(phone, HERE, "AB", 0.0) is Outcome.COUNTED
    assert box.cast(phone, HERE, "DD", 0.0) is Outcome.AGAIN
    assert box.cast(phone, "192.168.1.21", "DD", 0.0) is Outcome.AGAIN
    assert box.has_voted(phone)
    assert not box.has_voted(other)
    assert box.taken() == {"AB": 1}
    assert box.taken() == {}


def test_a_pass_that_is_not_ours_votes_for_nobody() -> None:
    box, another = BallotBox(), BallotBox()
    whole = bytearray(base64.urlsafe_b64decode(box.new_pass() + "="))
    whole[3] ^= 1
    forged = base64.urlsafe_b64encode(bytes(whole)).rstrip(b"=").decode()
    for shown in (None, "", "x" * 43, forged, another.new_pass(), box.new_pass() + "A", "é" * 43):
        assert not box.knows(shown)
        assert box.cast(shown, HERE, "AA", 0.0) is Outcome.UNKNOWN
    assert box.taken() == {}


@settings(deadline=None)
@given(st.text(max_size=64))
def test_no_text_that_somebody_makes_up_is_a_pass(shown: str) -> None:
    assert not BOX.knows(shown)


def test_one_address_that_sends_a_thousand_votes_has_twenty_counted_and_ten_more_each_minute() -> None:
    box = BallotBox(per_minute=10)
    outcomes = [box.cast(box.new_pass(), HERE, "AA", 0.0) for _ in range(1000)]
    assert outcomes.count(Outcome.COUNTED) == 20
    assert outcomes.count(Outcome.WAIT) == 980
    assert len(box) == 20
    assert box.cast(box.new_pass(), "192.168.1.21", "BB", 0.0) is Outcome.COUNTED
    later = [box.cast(box.new_pass(), HERE, "AA", 60.0) for _ in range(100)]
    assert later.count(Outcome.COUNTED) == 10


def test_addresses_that_a_machine_may_choose_for_itself_count_as_one() -> None:
    box = BallotBox(per_minute=1)
    outcomes = [box.cast(box.new_pass(), f"2001:db8::{k:x}", "AA", 0.0) for k in range(1, 100)]
    assert outcomes.count(Outcome.COUNTED) == 2
    assert box.cast(box.new_pass(), "2001:db8:0:1::1", "AA", 0.0) is Outcome.COUNTED
    assert box.alias("fe80::1%eth0") == box.alias("fe80::1")
    assert box.alias("no address") == ""


def test_a_full_box_takes_no_more_and_grows_no_more() -> None:
    box = BallotBox(per_minute=6000, most=50)
    outcomes = [box.cast(box.new_pass(), f"10.0.{k // 250}.{k % 250}", "CA", 0.0) for k in range(1000)]
    assert outcomes.count(Outcome.COUNTED) == 50
    assert outcomes.count(Outcome.FULL) == 950
    assert len(box) == len(box._voted) == 50
    assert box.taken() == {"CA": 50}


def test_the_room_that_votes_take_is_bounded() -> None:
    box = BallotBox(per_minute=6000)
    for k in range(25_000):
        box.cast(box.new_pass(), f"10.{k // 62500}.{k // 250 % 250}.{k % 250}", "AA", 0.0)
    kept = sys.getsizeof(box._voted) + sum(map(sys.getsizeof, box._voted))
    assert len(box) == 20_000
    assert kept < 4_000_000
    assert len(box._buckets._buckets) <= 256


def test_neither_address_nor_pass_nor_answers_of_a_phone_are_kept() -> None:
    box = BallotBox()
    phone = box.new_pass()
    box.cast(phone, HERE, "AB", 0.0)
    box.taken()
    everything = pickle.dumps([box._voted, box._buckets, box._taken])
    number = base64.urlsafe_b64decode(phone + "=")[:16]
    for known in (HERE.encode(), bytes(map(int, HERE.split("."))), phone.encode(), number, b"AB"):
        assert known not in everything
