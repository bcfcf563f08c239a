"""A tune goes into every kind of file and comes back; strangers' files are refused in one line."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.errors import BadFile
from engine.score.files import READS, read_tune, write_tune
from engine.score.guarded_xml import parsed
from engine.score.midi_file import read_midi, write_midi
from engine.score.musicxml_reader import tune_of_musicxml
from engine.score.musicxml_writer import musicxml
from engine.score.plain_text import JIANPU, LETTERS, text_of, tune_of_text
from engine.score.repeats import unrolled
from engine.score.spelling import Spelling
from engine.score.tune import Bar, Meter, Note, Tune, joined
from engine.score.tune_json import told, tune_of
from engine.score.written import accidentals, bars_of_tune, odd_part, pieces, tune_of_bars

from .tunes import durations, heard, jasmine, settled, tunes, without_doubt

pytest.importorskip("mido", reason="MIDI files need mido: the extra score")


@settings(max_examples=25, deadline=None)
@given(tunes)
def test_on_paper_and_back_a_tune_is_as_it_was(tune: Tune) -> None:
    assert settled(tune_of_bars(bars_of_tune(tune), tune.clef, tune.title, tune.tempo)) == settled(tune)


@settings(max_examples=25, deadline=None)
@given(tunes)
def test_through_musicxml_a_tune_is_as_it_was(tune: Tune) -> None:
    assert settled(tune_of_musicxml(musicxml(tune))) == settled(without_doubt(tune))


@settings(max_examples=25, deadline=None)
@given(tunes)
def test_through_json_a_tune_is_as_it_was(tune: Tune) -> None:
    assert tune_of(json.loads(json.dumps(told(tune)))) == tune


@settings(max_examples=25, deadline=None)
@given(tunes, st.sampled_from([LETTERS, JIANPU]))
def test_through_letters_and_through_numbers_a_tune_is_as_it_was(tune: Tune, notes: str) -> None:
    assert settled(tune_of_text(text_of(tune, notes))) == settled(tune)


@settings(max_examples=25, deadline=None)
@given(tunes)
def test_through_midi_a_tune_sounds_as_it_did(tmp_path_factory: pytest.TempPathFactory, tune: Tune) -> None:
    assume(tune.sounding)
    assume(all(odd_part(note.onset) in (1, 3) and odd_part(note.end) in (1, 3) for note in tune.notes))
    path = tmp_path_factory.mktemp("midi") / "tune.mid"
    write_midi(tune, path)
    back = read_midi(path)
    assert heard(back) == heard(tune)
    assert back.length == tune.length


def test_midi_keeps_bars_keys_metres_sections_tempo_and_title(tmp_path: Path) -> None:
    tune = jasmine()
    write_midi(tune, tmp_path / "tune.mid")
    back = read_midi(tmp_path / "tune.mid")
    assert [(bar.onset, bar.number, bar.section) for bar in back.bars] == [
        (bar.onset, bar.number, bar.section) for bar in tune.bars
    ]
    assert [bar.key.fifths for bar in back.bars] == [bar.key.fifths for bar in tune.bars]
    assert back.meter == tune.meter
    assert back.pickup == tune.pickup
    assert back.title == tune.title
    assert back.tempo == pytest.approx(tune.tempo)


def test_notes_that_a_program_cut_short_last_to_the_next(tmp_path: Path) -> None:
    import mido

    track = mido.MidiTrack()
    for pitch, lasts, pause in ((60, 479, 1), (62, 456, 24), (64, 239, 1), (65, 239, 1), (67, 959, 1)):
        track.append(mido.Message("note_on", note=pitch, velocity=64, time=0))
        track.append(mido.Message("note_off", note=pitch, velocity=0, time=lasts))
        track.append(mido.MetaMessage("text", text="", time=pause))
    mido.MidiFile(type=0, ticks_per_beat=480, tracks=[track]).save(tmp_path / "cut.mid")
    tune = read_midi(tmp_path / "cut.mid")
    assert [note.duration for note in tune.sounding] == [1, 1, Fraction(1, 2), Fraction(1, 2), 2]


def test_a_score_of_many_bars_comes_through_midi_and_json_as_it_was(tmp_path: Path) -> None:
    bars = tuple(Bar(k + 1, Fraction(4 * k), Fraction(4), Meter(4, 4)) for k in range(500))
    notes = tuple(Note(Fraction(k, 2), Fraction(1, 2), Spelling("CDEFGAB"[k % 7], 0, 4)) for k in range(4000))
    tune = Tune("treble", bars, notes)
    write_tune(tune, tmp_path / "long.mid")
    assert read_tune(tmp_path / "long.mid").notes == notes
    assert tune_of(told(tune)) == tune


@settings(max_examples=25, deadline=None)
@given(durations, durations)
def test_pieces_fill_what_they_are_cut_from(begin: Fraction, duration: Fraction) -> None:
    cut = pieces(begin, duration)
    assert sum(piece.duration for piece in cut) == duration
    dots = (Fraction(1), Fraction(3, 2), Fraction(7, 4))
    for piece in cut:
        assert piece.duration == piece.value * dots[piece.dots] * piece.tuplet[1] / piece.tuplet[0]


def test_an_accidental_stands_where_the_ear_would_be_wrong_without_it() -> None:
    tune = tune_of_text("key: D\n1: F#4 F4 F4 F#4 F5 | F4 C#4 - ~ | C#4 C4 |")
    shown = [
        accidentals(bar.notes, bar.key, tied)
        for bar, tied in zip(bars_of_tune(tune), (False, False, True), strict=True)
    ]
    assert shown == [[None, 0, None, 1, 0], [0, None], [None, 0]]


def test_a_musicxml_part_is_read_as_its_first_voice_with_the_highest_of_its_chords() -> None:
    def note(step: str, octave: int, more: str = "", voice: int = 1) -> str:
        pitch = f"<pitch><step>{step}</step><octave>{octave}</octave></pitch>"
        return f"<note>{more}{pitch}<duration>2</duration><voice>{voice}</voice></note>"

    measure = (
        "<attributes><divisions>2</divisions><time><beats>3+2</beats><beat-type>4</beat-type></time></attributes>"
         "<note><grace/><pitch><step>B</step><octave>5</octave></pitch><voice>1</voice></note>"
        + note("C", 4) + note("E", 4, "<chord/>") + note("D", 4)
        + "<backup><duration>4</duration></backup>" + note("C", 3, voice=2) + note("C", 3, voice=2)
        + "<forward><duration>2</duration></forward>" + note("G", 4)
    )  # fmt: skip
    whole = f"<score-partwise><part id='P1'><measure number='1'>{measure}</measure></part></score-partwise>"
    tune = tune_of_musicxml(whole.encode())
    assert [(str(n.onset), str(n.duration), n.spelling and n.spelling.name) for n in tune.notes] == [
        ("0", "1", "E4"), ("1", "1", "D4"), ("2", "1", None), ("3", "1", "G4"),
    ]  # fmt: skip
    assert str(tune.meter) == "5/4"


def test_an_mxl_archive_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "tune.mxl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("META-INF/container.xml", "<c><rootfiles><rootfile full-path='a/t.xml'/></rootfiles></c>")
        archive.writestr("a/t.xml", musicxml(jasmine()))
    assert read_tune(path) == jasmine()


BOMB = b'<!DOCTYPE s [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><score-partwise><part>&b;</part></score-partwise>'


BROKEN = b"<score-partwise><part><measure><note><duration>x</duration></note></measure></part></score-partwise>"


ENDLESS = BROKEN.replace(b">x<", b">1e999999999<")


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.musicxml", BOMB, "declares entities"),
        ("a.musicxml", b"<score-partwise>" + b"<a>" * 400, "deeper than 200"),
        ("a.musicxml", b"no xml", "it is no XML"),
        ("a.musicxml", b"<html/>", "its root is html"),
        ("a.musicxml", b"<score-timewise/>", "save it as partwise"),
        ("a.musicxml", b"<score-partwise/>", "it holds no notes"),
        ("a.musicxml", BROKEN, "'x' must be a number"),
        ("a.musicxml", ENDLESS, "'1e999999999' must be a number"),
        ("a.mxl", b"PK nothing", "broken archive"),
        ("a.mid", b"MThd", "no MIDI file"),
        ("a.mid", b"", "no MIDI file"),
        ("a.json", b"{", "no tune can be read"),
        ("a.json", b"[]", "must be a tune"),
        ("a.json", b"{}", "there are no notes"),
        ("a.json", b'{"notes": [{"pitch": 60}]}', "onset_quarter is missing"),
        ("a.json", b'{"notes": [{"pitch": 6000, "onset_quarter": 0, "duration_quarter": 1}]}', "is beyond"),
        ("a.json", b'{"notes": [{"pitch": 60, "onset_quarter": 1e9, "duration_quarter": 1}]}', "are no piece"),
        ("a.json", b'{"notes": [{"pitch": 60, "onset_quarter": NaN, "duration_quarter": 1}]}', "no tune can be read"),
        ("a.txt", b"1: C4 H4 |", "line 1: 'H4' is no note"),
        ("a.txt", b"1: C4 :\n", "line 1: ':' is no note"),
        ("a.txt", b"\n- C4\n", "line 2: a - must follow a note"),
        ("a.txt", b"(3 C4_ |", "a tuplet ends with )"),
        ("a.txt", b"clef: C\nC4", "clef='c' must be one of treble"),
        ("a.txt", b"B3 A3 b3_ |", "line 1: 'b3_' is in numbers"),
        ("a.txt", b"key: X\nC4", "line 1: 'X' must be a key"),
        ("a.txt", b"\xff\xfe\x00", "no tune can be read"),
        ("a.txt", b"% nothing\n", "it holds no notes"),
        ("a.abc", b"X:1", "the name must end in .json"),
    ],
)  # fmt: skip
def test_what_is_no_tune_is_refused_in_one_line(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(BadFile) as refused:
        read_tune(path)
    text = str(refused.value)
    assert text.startswith(f"{path}: ")
    assert said in text
    assert "\n" not in text


def test_a_file_that_is_not_there_is_told_with_what_is(tmp_path: Path) -> None:
    write_tune(jasmine(), tmp_path / "jasmine.txt")
    with pytest.raises(BadFile, match=r"did you mean jasmine\.txt"):
        read_tune(tmp_path / "jasmin.txt")
    with pytest.raises(BadFile, match="cannot be written"):
        write_tune(jasmine(), tmp_path / "none" / "a.txt")


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(READS))
def test_no_bytes_at_all_break_a_reader(tmp_path_factory: pytest.TempPathFactory, data: bytes, kind: str) -> None:
    path = tmp_path_factory.getbasetemp() / f"any{kind}"
    path.write_bytes(data)
    with suppress(BadFile):
        assert read_tune(path).bars


@settings(max_examples=25, deadline=None)
@given(st.text(alphabet="CFb#47_.-~|:[12 (3)\"%?r=x,'0\n", max_size=80))
def test_any_text_is_a_tune_or_tells_the_line(text: str) -> None:
    try:
        tune = tune_of_text(text)
    except ValueError:
        return
    assert settled(tune_of_text(text_of(tune))) == settled(tune)


def test_bare_json_with_nothing_but_notes_is_a_tune() -> None:
    notes = [{"pitch": 60 + k, "onset_quarter": k / 2, "duration_quarter": 0.25} for k in range(5)]
    tune = tune_of({"time": "2/4", "notes": notes})
    assert heard(tune) == [(Fraction(k, 2), Fraction(1, 4), 60 + k) for k in range(5)]
    assert [bar.length for bar in tune.bars] == [2, Fraction(1, 4)]
    assert sum(note.spelling is None for note in tune.notes) == 4


def test_json_of_several_pages_is_one_piece_after_the_other(tmp_path: Path) -> None:
    pages = {"b.png": told(jasmine()), "a.png": told(jasmine())}
    (tmp_path / "pages.json").write_text(json.dumps(pages))
    assert read_tune(tmp_path / "pages.json") == joined([jasmine(), jasmine()])


def test_the_musicxml_opens_in_music21(tmp_path: Path) -> None:
    music21 = pytest.importorskip("music21", reason="music21 is not installed: the extra train")
    path = tmp_path / "tune.musicxml"
    write_tune(jasmine(), path)
    score = music21.converter.parse(str(path)).stripTies()
    notes = [(Fraction(n.offset), Fraction(n.quarterLength), n.pitch.midi) for n in score.flatten().notes]
    assert notes == heard(jasmine())


@pytest.mark.slow
def test_the_musicxml_opens_in_musescore_and_sounds_there_as_it_is_played(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which("musescore3") is None:
        pytest.skip("musescore3 is not installed (apt-get install musescore3)")
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setenv("HOME", str(tmp_path))
    write_tune(jasmine(), tmp_path / "tune.musicxml")
    command = ["musescore3", "-o", str(tmp_path / "out.mid"), str(tmp_path / "tune.musicxml")]
    subprocess.run(command, capture_output=True, check=True, timeout=120)
    assert heard(read_tune(tmp_path / "out.mid")) == heard(unrolled(jasmine()))


def test_a_document_without_entities_is_parsed() -> None:
    assert parsed(b"<a><b c='1'>x &amp; y</b></a>")[0].text == "x & y"
