"""The operator's lines: from any thread, numbered, dated by the show, and never more than are kept."""

from __future__ import annotations

from engine.live.operator_log import OperatorLog


def test_a_line_is_numbered_dated_by_the_show_and_handed_on() -> None:
    seconds, told = [1.04], list[str]()
    log = OperatorLog(told.append, lambda: seconds[0])
    log.say("one")
    seconds[0] = 2.5
    log.say("two")
    assert log.lines() == [(0, 1.0, "one"), (1, 2.5, "two")]
    assert told == ["one", "two"]
    assert log.latest(1) == ["two"]


def test_what_a_thread_tells_waits_for_the_main_one_to_say_it() -> None:
    log = OperatorLog(lambda _: None, lambda: 0.0)
    log.tell(ValueError("from elsewhere"))
    assert log.lines() == []
    assert log.told() == ["from elsewhere"]
    assert log.told() == []


def test_an_evening_of_troubles_takes_no_more_room_than_a_hundred_and_their_numbers_go_on() -> None:
    log = OperatorLog(lambda _: None, lambda: 0.0)
    for number in range(1000):
        log.say(str(number))
        log.tell(number)
    assert [number for number, _, _ in log.lines()] == list(range(900, 1000))
    assert len(log.told()) == 100
