"""What the operator hears of wrong orders: one line a kind, not one a datagram."""

from __future__ import annotations

from engine.control.bad_order import BadOrder, Complaints


def test_a_kind_is_said_once_in_a_while_with_how_many_there_were_between() -> None:
    said: list[str] = []
    now = [0.0]
    complaints = Complaints(lambda line: said.append(str(line)), 1.0, lambda: now[0])
    for _ in range(5):
        complaints.of("tempo", "tempo is wrong")
    complaints.of("tap", "tap is wrong")
    now[0] = 1.0
    complaints.of("tempo", "tempo is wrong")
    now[0] = 2.5
    complaints.of("tempo", "tempo is wrong")
    assert said == ["tempo is wrong", "tap is wrong", "tempo is wrong (and 4 more)", "tempo is wrong"]


def test_a_line_is_written_only_if_somebody_reads_it() -> None:
    class Line:
        def __str__(self) -> str:
            raise AssertionError

    complaints = Complaints(lambda _line: None, 1.0, lambda: 0.0)
    complaints.of("x", Line())
    complaints.of("x", Line())


def test_a_bad_order_names_what_may_have_been_meant() -> None:
    assert str(BadOrder("/a", "mode=x is none", "x", ("xx", "y"))) == "/a: mode=x is none (did you mean xx?)"
    assert str(BadOrder("/a", "no")) == "/a: no"
