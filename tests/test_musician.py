"""Musicians: who plays on which channels, as it is typed; and a name is taken by nobody else."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BadSetting
from engine.frame import SIGNALS, signals_of
from engine.musician import LONGEST_NAME, RESERVED, Musician, read_musicians

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True).filter(lambda name: name not in RESERVED)
CHANNELS = st.lists(st.integers(1, 32), min_size=1, max_size=4).map(tuple)


def test_channels_without_names_are_a_mix_and_nobody_plays_alone() -> None:
    assert read_musicians([3, 1]) == ((3, 1), ())
    assert read_musicians(["3", "1"]) == ((3, 1), ())
    assert read_musicians([1, 1]) == ((1, 1), ())
    assert read_musicians([]) == ((), ())


def test_a_musician_has_a_name_and_one_channel_or_several() -> None:
    channels, musicians = read_musicians(["1:erhu", 2, "3+4:zither"])
    assert channels == (1, 2, 3, 4)
    assert musicians == (Musician("erhu", (1,)), Musician("zither", (3, 4)))


def test_a_channel_that_two_musicians_share_is_once_in_the_mix() -> None:
    channels, musicians = read_musicians(["1:erhu", "1+2:both"])
    assert channels == (1, 2)
    assert [musician.channels for musician in musicians] == [(1,), (1, 2)]


@given(st.dictionaries(NAMES, CHANNELS, max_size=5))
def test_musicians_are_written_as_they_are_read(wanted: dict[str, tuple[int, ...]]) -> None:
    musicians = tuple(Musician(name, channels) for name, channels in wanted.items())
    assert read_musicians([str(musician) for musician in musicians])[1] == musicians


@pytest.mark.parametrize(
    ("items", "said"),
    [
        (["erhu"], r"channels='erhu' must be a channel from 1, or those of a musician with a name \(try 1, 1:erhu"),
        ([0], "channels=0 must be a channel from 1"),
        (["0:erhu"], "channels='0:erhu' must be a channel from 1"),
        (["1+2"], r"channels='1\+2' must be a channel"),
        (["1+:erhu"], r"channels='1\+:erhu' must be a channel"),
        (["1:"], r"musician='' must be a name of a to z, 0 to 9 and _, a letter first, at most 24 \(try erhu\)"),
        (["1:Erhu"], r"musician='Erhu' must be a name of a to z.* \(try erhu\)"),
        (["1:bass drum"], r"\(try bass_drum\)"),
        (["1:2nd"], r"\(try nd\)"),
        (["1:二胡"], r"\(try erhu\)"),
        (["1:a.b"], r"\(try a_b\)"),
        ([f"1:{'a' * (LONGEST_NAME + 1)}"], "at most 24"),
        (["1:sound"], r"musician=sound is taken: signals have that name \(try sound_1\)"),
        (["1:mix"], "musician=mix is taken"),
        (["1:drum", "2:drum"], r"musician=drum is there twice, each needs a name \(try drum_2\)"),
    ],
)
def test_what_is_no_musician_is_refused_with_a_mend(items: list[int | str], said: str) -> None:
    with pytest.raises(BadSetting, match=said) as refusal:
        read_musicians(items)
    assert "\n" not in str(refusal.value)


@given(st.text(max_size=80))
def test_whatever_is_typed_is_a_musician_or_one_line(text: str) -> None:
    mistake = ""
    try:
        read_musicians([f"1:{text}"])
    except BadSetting as why:
        mistake = str(why)
    assert len(mistake.splitlines()) <= 1


def test_no_signal_of_a_musician_has_the_name_or_the_place_of_another() -> None:
    table = signals_of(("erhu", "drum"))
    assert list(table)[: len(SIGNALS)] == list(SIGNALS)
    places = sorted((signal.start, signal.start + signal.size) for signal in table.values())
    assert len(places) == 3 * len(SIGNALS)
    assert all(last[1] <= first[0] for last, first in pairwise(places))
    assert len({signal.address for signal in table.values()}) == len(table)
    assert table["drum.sound.bands"].address == "/monochord/drum/sound/bands"
    assert signals_of(()) is SIGNALS
