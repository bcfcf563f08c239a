"""What a show file says of MIDI and time code, and what is refused before the show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.control.bad_order import BadOrder
from engine.control.midi_map import Grip
from engine.control.orders import ForgetMidi, LearnMidi
from engine.errors import BadSetting
from engine.settings import settings
from engine.timing.cues import read_cues
from engine.timing.timecode import Label

from .shown import table


def shown(tmp_path: Path, text: str, **said: Any) -> Any:
    path = tmp_path / "show.toml"
    path.write_text(f'scene = "fallback"\n{text}')
    return settings(path, **said)


def test_midi_is_off_until_a_port_is_asked_for(tmp_path: Path) -> None:
    assert shown(tmp_path, "").midi is None
    assert shown(tmp_path, "", midi__input="nano").midi.inputs == ("nano",)
    text = (
        '[midi]\ninput = ["nano", "Clock"]\nfollow_clock = true\nclock_to = "Volca"\nfeedback = false\n'
        '[[midi.map]]\norder = "/monochord/cue/go"\nnote = 36\nchannel = 10\n'
    )
    midi = shown(tmp_path, text).midi
    assert midi.grips == (Grip("/monochord/cue/go", "note", 36, 10),)
    assert (midi.inputs, midi.clock_to, midi.follow_clock, midi.feedback) == (("nano", "Clock"), "Volca", True, False)
    assert str(midi) == "nano, Clock, Volca"
    assert midi.map_file.name == "midi.toml"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[midi]\ninput = 3\n", "midi.input=3 must be the name of a port"),
        ('[midi]\nimput = "nano"\n', "has no key midi.imput"),
        ("[midi]\nfollow_clock = true\n", "midi.follow_clock=true needs a port"),
        ("[midi]\nfollow_clock = 1\n", "midi.follow_clock=1 must be true or false"),
        ('[midi]\ninput = "a"\n[[midi.map]]\norder = "/monochord/tap"\n', "midi.map[1]: must name one control"),
        ("[timecode]\nchannel = 0\n", "timecode.channel=0 must be a channel"),
        ("[timecode]\nchannel = 3\n", "timecode.channel=3 is heard as music too"),
        ("[sound]\nchannels = [3]\n[timecode]\nchannel = 3\n", "timecode.channel=3 is heard as music too"),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadSetting) as refused:
        shown(tmp_path, text)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_time_code_has_a_channel_of_its_own(tmp_path: Path) -> None:
    assert shown(tmp_path, "[sound]\nchannels = [1, 2]\n[timecode]\nchannel = 3\n").timecode_channel == 3


def test_a_cue_waits_for_a_label() -> None:
    (cue,) = read_cues([{"scene": "ink", "timecode": "01:02:03:04"}])
    assert cue.number == ("timecode", Label(1, 2, 3, 4).number)
    with pytest.raises(BadSetting, match=r"cues\[1\]: timecode='1:2' must be hours, minutes, seconds and pictures"):
        read_cues([{"scene": "ink", "timecode": "1:2"}])


def test_a_lesson_is_asked_for_by_the_address_of_an_order() -> None:
    learn = "/monochord/midi/learn"
    assert table().read(learn, ["/monochord/scene/flow"]) == LearnMidi("/monochord/scene/flow")
    chosen = table().read(learn, ["/monochord/scene/select", "ink"])
    assert chosen == LearnMidi("/monochord/scene/select", "ink")
    assert table().read("/monochord/midi/forget", ["/monochord/tap"]) == ForgetMidi("/monochord/tap")
    with pytest.raises(BadOrder, match="order='brightness' must be text like"):
        table().read(learn, ["brightness"])
