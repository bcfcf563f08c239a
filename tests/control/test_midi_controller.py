"""A controller's hand: every order from every kind of control, nothing jumps, nothing goes round."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.control.bad_order import BadOrder
from engine.control.midi_controller import Controller
from engine.control.midi_lesson import Lesson
from engine.control.midi_map import Grip, MapFile, read_midi_map
from engine.control.midi_message import Control, Move, MoveReader, told
from engine.control.orders import Master, Order, Override, Release, SelectCue, SelectScene, StepCue, Tap
from engine.errors import BadFile, BadSetting

from .shown import table

ROOT = "/monochord"
BRIGHT = Grip(f"{ROOT}/master/brightness", "cc", 7, 1)
AT_HALF: dict[str, tuple[Any, ...]] = {BRIGHT.order: (0.5,), f"{ROOT}/scene/flow": (1.0,)}


class Desk:
    """A controller in the hands of a test, at a show whose present the test knows."""

    def __init__(self, *grips: Grip, present: dict[str, tuple[Any, ...]] | None = None) -> None:
        self.controller, self.present, self.now = Controller(grips), dict(present or {}), 10.0
        self._reader = MoveReader()

    def play(self, *message: int, after: float = 0.01) -> list[Order]:
        self.now += after
        return list(self.controller.step(self._reader.step(bytes(message)), table(), self.present, self.now))

    def told(self, *held: str, after: float = 1.0) -> list[bytes]:
        self.now += after
        return list(self.controller.tell(table(), self.present, held, self.now))


def test_a_fader_goes_over_the_whole_range_of_what_it_moves() -> None:
    desk = Desk(Grip(f"{ROOT}/scene/flow", "cc", 20, 2, jump=True))
    assert [desk.play(0xB1, 20, value)[0] for value in (0, 127)] == [Override("ink", "flow", n) for n in (0.0, 2.0)]
    assert desk.play(0xB0, 20, 5) == []
    assert desk.play(0xB1, 21, 5) == []


def test_a_fader_waits_until_it_is_where_the_value_is_and_then_holds_on() -> None:
    desk = Desk(BRIGHT, present=AT_HALF)
    assert [desk.play(0xB0, 7, value) for value in (10, 30, 58)] == [[], [], []]
    assert desk.play(0xB0, 7, 66) == [Master("brightness", 66 / 127)]
    assert desk.play(0xB0, 7, 127) == [Master("brightness", 1.0)]
    desk.present[BRIGHT.order] = (1.0,)
    assert desk.play(0xB0, 7, 0, after=2.0) == [Master("brightness", 0.0)]


def test_a_fader_lets_go_when_something_else_moves_the_value() -> None:
    desk = Desk(BRIGHT, present=AT_HALF)
    assert desk.play(0xB0, 7, 64) != []
    desk.present[BRIGHT.order] = (0.9,)
    assert desk.play(0xB0, 7, 63, after=2.0) == []
    assert desk.play(0xB0, 7, 115) == [Master("brightness", 115 / 127)]


def test_fourteen_bits_are_one_move_and_finer_than_seven() -> None:
    desk = Desk(Grip(BRIGHT.order, "cc14", 7, jump=True))
    assert desk.play(0xB0, 7, 64) == [Master("brightness", 64 / 127)]  # whoever never sends the lower half
    assert desk.play(0xB0, 39, 1) == [Master("brightness", (64 * 128 + 1) / 16383)]
    assert desk.play(0xB0, 7, 127) == []
    assert desk.play(0xB0, 39, 127) == [Master("brightness", 1.0)]


def test_the_pitch_wheel_is_a_fader_and_a_program_is_a_scene() -> None:
    desk = Desk(Grip(BRIGHT.order, "bend", 0, jump=True))
    assert desk.play(0xE0, 127, 127) == [Master("brightness", 1.0)]
    assert desk.play(0xC5, 1) == [SelectScene("silk")]
    with pytest.raises(BadOrder, match="scene=100 must be a name or its number"):
        desk.play(0xC5, 99)


def test_a_latching_button_turns_round_what_is_so_and_a_momentary_one_holds_it() -> None:
    blackout = f"{ROOT}/master/blackout"
    latching = Desk(Grip(blackout, "note", 36), present={blackout: (True,)})
    assert latching.play(0x90, 36, 100) == [Master("blackout", False)]
    assert latching.play(0x80, 36, 0) == []
    momentary = Desk(Grip(blackout, "cc", 1, mode="momentary"))
    assert [momentary.play(0xB0, 1, value) for value in (127, 126, 0)] == [
        [Master("blackout", True)],
        [],
        [Master("blackout", False)],
    ]


def test_a_button_on_a_number_gives_it_back_to_the_music() -> None:
    flow = f"{ROOT}/scene/flow"
    momentary = Desk(Grip(flow, "note", 40, mode="momentary"))
    assert momentary.play(0x90, 40, 127) == [Override("ink", "flow", 2.0)]
    assert momentary.play(0x90, 40, 0) == [Release("ink", "flow")]
    latching = Desk(Grip(flow, "note", 40, value=0.5))
    presses = [latching.play(0x90, 40, velocity) for velocity in (9, 0, 9, 0)]
    assert presses == [[Override("ink", "flow", 0.5)], [], [Release("ink", "flow")], []]


def test_buttons_choose_scenes_cues_and_modes_and_give_what_takes_no_value() -> None:
    select, cue = f"{ROOT}/scene/select", f"{ROOT}/cue/select"
    desk = Desk(
        Grip(select, "note", 1, value="silk"),
        Grip(cue, "note", 2, value=2.0),
        Grip(f"{ROOT}/cue/go", "cc", 3),
        Grip(f"{ROOT}/tap", "note", 4),
        Grip(f"{ROOT}/scene/mode", "note", 5),
        Grip(f"{ROOT}/scene/drop", "note", 6),
        present={f"{ROOT}/scene/mode": (3,)},
    )
    assert desk.play(0x90, 1, 1) == [SelectScene("silk")]
    assert desk.play(0x90, 2, 1) == [SelectCue(2)]
    assert [desk.play(0xB0, 3, value) for value in (127, 0)] == [[StepCue(1)], []]
    assert isinstance(desk.play(0x90, 4, 64)[0], Tap)
    assert desk.play(0x90, 5, 64) == [Override("ink", "mode", 9)]
    assert desk.play(0x90, 6, 64) == [Override("ink", "drop", True)]


def test_a_fader_over_choices_says_each_once_and_over_a_colour_moves_one_part() -> None:
    tint = f"{ROOT}/scene/tint"
    desk = Desk(
        Grip(f"{ROOT}/scene/mode", "cc", 1),
        Grip(tint, "cc", 2, part=2, jump=True),
        present={tint: (0.25, 0.0, 1.0, 1.0)},
    )
    said = [desk.play(0xB0, 1, value) for value in (0, 20, 60, 70, 127)]
    assert said == [[Override("ink", "mode", 0)], [], [Override("ink", "mode", 3)], [], [Override("ink", "mode", 9)]]
    assert desk.play(0xB0, 2, 127) == [Override("ink", "tint", (0.25, 1.0, 1.0, 1.0))]


def test_the_controller_is_told_once_what_changed_elsewhere_and_its_echo_is_no_order() -> None:
    desk = Desk(BRIGHT, present=AT_HALF)
    assert desk.told() == [bytes((0xB0, 7, 64))]
    assert desk.told() == []
    desk.present[BRIGHT.order] = (1.0,)
    assert desk.told() == [bytes((0xB0, 7, 127))]
    assert desk.play(0xB0, 7, 127) == []
    desk.present[BRIGHT.order] = (0.2,)  # which its motor has not been told yet
    assert desk.play(0xB0, 7, 20, after=1.0) == [Master("brightness", 20 / 127)]


def test_a_control_in_the_hand_is_told_nothing_and_a_light_that_went_out_is_lit_again() -> None:
    blackout = f"{ROOT}/master/blackout"
    desk = Desk(BRIGHT, Grip(blackout, "note", 36), present={**AT_HALF, blackout: (False,)})
    desk.told()
    desk.play(0xB0, 7, 64, after=1.0)
    desk.play(0x90, 36, 127)
    desk.present |= {BRIGHT.order: (64 / 127,), blackout: (True,)}
    assert desk.told(after=0.1) == []
    assert desk.told(after=0.5) == [bytes((0x90, 36, 127))]


def test_what_the_music_moves_is_told_only_while_a_hand_holds_it() -> None:
    desk = Desk(Grip(f"{ROOT}/scene/flow", "cc14", 1), present=AT_HALF)
    assert desk.told() == []
    assert desk.told("flow") == [bytes((0xB0, 1, 64)), bytes((0xB0, 33, 0))]


def test_what_is_not_on_stage_is_not_missed() -> None:
    assert Desk(Grip(f"{ROOT}/scene/elsewhere", "cc", 1)).play(0xB0, 1, 64) == []


@given(st.lists(st.binary(max_size=4)))
def test_no_bytes_raise_and_moves_stay_within_their_way(messages: list[bytes]) -> None:
    reader = MoveReader()
    for message in messages:
        for move in reader.step(message):
            assert 0 <= move.value <= 1
            assert 1 <= move.control.channel <= 16


@given(
    st.sampled_from(["cc", "cc14", "note", "bend"]), st.integers(1, 16), st.integers(0, 31), st.floats(0, 1, width=32)
)
def test_what_a_controller_is_told_it_would_send_itself(kind: str, channel: int, number: int, value: float) -> None:
    control = Control(kind, channel, 0 if kind == "bend" else number)
    reader = MoveReader()
    moves = [move for message in told(control, value) for move in reader.step(message) if move.control == control]
    assert moves[-1].value == pytest.approx(value, abs=0.5 / 127 if kind in ("cc", "note") else 0.5 / 16383 + 1e-9)


# Lessons and maps.


def learned(*messages: tuple[int, ...], value: str | None = None) -> Grip | None:
    lesson, reader = Lesson(BRIGHT.order, value, 0.0), MoveReader()
    for n, message in enumerate(messages):
        lesson.step(reader.step(bytes(message)), 1.0 + 0.01 * n)
    assert lesson.over(1.5 if messages else 31.0)
    return lesson.grip()


def test_the_control_that_moves_farthest_is_learned() -> None:
    grip = learned((0xB0, 9, 64), (0xB2, 7, 1), (0xB0, 9, 65), (0xB2, 7, 90))
    assert grip == Grip(BRIGHT.order, "cc", 7, 3)
    assert learned((0x80, 3, 0), (0x99, 36, 100), (0x89, 36, 0)) == Grip(BRIGHT.order, "note", 36, 10)
    assert learned((0xE0, 0, 64), (0xE0, 0, 90)) == Grip(BRIGHT.order, "bend", 0, 1)
    assert learned((0xC0, 5), value="ink") == Grip(BRIGHT.order, "program", 5, 1, value="ink")
    assert learned() is None


def test_two_halves_that_move_together_are_learned_as_fourteen_bits() -> None:
    halves = [(0xB0, 7, 10), (0xB0, 39, 100), (0xB0, 7, 11), (0xB0, 39, 3)]
    assert learned(*halves) == Grip(BRIGHT.order, "cc14", 7, 1)


def test_what_was_learned_is_kept_and_a_control_has_one_lesson(tmp_path: Any) -> None:
    path = tmp_path / "new" / "midi.toml"
    file = MapFile(path)
    lessons = [
        BRIGHT,
        Grip(f"{ROOT}/scene/select", "note", 36, 10, value="ink"),
        Grip(f"{ROOT}/scene/select", "note", 37, 10, value="silk"),
        Grip(f"{ROOT}/tempo", "bend", 0, mode="momentary", value=120.0, part=1, jump=True),
    ]
    for lesson in lessons:
        file.learn(lesson)
    assert MapFile(path).learned == tuple(lessons)
    file.learn(Grip(f"{ROOT}/master/freeze", "cc", 7, 1))
    assert BRIGHT not in MapFile(path).learned
    assert file.forget(f"{ROOT}/scene/select")
    assert not file.forget(f"{ROOT}/scene/select")
    assert [one.order for one in MapFile(path).learned] == [f"{ROOT}/tempo", f"{ROOT}/master/freeze"]
    path.write_text("map = 3")
    with pytest.raises(BadFile, match=r"map must be \[\[map\]\] tables"):
        MapFile(path)
    path.write_text("[[map]\n")
    with pytest.raises(BadFile, match="is not TOML"):
        MapFile(path)


@pytest.mark.parametrize(
    ("table_", "message"),
    [
        ({}, "midi.map[1]: order=None must be the address of an order"),
        ({"order": "brightness", "cc": 1}, "order='brightness' must be the address"),
        ({"order": BRIGHT.order}, "must name one control, not 0"),
        ({"order": BRIGHT.order, "cc": 1, "note": 2}, "must name one control, not 2"),
        ({"order": BRIGHT.order, "cc": 128}, "cc=128 must be 0 to 127"),
        ({"order": BRIGHT.order, "cc14": 32}, "cc14=32 must be 0 to 31"),
        ({"order": BRIGHT.order, "cc": True}, "cc=True must be 0 to 127"),
        ({"order": BRIGHT.order, "bend": 3}, "bend=3 must be true"),
        ({"order": BRIGHT.order, "cc": 1, "channel": 0}, "channel=0 must be 1 to 16"),
        ({"order": BRIGHT.order, "cc": 1, "mode": "latch"}, "mode='latch' is none (did you mean latching?)"),
        ({"order": BRIGHT.order, "cc": 1, "part": 5}, "part=5 must be 1 to 4"),
        ({"order": BRIGHT.order, "cc": 1, "value": [1]}, "value=[1] must be a number or a name"),
        ({"order": BRIGHT.order, "cc": 1, "jump": 2}, "jump=2 must be true or false"),
        ({"order": BRIGHT.order, "cc": 1, "chanel": 1}, "has no key chanel (did you mean channel?)"),
    ],
)
def test_what_is_no_map_is_refused_in_one_line(table_: dict[str, Any], message: str) -> None:
    with pytest.raises(BadSetting) as refused:
        read_midi_map([table_])
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_reset_is_as_good_as_new() -> None:
    desk = Desk(BRIGHT, present=AT_HALF)
    before = [desk.told(), desk.play(0xB0, 7, 64, after=1.0)]
    desk.controller.reset()
    assert [desk.told(), desk.play(0xB0, 7, 64, after=1.0)] == before


def test_a_move_that_no_grip_takes_is_nothing() -> None:
    assert list(Controller((), programs=False).step((Move(Control("program", 1, 0), 1.0),), table(), {}, 0.0)) == []
